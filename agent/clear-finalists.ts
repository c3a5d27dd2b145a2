import type { Run } from "./run/run.ts";
import type { Solution } from "./solution.ts";
import { type CanaryResult, FINALIST, runCanary, skipCanary } from "./trust/canary.ts";

/** What may become the submission, by the scripts that would make it. */
type Finalist = { id: string; scripts: readonly Solution[] };

/**
 * Finalists whose scripts the canary has heard. One that is above chance leaves, and who follows it is heard in
 * its turn; one that could not be verified leaves when another one passes. `choose` gives the finalists without
 * the barred scripts, best first; `secondsAfter` what must be left for them when all have been heard.
 */
export async function clearFinalists<F extends Finalist>(
  run: Run,
  choose: (isRejected: (script: Solution) => boolean) => F[],
  secondsAfter: (finalists: readonly F[]) => number,
): Promise<F[]> {
  const verdicts = new Map<string, CanaryResult["verdict"]>();
  const isRejected = ({ id }: Solution) => verdicts.get(id) === "above-chance";
  for (let round = 1; ; round++) {
    const finalists = choose(isRejected);
    if (run.config.canary === "off") return finalists;
    const unheard = finalists
      .flatMap((each) => each.scripts)
      .filter(
        ({ id }, index, all) => !verdicts.has(id) && all.findIndex((o) => o.id === id) === index,
      );
    if (unheard.length === 0) return withoutUnverified(finalists, verdicts);
    const need = {
      executions: unheard.length + finalists.length,
      seconds: secondsOf(run, unheard) + secondsAfter(finalists),
    };
    const isAfforded = await run.budget.affords(`finalize/canary-${round}`, need);
    const heard = await Promise.all(unheard.map((script) => hear(run, script, isAfforded)));
    for (const { solution, verdict } of heard) verdicts.set(solution, verdict);
  }
}

/** Whether a script that was no finalist may take their place: everything but one that is above chance. */
export async function isCleared(run: Run, script: Solution): Promise<boolean> {
  if (run.config.canary === "off") return true;
  return (await runCanary(run, script, FINALIST)).verdict !== "above-chance";
}

function hear(run: Run, script: Solution, isAfforded: boolean): Promise<CanaryResult> {
  const why = "the budget does not allow it beside the sealed and the final runs";
  return isAfforded ? runCanary(run, script, FINALIST) : skipCanary(run, script, FINALIST, why);
}

function withoutUnverified<F extends Finalist>(
  finalists: readonly F[],
  verdicts: ReadonlyMap<string, CanaryResult["verdict"]>,
): F[] {
  const all = (verdict: CanaryResult["verdict"]) => (each: F) =>
    each.scripts.every(({ id }) => verdicts.get(id) === verdict);
  const passes = finalists.some(all("fell-to-chance"));
  const isUnverified = (each: F) =>
    each.scripts.some(({ id }) => verdicts.get(id) === "unverified");
  return finalists.filter((each) => !(passes && isUnverified(each)));
}

/** Wall clock of one search view for each script, over the slots; what was heard in the search costs nothing again. */
function secondsOf(run: Run, scripts: readonly Solution[]): number {
  const total = scripts
    .filter(({ id }) => run.journal.recorded("executed", `${id}/shuffled-0/run`) === null)
    .map(({ id }) => {
      const { seconds = 0, executions = 1 } = run.evaluated.get(id)?.evaluation ?? {};
      return seconds / Math.max(1, executions);
    })
    .reduce((sum, each) => sum + each, 0);
  return total / run.slots.count;
}
