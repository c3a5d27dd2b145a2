import { attemptsOf, type Config } from "../config.ts";
import { allRoles } from "../roles/all.ts";
import type { RoleName } from "../roles/inputs.ts";

/** How often a run without errors asks each role: the counts of the paper's algorithms, as the settings have them. */
export function expectedCalls(config: Config): Record<RoleName, number> {
  const { candidates: M, outerSteps: T, tracks: L } = config;
  const K = attemptsOf(config);
  // One track leaves nothing to merge.
  const R = L < 2 ? 0 : config.ensembleAttempts;
  const names = Object.keys(allRoles) as RoleName[];
  const none = Object.fromEntries(names.map((name) => [name, 0])) as Record<RoleName, number>;
  // A model with tools asks as often as it likes.
  if (config.policy !== "mle-star") return none;
  return {
    ...none,
    retriever: config.refinement === "block" ? L : 1,
    initializer: L * M,
    merger: L * (M - 1),
    "data-usage": config.dataUsage ? L : 0,
    ablation: L * T,
    ...(config.refinement === "block"
      ? { summarizer: L * T, extractor: L * T, planner: L * T * (K - 1), coder: L * T * K }
      : { refiner: L * T * K }),
    critic: critiquesOf(config),
    ...vettingCalls(config, L * T, K, R),
    "ensemble-planner": R,
    ensembler: R,
    "leakage-checker": config.leakageModel === "always" ? expectedScripts(config) : 0,
  };
}

/** Where a model judges plans: constraints once a step, one verdict a plan; what is written anew is not foreseen. */
function vettingCalls({ planVerify }: Config, steps: number, attempts: number, ensembles: number) {
  if (!planVerify.includes("llm")) return {};
  return { constraints: steps, verifier: steps * attempts + ensembles };
}

/** One critique a round but the first, of policies that show a pair; `auto` may choose one of them. */
function critiquesOf({ refinePolicy, feedback, refineRounds, tracks, outerSteps }: Config): number {
  const isShown = ["iad", "hybrid", "auto"].includes(refinePolicy) && feedback !== "scores";
  return isShown ? tracks * outerSteps * (refineRounds - 1) : 0;
}

/** Scripts that a run without errors evaluates. */
export function expectedScripts(config: Config): number {
  const { candidates: M, outerSteps: T, tracks: L, ablationVariants: A } = config;
  const K = attemptsOf(config);
  const R = L < 2 ? 0 : config.ensembleAttempts;
  return L * (2 * M - 1 + T * (A + K)) + R;
}

/** Finalists that the sealed holdout is opened for: the best track, the best ensemble, the best blend. */
const FINALISTS = 3;

/** Executions of a run without errors: every script on each search fold, the finalists sealed, the first and the last submission. */
export function expectedExecutions(config: Config, searchFolds: number): number {
  return expectedScripts(config) * searchFolds + FINALISTS + 2;
}
