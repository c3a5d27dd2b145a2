import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type BankFolder, openBank } from "../../../agent/memory/bank/bank.ts";
import { hashedEmbedder } from "../../../agent/memory/embedding.ts";
import type { Draft, Outcome } from "../../../agent/memory/item.ts";
import type { CompetitionPrint } from "../../../runs/report/across/same-competition.ts";

export const embedder = hashedEmbedder();

/** An outcome of a made-up run; `some` is what is other than usual. */
export function outcome(some: Partial<Outcome> = {}): Outcome {
  const { competition = "houses" } = some;
  return {
    run: `${competition}/r1`,
    competition,
    attempt: "track-1/refine-1/attempt-1",
    scoreBefore: 0.5,
    scoreAfter: 0.6,
    gain: 0.1,
    standardError: 0.02,
    helped: true,
    type: "regression",
    modality: "tabular",
    metric: "r2",
    rows: 1000,
    about: "",
    ...some,
  };
}

export function draft(title: string, some: Partial<Draft> = {}): Draft {
  const facts = { where: "features", subject: null, error: null, fix: null };
  return { kind: "lesson", title, text: `${title}.`, ...facts, outcomes: [outcome()], ...some };
}

export function print(id: string, some: Partial<CompetitionPrint> = {}): CompetitionPrint {
  return { id, title: `About ${id}`, dataHash: `data of ${id}`, names: [], contents: [], ...some };
}

/** A bank in a folder of its own, with these items and competitions. */
export async function bankWith(
  drafts: readonly Draft[],
  prints: readonly CompetitionPrint[] = [],
): Promise<BankFolder> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-bank-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const bank = await openBank(folder, embedder, () => undefined);
  const texts = drafts.map(({ title, text }) => `${title}\n${text}`);
  const vectors = await embedder.embed(texts, new AbortController().signal);
  await bank.change((change) => {
    for (const each of prints) change.know(each);
    for (const [index, each] of drafts.entries())
      change.add(each, vectors[index] ?? new Float32Array(embedder.dimension));
  });
  return bank;
}
