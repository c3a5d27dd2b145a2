import type { Config } from "../../agent/config.ts";
import type { Request } from "../../agent/models/model.ts";
import { pipeline } from "../../agent/pipeline.ts";
import type { Finished } from "../../agent/solution.ts";
import type { EventType, EventValue } from "../../runs/events/events.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

/** The smallest run that goes through all phases. */
export const small: Partial<Config> = {
  candidates: 2,
  outerSteps: 1,
  attempts: 2,
  tracks: 1,
  ensembleAttempts: 0,
  blends: false,
};

/** A reply of one Python block. */
export function fenced(code: string): string {
  return `\`\`\`python\n${code}\n\`\`\``;
}

/** A run that has come to its end: the world it ran in, which `await using` closes, and how it ended. */
export type Ran = AsyncDisposable & { world: World; finished: Finished };

/** Runs the real pipeline in a made-up world; `options.config` goes over the settings of `small`. */
export async function runWorld(options: WorldOptions): Promise<Ran> {
  const world = await openWorld({ ...options, config: { ...small, ...options.config } });
  const finished = await pipeline(world.handle.run);
  return { world, finished, [Symbol.asyncDispose]: world.close };
}

/** The values of all events of a type, in order. */
export function values<K extends EventType>(world: World, type: K): EventValue<K>[] {
  return world.journal.events.flatMap((event) =>
    event.type === type ? [event.value as EventValue<K>] : [],
  );
}

/** Answers of one role in turn; the last one stays. */
export function inTurn(role: string, answers: readonly string[]) {
  let turn = 0;
  return (request: Request) =>
    request.role === role ? (answers[Math.min(turn++, answers.length - 1)] ?? null) : null;
}
