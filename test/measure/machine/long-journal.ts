import { readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { Config } from "../../../agent/config.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import type { Event } from "../../../runs/events/events.ts";
import { openWorld } from "../../fakes/world.ts";

/** Steps that one refinement of eight attempts journals, at least. */
const STEPS_PER_REFINEMENT = 60;

/** Settings of a run of one track that is so long that it journals at least so many steps. */
export function longConfig(steps: number): Config {
  const outerSteps = Math.ceil(steps / STEPS_PER_REFINEMENT);
  const long = { tracks: 1, attempts: 8, outerSteps, ensembleAttempts: 0, leakageModel: "off" };
  const alone = { slots: 2, timeLimit: null, model: "anthropic", sandbox: "process" };
  return Config.parse({ ...long, ...alone, fallback: "none" });
}

/** Leaves in a folder what a killed run leaves: a journal of about so many steps, the next one a model call, and its history. */
export async function makeLongRun(folder: string, steps: number): Promise<number> {
  const world = await openWorld({ folder, config: longConfig(steps) });
  await pipeline(world.handle.run);
  const { events } = world.journal;
  await world.close();
  return cutJournal(join(folder, "journal.jsonl"), events, steps);
}

/** Cuts a journal before the last change among its first steps, when nothing else is in flight; returns how many are left. */
async function cutJournal(file: string, events: readonly Event[], steps: number): Promise<number> {
  const kept = events.findLastIndex(
    (event, at) => at <= steps && event.type === "answered" && event.value.role === "refiner",
  );
  if (events.length < steps || kept < 1)
    throw new Error(`only ${events.length} steps were journaled, ${steps} were wanted`);
  const lines = (await readFile(file, "utf8")).split("\n").slice(0, kept);
  await truncate(file, Buffer.byteLength(`${lines.join("\n")}\n`));
  return kept;
}
