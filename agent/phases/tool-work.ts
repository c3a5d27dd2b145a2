import { valuesOf } from "../../runs/events/events.ts";
import { evaluateOnce } from "../evaluate/evaluate.ts";
import { advance } from "../run/commit.ts";
import { measureLoss } from "../run/measure.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated, Finished, Solution } from "../solution.ts";
import { converse } from "../tools/converse.ts";
import { toolsFor } from "../tools/registry.ts";
import { openScratch } from "../tools/scratch/scratch.ts";
import type {
  Draft,
  Gained,
  Lost,
  Scoring,
  ToolContext,
  Workspace,
} from "../tools/tool-context.ts";
import { acceptBest } from "../trust/accept.ts";
import { candidateOf } from "../trust/candidates.ts";
import { baseline } from "./baseline.ts";
import { blendBank } from "./ensemble.ts";
import { finalize } from "./finalize.ts";
import { finalizeSelfReported } from "./finalize-self-reported.ts";
import { publishEnsemble, publishFirst, publishGain } from "./publish.ts";

/** Scoring of a search that models drive with tools; `limit`: how many scripts may be scored before `nextTurn`, null: any number. */
export type ToolScoring = Scoring & {
  nextTurn(limit: number | null): void;
  readonly inTurn: number;
};

/**
 * Scores what models hand in: each script is an attempt of the search, evaluated, committed, compared and accepted as
 * those of MLE-STAR are. A model that has tools mends its scripts itself: no debugger is asked. `publishes`: whether
 * what is accepted becomes the submission that stands.
 */
export function openScoring(run: Run, track: string, publishes = true): ToolScoring {
  const attempts: Evaluated[] = [];
  let best: Evaluated | null = null;
  let [count, ablations, inTurn] = [0, 0, 0];
  let limit: number | null = null;
  const solve = (id: string, draft: Draft, origin: Solution["origin"]) => {
    const parent = draft.parent === null ? null : (run.evaluated.get(draft.parent) ?? null);
    const plan = draft.change === "" ? null : draft.change;
    const solution = {
      id,
      code: draft.code,
      parent: parent?.solution.id ?? null,
      origin,
      track,
      plan,
    };
    return evaluateOnce(run, solution, parent?.evaluation.score ?? null);
  };
  return {
    get attempts() {
      return attempts;
    },
    get best() {
      return best;
    },
    get inTurn() {
      return inTurn;
    },
    nextTurn(most) {
      [limit, inTurn] = [most, 0];
    },
    refusal: () =>
      limit !== null && inTurn >= limit
        ? `${limit} scripts were scored in this turn: end it with submit, another model goes on`
        : null,
    async score(draft) {
      count += 1;
      const id = `${track}/attempt-${count}`;
      const origin = draft.parent === null ? ("init" as const) : ("refine" as const);
      const evaluated = await solve(id, draft, origin);
      if (evaluated === null) return null;
      attempts.push(evaluated);
      if (evaluated.evaluation.score === null) return { evaluated, isBest: false, gained: null };
      inTurn += 1;
      const before = best;
      best = before === null ? evaluated : await acceptBest(run, id, before, [evaluated]);
      const isBest = best === evaluated;
      if (isBest) await advance(run, id, track, evaluated);
      if (publishes && (before === null || isBest)) await publish(run, id, before, evaluated);
      return { evaluated, isBest, gained: gainedBy(run, id, before) };
    },
    async ablate(base, variants) {
      ablations += 1;
      const lost: Lost[] = [];
      for (const [index, { what, code }] of variants.entries()) {
        if (limit !== null && inTurn >= limit) break;
        const id = `${track}/ablate-${ablations}/ablation-${index + 1}`;
        const draft = { code, parent: base.solution.id, change: what };
        const evaluated = await solve(id, draft, "ablation");
        if (evaluated === null) return null;
        inTurn += evaluated.evaluation.score === null ? 0 : 1;
        lost.push({ what, ...(await lostBy(run, base, evaluated)) });
      }
      return lost;
    },
  };
}

/** As it was measured when it was decided on. */
function gainedBy(run: Run, id: string, before: Evaluated | null): Gained | null {
  const decided = valuesOf(run.journal.events, "decided").findLast(
    (each) => each.challenger === id,
  );
  if (before === null || decided === undefined || decided.gain === null) return null;
  const { gain, standardError } = decided;
  return { over: before.solution.id, gain, standardError };
}

/** What was accepted becomes the submission that stands. */
async function publish(run: Run, id: string, before: Evaluated | null, evaluated: Evaluated) {
  if (before === null) await publishFirst(run, [evaluated]);
  else await publishGain(run, id, candidateOf(evaluated));
}

/** What a variant lost against its base. */
async function lostBy(run: Run, base: Evaluated, variant: Evaluated): Promise<Omit<Lost, "what">> {
  const { score, status } = variant.evaluation;
  const known = { solution: variant.solution.id, status, score };
  if (score === null) return { ...known, loss: null, standardError: null };
  const { loss, standardError } = await measureLoss(run, base, variant);
  return { ...known, loss, standardError };
}

/** One model's turn at the work: who it is told to be, and what it goes on with. */
export type ToolTurn = {
  at: string;
  workspace: Workspace;
  handOver: string | null;
  attempts: number | null;
  isOver: (at: string) => Promise<string | null>;
  /** Whether a model that cannot be reached loses its turn; else the run faults. */
  mayBeAbsent: () => boolean;
};

/** One model at work with all tools until it ends, its time does, or `isOver` says so; returns why. */
export async function workWithTools(
  run: Run,
  scoring: ToolScoring,
  { at, workspace, handOver, attempts, isOver, mayBeAbsent }: ToolTurn,
): Promise<string> {
  const scratch = openScratch(run, at);
  const context: ToolContext = {
    run,
    role: "agent",
    at,
    scratch,
    workspace,
    seconds: null,
    scoring,
  };
  const hasWeb = run.retrieval.web.providers.length > 0;
  try {
    const worked = await converse({
      context,
      name: "agent",
      input: {
        mode: run.mode,
        handOver,
        attempts,
        limits: {
          seconds: run.config.timeLimit,
          executions: run.config.maxExecutions,
          usd: run.config.maxUsd,
        },
      },
      tools: toolsFor("work", { hasWeb }),
      endsByAnswer: false,
      preface: null,
      mayBrowse: false,
      most: null,
      isOver,
      mayBeAbsent,
    });
    return worked.why;
  } finally {
    await scratch.close();
  }
}

/** The end of every search that models drove: the bank's blends, the canary, the sealed holdout, the script unchanged. */
export async function endToolSearch(run: Run, { best }: Scoring): Promise<Finished> {
  const finals = best === null ? await baseline(run) : [best];
  const ensembles = { planned: [], blends: await blendBank(run) };
  await publishEnsemble(run, finals, ensembles);
  run.budget.beginFinalizing();
  return run.mode === "self-reported"
    ? finalizeSelfReported(run, finals)
    : finalize(run, finals, ensembles);
}
