import type { EventValue } from "../../runs/events/events.ts";
import { showNumber } from "../../runs/report/formats.ts";
import { perfectScore } from "../../tasks/competition.ts";
import type { View } from "../../tasks/referee/referee.ts";
import { vocabularyOf } from "../brief.ts";
import { executeView, searchViews } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import type { Solution } from "../solution.ts";
import { drawOrder } from "./draw.ts";

/** What a script came to on disguised rows: its score is kept or lost, or it could not be told and why. */
export type Disguised =
  | { verdict: "kept" | "lost"; why: string }
  | { verdict: "failed" | "unaffordable" | "none"; why: string };

/** A score this near to perfect, as a share of what a perfect one is above chance, is explained by no rule of thumb. */
const NEARLY_PERFECT = 0.02;

/** The order of the disguises for a script that is to win: drawn when its code is fixed, and journaled before any of them runs. */
export async function drawDisguises(run: Run, solution: Solution): Promise<View[]> {
  const possible = await disguisesOf(run);
  if (possible.length === 0) return [];
  const { id } = solution;
  const key = drawnKey(id);
  // A rule has been put to one of them before it is a finalist.
  const drawn = await run.slots.once(key, () =>
    run.journal.step("canary-drawn", key, async () => ({
      solution: id,
      views: drawOrder(run, solution, possible),
    })),
  );
  return drawn.views;
}

/** Views with the same rows in disguise, renamed and jittered: in another order, in theirs, or among rows of another fold. */
export function disguisesOf(run: Run): Promise<View[]> {
  return run.slots.once("disguises", () => run.referee.disguises());
}

/**
 * Runs a script on disguised rows, by the first of the views that it runs on: a model does not mind, a look-up by id,
 * exact text or whole table collapses. It is called lost only when the same disguise by another draw says so, too.
 */
export async function runDisguised(
  run: Run,
  solution: Solution,
  views: readonly View[],
): Promise<Disguised> {
  let failed: string | null = null;
  for (const view of views) {
    const found = await runOn(run, solution, view);
    if (found.verdict !== "lost") {
      if (found.verdict !== "failed") return found;
      failed = found.why;
      continue;
    }
    const second = await runOn(run, solution, otherDraw(view));
    if (second.verdict !== "unaffordable") return second;
    return { verdict: "failed", why: `no second draw could confirm: ${found.why}` };
  }
  if (failed !== null) return { verdict: "failed", why: failed };
  return { verdict: "none", why: "these files cannot be disguised" };
}

async function runOn(run: Run, solution: Solution, view: View): Promise<Disguised> {
  const outcome = await executeView(run, solution, view);
  if (outcome === null)
    return { verdict: "unaffordable", why: "the budget does not allow the disguised rows" };
  if (outcome.status !== "scored")
    return { verdict: "failed", why: `it did not run on ${view} (${outcome.status})` };
  const found = await compare(run, solution, view);
  return { verdict: found.isLost ? "lost" : "kept", why: textOf(found) };
}

/** The same disguise with other names, jitter and order. */
function otherDraw(view: View): View {
  return view.replace(/0$/u, "1") as View;
}

/** Whether a script keeps its score in disguise, as far as the budget lets it be seen; not one that does not run there. */
export async function keepsDisguised(run: Run, solution: Solution): Promise<boolean> {
  const { verdict } = await runDisguised(run, solution, await drawDisguises(run, solution));
  return verdict !== "lost" && verdict !== "failed";
}

/** What the journal has of a script in disguise: whether it lost its score; null where it was not or could not be seen. */
export function lossInDisguise(run: Run, id: string): boolean | null {
  const views = run.journal.recorded("canary-drawn", drawnKey(id))?.views ?? [];
  if (views.length === 0) return false;
  const seen = views
    .flatMap((view) => [view, otherDraw(view)])
    .flatMap((view) => run.journal.recorded("repeated", comparedKey(id, view)) ?? []);
  if (seen.some(({ isLost }) => !isLost)) return false;
  return seen.length > 1 ? true : null;
}

/**
 * Whether what a script knows without learning it is a rule rather than answers: it keeps its score in disguise, and
 * its literals are fewer bits than it would take to know those rows one by one. Only where nothing but the main
 * tables could have told it, and where it is not nearly perfect.
 */
export async function isRule(
  run: Run,
  solution: Solution,
  found: EventValue<"shuffled">,
): Promise<{ isRule: boolean; why: string }> {
  const others = run.competition.files.other;
  if (others.length > 0) return no(`${others[0]} could have told it`);
  if (isNearlyPerfect(run, found)) return no("no rule of thumb is nearly perfect");
  const carried = run.python.bitsCarried(solution.code, vocabularyOf(run.brief));
  const needed = found.bits ?? 0;
  const weighed = `its literals carry ${carried} bits; to know those rows one by one takes ${Math.round(needed)}`;
  if (carried >= needed) return no(weighed);
  const { verdict, why } = await runDisguised(run, solution, await drawDisguises(run, solution));
  if (verdict !== "kept") return no(why);
  return { isRule: true, why: `a rule that is not learned: ${weighed}, and it keeps its score` };
}

function no(why: string) {
  return { isRule: false, why };
}

function isNearlyPerfect(run: Run, { real, chance }: EventValue<"shuffled">): boolean {
  const perfect = perfectScore(run.competition.metric.name);
  if (perfect === null) return false;
  const middle = (chance[0] + chance[1]) / 2;
  return Math.abs(perfect - real) <= NEARLY_PERFECT * Math.abs(perfect - middle);
}

function drawnKey(id: string): string {
  return `${id}/canary-drawn`;
}

function comparedKey(id: string, view: View): string {
  return `${id}/${view}/repeated`;
}

function compare(run: Run, { id }: Solution, view: View) {
  const [base = "fold-0"] = searchViews(run);
  const key = comparedKey(id, view);
  // A rule that was cleared during the search has been on some of them before it is a finalist.
  return run.slots.once(key, () =>
    run.journal.step("repeated", key, async () => ({
      solution: id,
      view,
      base,
      ...(await run.referee.repeated(id, id, view, base)),
    })),
  );
}

function textOf({ view, score, real, lost, isLost }: EventValue<"repeated">): string {
  const share = lost === null ? "" : `, ${Math.round(100 * lost)} % of its gain lost`;
  const text = `on ${view} it scores ${showNumber(score)} (${showNumber(real)} on the rows as they are${share})`;
  return isLost ? `${text}: it knows the rows, not the problem` : text;
}
