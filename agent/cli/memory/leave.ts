import { UserError } from "../../../runs/errors.ts";
import type { EventValue } from "../../../runs/events/events.ts";
import { readSplits } from "../../../runs/record/splits.ts";
import { printOf } from "../../../runs/report/across/same-competition.ts";
import { EmbeddingFailed } from "../../memory/embedding.ts";
import { type AskReflecting, reflect } from "../../memory/reflect/reflect.ts";
import { ask, NoAnswer } from "../../run/ask/ask.ts";
import type { Run } from "../../run/run.ts";
import { readEnvironment } from "../environment.ts";
import type { OpenedBank } from "../open/memory.ts";
import type { OpenRun } from "../open/run.ts";
import { askOutside, endedRun, whyNotLearned } from "./reflecting.ts";

/** Adds what a run learned to its memory, before it ends; nothing where it has none. A memory that fails ends no run. */
export async function leaveMemories(
  { memory, folder, journal }: Pick<OpenRun, "memory" | "folder" | "journal">,
  run: Run,
): Promise<void> {
  if (memory === null) return;
  const path = readEnvironment().all.PATH ?? "";
  await run.journal.step("reflected", "reflected", async () => {
    try {
      return await learned(memory, run, { folder, events: journal.events, path });
    } catch (error) {
      if (!(error instanceof UserError || error instanceof EmbeddingFailed)) throw error;
      return nothingLearned(memory, error.message);
    }
  });
}

async function learned(
  memory: OpenedBank,
  run: Run,
  { folder, events, path }: { folder: string; events: OpenRun["journal"]["events"]; path: string },
): Promise<EventValue<"reflected">> {
  const { config, lastingSignal: signal } = run;
  const ended = await endedRun(folder, events, path);
  const splits = await readSplits(config.memorySplits);
  const why = whyNotLearned(ended, splits, await memory.bank.read());
  if (why !== null) {
    // By its print alone, copies of it are known again later.
    await memory.bank.change(({ know }) => know(printOf(ended.started)));
    return nothingLearned(memory, why);
  }
  const asked: AskReflecting = async (role, at, input) => {
    const answer = await ask(run, at, role, input);
    return answer instanceof NoAnswer ? null : answer;
  };
  const outside = { tries: 1, maxOutputTokens: config.maxOutputTokens, signal };
  const found = await reflect(ended, {
    ...memory,
    ask: asked,
    rules: askOutside(run.models.playbook, run.brief, outside),
    reward: config.memoryLearn ? config.memoryReward : null,
    signal,
  });
  return { memory: memory.bank.folder, ...found };
}

/** Where nothing came of a run. */
export function nothingLearned({ bank }: OpenedBank, why: string): EventValue<"reflected"> {
  const operations = { added: 0, merged: 0, deleted: 0, nothing: 0 };
  return { memory: bank.folder, operations, items: [], updates: null, history: [], why };
}
