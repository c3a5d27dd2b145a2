import type { Event, EventValue } from "../../runs/events/events.ts";
import type { Brief } from "../brief.ts";
import type { RoleInputs } from "../roles/inputs.ts";
import type { Task } from "./admissible.ts";
import type { BankFolder } from "./bank/bank.ts";
import { type Embedder, EmbeddingFailed } from "./embedding.ts";
import type { Remembering } from "./query.ts";
import { type RecallSettings, recall } from "./recall.ts";

/** What a run is reminded of. */
export type Memory = {
  /** Never throws for a memory that cannot be had: `failure` then says why, and nothing is shown. */
  recall<N extends Remembering>(
    asked: { role: N; input: RoleInputs[N]; at: string },
    signal: AbortSignal,
  ): Promise<EventValue<"memory-shown">>;
};

export type MemoryOptions = {
  bank: BankFolder;
  embedder: Embedder;
  settings: RecallSettings;
  brief: Brief;
  task: Task;
  /** Seeds the draws, besides the place. */
  seed: string;
};

/** The memory in a folder, for one run. */
export function openMemory({ bank, embedder, settings, brief, task, seed }: MemoryOptions): Memory {
  return {
    async recall({ role, input, at }, signal) {
      try {
        const asked = { role, input, brief, task, seed: `${seed} ${at} ${role}` };
        return await recall(await bank.read(), embedder, asked, settings, signal);
      } catch (error) {
        if (signal.aborted || !(error instanceof EmbeddingFailed)) throw error;
        return nothing(role, error.message);
      }
    },
  };
}

/** What another run was reminded of, for a replay of its answers: the same questions get the same prompts. */
export function replayedMemory(events: readonly Event[]): Memory {
  const recorded = new Map<string, EventValue<"memory-shown">>();
  for (const event of events)
    if (event.type === "memory-shown") recorded.set(event.key, event.value);
  return {
    recall: async ({ role, at }) =>
      recorded.get(`${at}/${role}/memory`) ?? nothing(role, "the replayed run recorded none here"),
  };
}

function nothing(role: string, failure: string): EventValue<"memory-shown"> {
  return { role, query: "", considered: [], shown: [], keptOut: {}, reranker: 0, failure };
}
