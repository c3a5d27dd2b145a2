import type { Banked } from "../../runs/events/scoring.ts";
import type { Judgment } from "../../tasks/referee/referee.ts";
import { executeView } from "../run/execute.ts";
import { recordRestoredBlend } from "../run/record.ts";
import type { Run } from "../run/run.ts";
import { forecastSeconds, wallClock } from "../run/seconds.ts";
import { affordable, type Finalist, scriptsOf } from "./finalists.ts";

/** A finalist with its score on the sealed holdout; null where it was not opened or the finalist failed there. */
export type Sealed = {
  finalist: Finalist;
  sealed: number | null;
  interval: [number, number] | null;
};

/**
 * Opens the sealed holdout, once: the intent is journaled before the gate opens, and the gate admits only these
 * finalists and closes after them. Best first by what search and sealed rows together let expect of them, each by its
 * precision; those that the budget has no room for as they came, behind them.
 */
export async function openSealed(run: Run, finalists: readonly Finalist[]): Promise<Sealed[]> {
  if (run.referee.split.sealedRows === 0) return finalists.map(unjudged);
  const needOf = (some: readonly Finalist[]) => ({
    executions: 2 * scriptsOf(some).length,
    seconds: secondsOfEnd(run, some),
  });
  const chosen = await affordable(run, "finalize/sealed", finalists, needOf);
  if (chosen.length === 0) {
    // Asked for itself, so that the limit is named as reached.
    await run.budget.affords("finalize/sealed", needOf(finalists.slice(0, 1)));
    return finalists.map(unjudged);
  }
  const others = finalists.filter((each) => !chosen.includes(each));
  return [...(await judgeSealed(run, chosen)), ...others.map(unjudged)];
}

function unjudged(finalist: Finalist): Sealed {
  return { finalist, sealed: null, interval: null };
}

async function judgeSealed(run: Run, finalists: readonly Finalist[]): Promise<Sealed[]> {
  const intent = await run.journal.step(
    "sealed-intended",
    "finalize/sealed-intended",
    async () => ({
      finalists: finalists.map(({ id, search, corrected, expected, spread }) => ({
        solution: id,
        search,
        corrected,
        expected,
        spread,
      })),
      solutions: [...new Set([...finalists, ...scriptsOf(finalists)].map(({ id }) => id))].sort(),
    }),
  );
  const isClosed = run.journal.recorded("sealed-opened", "finalize/sealed-opened") !== null;
  await run.referee.unseal(intent.solutions, isClosed);
  // Side by side, as their room was reckoned; the best ones have the first free slots.
  const isScored = await Promise.all(finalists.map((finalist) => scoreOnHoldout(run, finalist)));
  return choose(
    run,
    finalists,
    finalists.filter((_, index) => isScored[index]),
  );
}

/** Wall clock of the sealed runs and of the final ones that are still to come, over the slots. */
export function secondsOfEnd(run: Run, finalists: readonly Finalist[]): number {
  const views = ["sealed", "final"] as const;
  const seconds = scriptsOf(finalists).flatMap(({ id }) =>
    views
      .filter((view) => run.journal.recorded("executed", `${id}/${view}/run`) === null)
      .map((view) => forecastSeconds(run, id, view)),
  );
  return wallClock(seconds, run.slots.count);
}

/** Runs a finalist's scripts on the sealed view and banks their predictions; false when one of them fails there. */
async function scoreOnHoldout(run: Run, finalist: Finalist): Promise<boolean> {
  const outcomes = await Promise.all(
    finalist.scripts.map((script) => executeView(run, script, "sealed")),
  );
  if (outcomes.some((outcome) => outcome?.status !== "scored")) return false;
  const { blend } = finalist;
  if (blend === null) return true;
  const key = `${finalist.id}/sealed/judge`;
  const judge = async () => {
    const file = await run.referee.applyBlend(blend, "sealed");
    return run.referee.judge(finalist.id, "sealed", file);
  };
  const judged = await run.journal.step("judged", key, async () => ({
    solution: finalist.id,
    view: "sealed",
    ...(await judge()),
  }));
  if (run.journal.isLost(key)) await restoreSealed(run, finalist.id, judged.banked, await judge());
  return judged.status === "scored";
}

function restoreSealed(run: Run, solution: string, was: Banked | null, now: Judgment) {
  const listed = (banked: Banked | null) => (banked === null ? [] : [banked]);
  const { score, banked } = now;
  const found = { score, banked: listed(banked) };
  return recordRestoredBlend(run, { solution, view: "sealed" }, listed(was), found);
}

async function choose(
  run: Run,
  finalists: readonly Finalist[],
  judged: readonly Finalist[],
): Promise<Sealed[]> {
  const opened = await run.journal.step("sealed-opened", "finalize/sealed-opened", async () => {
    const wanted = judged.map(({ id, expected, spread }) => ({ id, expected, spread }));
    const found = await run.referee.choose(wanted);
    const [chosen = finalists[0]?.id ?? "none"] = found.order;
    const scored = new Map(found.finalists.map((each) => [each.id, each]));
    const all = finalists.map(({ id, search }) => {
      const { score = null, interval = null } = scored.get(id) ?? {};
      return { solution: id, search, sealed: score, sealedInterval: interval };
    });
    const debiased = all.map((each) =>
      each.solution === chosen ? { ...each, sealedInterval: found.interval } : each,
    );
    const place = (id: string) => [...found.order, id].indexOf(id);
    debiased.sort((a, b) => place(a.solution) - place(b.solution));
    const why = "the largest gain that search and sealed rows together let expect";
    return { finalists: debiased, chosen, why, selectionBias: found.selectionBias };
  });
  const byId = new Map(finalists.map((finalist) => [finalist.id, finalist]));
  return opened.finalists.flatMap(({ solution, sealed, sealedInterval: interval }) => {
    const finalist = byId.get(solution);
    return finalist === undefined ? [] : [{ finalist, sealed, interval }];
  });
}
