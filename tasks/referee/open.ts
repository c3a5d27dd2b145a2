import * as z from "zod";
import { RunRefused } from "../../runs/errors.ts";
import type { Competition } from "../competition.ts";
import { RefereeProcess } from "./process.ts";
import {
  Blend,
  Canary,
  CappedRows,
  ChallengerComparison,
  Choice,
  ColumnLosses,
  Comparison,
  ConstantScores,
  Corrected,
  Diagnosis,
  Judgment,
  PermutedView,
  Projection,
  type Referee,
  Repeated,
  Score,
  Split,
  SurrogateImportance,
  View,
  WeakRows,
} from "./referee.ts";

/** Past this a request is a hang: laying out the views of a very large table takes minutes. */
const TIMEOUT_SECONDS = 1800;

/** What a referee is made from. Everything in `folder` follows from the data and the seed. */
export type RefereeOptions = {
  competition: Competition;
  /** The interpreter of the process that splits and scores. */
  python: string;
  /** `<run>/referee`: private, never mounted; only the view folders below it are given to solutions. */
  folder: string;
  seed: number;
  /** Most training rows of a search or sealed view; null for all. */
  subsample: number | null;
  /** The split of a run that is resumed: the process then starts with the first request. Null for a new run. */
  known?: Split | null;
  /** Most search folds that exist; null for the referee's own choice. */
  maxFolds?: number | null;
  signal?: AbortSignal | null;
  /** A request that takes longer counts as a hang. */
  timeoutSeconds?: number;
  /** Seconds until the run's time limit, null without one: requests end there too. */
  secondsLeft?: () => number | null;
};

/** A referee that also reads Python, since it has a parser at hand. */
export type OpenReferee = Referee & {
  /** What is wrong with a script's syntax, or null. The script is parsed, never run. */
  checkSyntax(code: string): Promise<string | null>;
  /** What it takes to make a submission of what scripts wrote, without the competition; `blend`: the id of one, or null. */
  standalone(blend: string | null): Promise<Standalone>;
};

/** Facts for `python/referee/standalone.py`, as it reads them; no answers where no referee reads a submission. */
export const Standalone = z.object({ answers: z.unknown(), recipe: z.unknown() });
export type Standalone = z.infer<typeof Standalone>;

/** Freezes the split (or finds it frozen) and answers for it until closed. */
export async function openReferee(options: RefereeOptions): Promise<OpenReferee> {
  const { competition, folder, seed, subsample, maxFolds = null, known = null } = options;
  const { description: _, ...task } = competition;
  const params = { task, folder, seed, subsample, maxFolds };
  const process = new RefereeProcess({
    python: options.python,
    greeting: { op: "open", params, check: (value) => known === null || checkSame(known, value) },
    timeoutSeconds: options.timeoutSeconds ?? TIMEOUT_SECONDS,
    signal: options.signal ?? null,
    ...(options.secondsLeft !== undefined && { secondsLeft: options.secondsLeft }),
  });
  if (known !== null) return { split: known, ...operations(process, known) };
  try {
    const split = await process.request(Split, "open", params);
    return { split, ...operations(process, split) };
  } catch (error) {
    process.close();
    throw error;
  }
}

/** A run's scores can be compared only on one split, whatever has happened to its folder. */
function checkSame(known: Split, opened: unknown): void {
  const { hash } = Split.parse(opened);
  if (hash === known.hash) return;
  throw new RunRefused(
    `the data are split otherwise than when the run began (${hash}, was ${known.hash}): start a new run with --fresh`,
  );
}

function operations(process: RefereeProcess, { kind }: Split): Omit<OpenReferee, "split"> {
  return {
    input: (view) =>
      process.request(z.string(), "input", { view: kind === "self-reported" ? "final" : view }),
    cappedRows: () => process.request(CappedRows.nullable(), "capped_rows", {}),
    useAllRows: async () => void (await process.request(z.null(), "use_all_rows", {})),
    trainingRows: () => process.request(z.string(), "training_rows", {}),
    judge: (id, view, submission) => process.request(Judgment, "judge", { id, view, submission }),
    score: (id, views) => process.request(Score, "score", { id, views }),
    compare: (incumbent, challenger, views) =>
      process.request(Comparison, "compare", { incumbent, challenger, views }),
    compareAll: (incumbent, challengers) =>
      process.request(z.array(ChallengerComparison), "compare_all", { incumbent, challengers }),
    correct: (solutions, blends, views) =>
      process.request(Corrected, "correct", {
        solutions,
        blends: blends.map(({ id, members, weights }) => ({ id, members, weights })),
        views,
      }),
    unseal: async (finalists, closed = false) =>
      void (await process.request(z.null(), "unseal", { finalists, closed })),
    choose: (finalists) => process.request(Choice, "choose", { finalists }),
    halved: () => process.request(z.array(View), "halved", {}),
    project: (id, views, halved, interval) =>
      process.request(Projection, "project", { id, views, halved, interval }),
    pool: (candidates, views, most) =>
      process.request(z.array(z.string()), "pool", { candidates, views, most }),
    canary: (id, view) => process.request(Canary, "canary", { id, view }),
    disguises: () => process.request(z.array(View), "disguises", {}),
    repeated: (id, again, view, base) =>
      process.request(Repeated, "repeated", { id, again, view, base }),
    blend: (id, method, members, views) =>
      process.request(Blend, "blend", { id, method, members, views }),
    constant: () => process.request(z.string().nullable(), "constant", {}),
    constantScores: (views) => process.request(ConstantScores, "constant_scores", { views }),
    diagnose: (id, views) => process.request(Diagnosis, "diagnose", { id, views }),
    surrogateImportance: (id, views) =>
      process.request(SurrogateImportance.nullable(), "surrogate_importance", { id, views }),
    weakRows: (id, views) => process.request(WeakRows.nullable(), "weak_rows", { id, views }),
    alike: (id, others, views) =>
      process.request(z.array(z.number()), "alike", { id, others, views }),
    permute: (id, isStacked) =>
      process.request(z.object({ views: z.array(PermutedView), leftOut: z.number() }), "permute", {
        id,
        stacked: isStacked,
      }),
    importance: (id, views) => process.request(ColumnLosses, "importance", { id, views }),
    applyBlend: (blend, view) => process.request(z.string(), "apply", { id: blend.id, view }),
    standalone: (id) => process.request(Standalone, "standalone", { id }),
    checkSyntax: (code) => process.request(z.string().nullable(), "syntax", { code }),
    close: async () => process.close(),
  };
}
