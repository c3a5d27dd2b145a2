import { resolve } from "node:path";
import { ConfigInvalid } from "../../../runs/errors.ts";
import type { Event } from "../../../runs/events/events.ts";
import { findRun, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { readSplits } from "../../../runs/record/splits.ts";
import { printOf } from "../../../runs/report/across/same-competition.ts";
import type { Brief } from "../../brief.ts";
import type { Config } from "../../config.ts";
import { type BankFolder, openBank } from "../../memory/bank/bank.ts";
import { type Embedder, hashedEmbedder } from "../../memory/embedding.ts";
import { type Memory, openMemory, replayedMemory } from "../../memory/memory.ts";
import { openAiEmbedder } from "../../models/openai/embeddings.ts";
import { modalitiesOf } from "../../search/angles.ts";
import type { Environment } from "../environment.ts";

/** A bank with what makes its vectors. */
export type OpenedBank = { bank: BankFolder; embedder: Embedder };

/** Opens the memory in a folder. Throws `UserError` for a bank that another embedding made. */
export async function openBankIn(
  folder: string,
  { memoryEmbedding, memoryUrl }: Pick<Config, "memoryEmbedding" | "memoryUrl">,
  { openai }: Pick<Environment, "openai">,
  report: (line: string) => void,
): Promise<OpenedBank> {
  const embedder = await embedderOf(memoryEmbedding, memoryUrl ?? openai.baseUrl, openai.apiKey);
  return { bank: await openBank(resolve(folder), embedder, report), embedder };
}

function embedderOf(
  named: string,
  baseUrl: string | null,
  apiKey: string | null,
): Embedder | Promise<Embedder> {
  if (named === "hashed") return hashedEmbedder();
  const name = /^openai:(.+)$/u.exec(named)?.[1];
  if (name === undefined)
    throw new ConfigInvalid(
      `setting "memoryEmbedding": "${named}" is unknown; use hashed or openai:<model>`,
    );
  return openAiEmbedder({ name, apiKey, baseUrl });
}

/** What a run is reminded of: nothing without a memory; a replay of what its run was reminded of. */
export async function memoryOf(
  opened: OpenedBank | null,
  config: Config,
  { started, id, runsDir }: { started: Event<"run-started">["value"]; id: string; runsDir: string },
): Promise<Memory | null> {
  if (config.model.startsWith("replay:")) {
    const folder = await findRun(runsDir, config.model.slice("replay:".length));
    const events = await readEvents(runFiles(folder).journal);
    return events.some(({ type }) => type === "memory-shown") ? replayedMemory(events) : null;
  }
  if (opened === null) return null;
  const splits = await readSplits(config.memorySplits);
  const brief = started.brief as Brief;
  return openMemory({
    ...opened,
    settings: {
      considered: config.memoryTopk,
      shown: config.memoryTopm,
      explores: config.memoryLearn,
    },
    brief,
    task: {
      print: printOf(started),
      type: brief.competition.type,
      modality: modalitiesOf(brief)[0] ?? "tabular",
      // What a benchmark grades, or a split keeps for testing, is not to be known from before.
      isBenchmark: config.benchmark || splits.of(started.competition.id) === "test",
    },
    seed: `${config.seed} ${id}`,
  });
}
