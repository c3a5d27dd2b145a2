import type { Run } from "../run/run.ts";
import { forecastSeconds, wallClock } from "../run/seconds.ts";
import type { Solution } from "../solution.ts";
import { type CanaryResult, FINALIST, runCanary, skipCanary } from "./canary.ts";
import { keepsDisguised } from "./disguise.ts";
import type { Ranked } from "./ranking.ts";
import type { Corrections } from "./selection-bias.ts";

/** What may become the submission. */
export type Finalist = Ranked & {
  search: number;
  /** The search score without the selection bias of the best of many. */
  corrected: number;
};

/** Single scripts and blends that are judged on the sealed rows, where time allows: choices of ours. */
const MAX_SINGLES = 3;
const MAX_BLENDS = 3;
/** Share of the time and of the executions that judging them may take: the rest is for the search. */
const FINALISTS_SHARE = 0.25;

/**
 * The best scripts of the whole run and the best blends, by the gain that is expected of them, best first: as many as
 * can be judged in their share of the limits, one at least, and beside one that cannot the best that can. `secondsOf`:
 * what judging some takes. Journaled: what has been run since takes no more seconds, and would let in others.
 */
export async function chooseFinalists(
  run: Run,
  ranked: readonly Ranked[],
  {
    round,
    corrections,
    isRejected,
    secondsOf,
  }: {
    round: number;
    corrections: Corrections;
    isRejected(script: Solution): boolean;
    secondsOf(finalists: readonly Finalist[]): number;
  },
): Promise<Finalist[]> {
  const open = ranked
    .filter(({ scripts }) => !scripts.some(isRejected))
    .map((candidate): Finalist => {
      const search = candidate.search ?? Number.NaN;
      return { ...candidate, search, corrected: corrections.of(candidate.id) ?? search };
    });
  const singles = open.filter(({ blend }) => blend === null).slice(0, MAX_SINGLES);
  const blends = open.filter(({ blend }) => blend !== null).slice(0, MAX_BLENDS);
  const wanted = open.filter((each) => singles.includes(each) || blends.includes(each));
  const key = `finalize/finalists-${round}`;
  const { finalists } = await run.journal.step("finalists-chosen", key, async () => {
    const chosen = fittingOf(wanted, (some) => fitsShare(run, some, secondsOf(some)));
    const left = wanted.filter((each) => !chosen.includes(each));
    return { finalists: chosen.map(({ id }) => id), left: left.map(({ id }) => id) };
  });
  return wanted.filter(({ id }) => finalists.includes(id));
}

/** Those that fit together, best first; where the best one does not, it stands all the same. */
function fittingOf(
  wanted: readonly Finalist[],
  fits: (some: readonly Finalist[]) => boolean,
): Finalist[] {
  const chosen: Finalist[] = [];
  for (const finalist of wanted) {
    // Where the best is too much for the share, the best that is not stands behind it, in case there is no room for it.
    const isSpare = chosen.length > 0 && !chosen.some((each) => fits([each])) && fits([finalist]);
    if (chosen.length === 0 || isSpare || fits([...chosen, finalist])) chosen.push(finalist);
  }
  return chosen;
}

/** A canary, a sealed and a final run for each script. */
const RUNS_OF_FINALIST = 3;

function fitsShare({ config }: Run, finalists: readonly Finalist[], seconds: number): boolean {
  const { timeLimit, maxExecutions } = config;
  const executions = RUNS_OF_FINALIST * scriptsOf(finalists).length;
  return (
    (timeLimit === null || seconds <= FINALISTS_SHARE * timeLimit) &&
    (maxExecutions === null || executions <= FINALISTS_SHARE * maxExecutions)
  );
}

/** The scripts of all finalists, each once. */
export function scriptsOf(finalists: readonly Finalist[]): Solution[] {
  const byId = new Map(finalists.flatMap((each) => each.scripts).map((each) => [each.id, each]));
  return [...byId.values()];
}

/** Executions and seconds that some finalists need together. */
type NeedOf = (some: readonly Finalist[]) => { executions: number; seconds: number };

/**
 * The finalists that there is room for, the best first: one that does not fit leaves its room to those behind it. None
 * where not even one fits.
 */
export async function affordable(
  run: Run,
  key: string,
  finalists: readonly Finalist[],
  needOf: NeedOf,
): Promise<Finalist[]> {
  const chosen: Finalist[] = [];
  for (const finalist of finalists) {
    const some = [...chosen, finalist];
    if (await run.budget.fits(`${key}/${finalist.id}`, needOf(some))) chosen.push(finalist);
  }
  return chosen;
}

/**
 * Finalists whose scripts have been put to the canary, as many as there is room for. One that is above chance is
 * dropped, and the next best is tested in its place; one that could not be verified is dropped when another one passes.
 * `choose` gives the finalists without rejected scripts, best first; `secondsAfter` what they need of the budget after
 * their tests.
 */
export async function clearFinalists(
  run: Run,
  choose: (round: number, isRejected: (script: Solution) => boolean) => Promise<Finalist[]>,
  secondsAfter: (finalists: readonly Finalist[]) => number,
): Promise<Finalist[]> {
  const verdicts = new Map<string, CanaryResult["verdict"]>();
  const isRejected = ({ id }: Solution) => verdicts.get(id) === "above-chance";
  const untested = (of: readonly Finalist[]) => scriptsOf(of).filter(({ id }) => !verdicts.has(id));
  for (let round = 1; ; round++) {
    const finalists = await choose(round, isRejected);
    if (run.config.canary === "off") return finalists;
    const { chosen, test } = await affordableTests(run, `finalize/canary-${round}`, finalists, {
      untested,
      secondsAfter,
    });
    if (untested(chosen).length === 0) return withoutUnverified(chosen, verdicts);
    const results = await Promise.all(untested(chosen).map((script) => test(run, script)));
    for (const { solution, verdict } of results) verdicts.set(solution, verdict);
  }
}

/** As many finalists as there is room to test; the best alone where all tests of none fit, and what is left of them. */
async function affordableTests(
  run: Run,
  key: string,
  finalists: readonly Finalist[],
  of: {
    untested: (finalists: readonly Finalist[]) => Solution[];
    secondsAfter: (finalists: readonly Finalist[]) => number;
  },
): Promise<{
  chosen: readonly Finalist[];
  test: (run: Run, script: Solution) => Promise<CanaryResult>;
}> {
  const needOf: NeedOf = (some) => ({
    executions: of.untested(some).length + some.length,
    seconds: secondsOf(run, of.untested(some)) + of.secondsAfter(some),
  });
  const chosen = await affordable(run, key, finalists, needOf);
  if (chosen.length > 0) return { chosen, test: runFully };
  const best = finalists.slice(0, 1);
  // Asked for itself, so that the limit is named as reached.
  const isAfforded = await run.budget.affords(key, needOf(best));
  return { chosen: best, test: isAfforded ? runFully : skip };
}

function runFully(run: Run, script: Solution): Promise<CanaryResult> {
  return runCanary(run, script, FINALIST);
}

function skip(run: Run, script: Solution): Promise<CanaryResult> {
  const why = "the budget does not allow it beside the sealed and the final runs";
  return skipCanary(run, script, FINALIST, why);
}

/** Whether a script that was no finalist may take their place: not one that is above chance, or that loses its score in disguise. */
export async function isCleared(run: Run, script: Solution): Promise<boolean> {
  if (run.config.canary === "off") return true;
  if ((await runCanary(run, script, FINALIST)).verdict === "above-chance") return false;
  return keepsDisguised(run, script);
}

function withoutUnverified(
  finalists: readonly Finalist[],
  verdicts: ReadonlyMap<string, CanaryResult["verdict"]>,
): Finalist[] {
  const all = (verdict: CanaryResult["verdict"]) => (each: Finalist) =>
    each.scripts.every(({ id }) => verdicts.get(id) === verdict);
  const passes = finalists.some(all("passed"));
  const isUnverified = (each: Finalist) =>
    each.scripts.some(({ id }) => verdicts.get(id) === "unverified");
  return finalists.filter((each) => !(passes && isUnverified(each)));
}

/** Wall clock of scripts on shuffled answers; what ran in the search costs nothing again. */
function secondsOf(run: Run, scripts: readonly Solution[]): number {
  const each = scripts
    .filter(({ id }) => run.journal.recorded("executed", `${id}/shuffled-0/run`) === null)
    .map(({ id }) => forecastSeconds(run, id, "shuffled-0"));
  return wallClock(each, run.slots.count);
}
