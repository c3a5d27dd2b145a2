import type { EventValue } from "../../runs/events/events.ts";
import type { View } from "../../tasks/referee/referee.ts";
import { executeView } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import type { Solution } from "../solution.ts";

/** What became of a script under shuffled answers. */
export type CanaryResult = EventValue<"canary">;

/** Why a script is heard that nothing speaks against. */
export const FINALIST = "finalist";

/** Shuffles: one by rule; the second confirms what the first found, or stands in for one that did not run. */
const VIEWS: readonly View[] = ["shuffled-0", "shuffled-1"];

/**
 * The label-shuffle canary (design §4): the script is run once more where the answers of the training rows were
 * shuffled. What it still knows of the true ones reaches it by another way. It is called a leak only when two
 * shuffles say so; when it does not run, it is tried once more and stays unverified.
 */
export function runCanary(run: Run, solution: Solution, asked: string): Promise<CanaryResult> {
  return conclude(run, solution, asked, () => assessCanary(run, solution));
}

/** Says in the journal that a script was not put to the canary, and why; what was heard before stands. */
export function skipCanary(
  run: Run,
  solution: Solution,
  asked: string,
  why: string,
): Promise<CanaryResult> {
  return conclude(run, solution, asked, async () => skipped(why));
}

type Found = Pick<CanaryResult, "verdict" | "why">;

/** A verdict of the search stands at the end too, unless it was that the budget did not allow one. */
async function conclude(
  run: Run,
  { id }: Solution,
  asked: string,
  find: () => Promise<Found>,
): Promise<CanaryResult> {
  const earlier = run.journal.recorded("canary", `${id}/canary`);
  if (asked === FINALIST && earlier !== null && earlier.verdict !== "skipped") return earlier;
  const key = `${id}/${asked === FINALIST ? "canary-at-the-end" : "canary"}`;
  return run.slots.once(key, async () => {
    const found = await find();
    return run.journal.step("canary", key, async () => ({ solution: id, asked, ...found }));
  });
}

async function assessCanary(run: Run, solution: Solution): Promise<Found> {
  if (run.mode === "self-reported")
    return skipped("a self-reported run has no split whose answers could be shuffled");
  let above: string | null = null;
  let failed: string | null = null;
  for (const view of VIEWS) {
    const outcome = await executeView(run, solution, view);
    if (outcome === null && above === null && failed === null)
      return skipped("the budget does not allow the execution");
    if (outcome === null) break;
    if (outcome.status !== "scored") {
      failed = `it did not run on shuffled answers (${outcome.status}): ${lastLine(outcome.reason)}`;
      continue;
    }
    const found = await measure(run, solution, view);
    if (!found.aboveChance) return { verdict: "fell-to-chance", why: words(found) };
    if (above !== null) return { verdict: "above-chance", why: words(found) };
    above = words(found);
  }
  return { verdict: "unverified", why: failed ?? `no second shuffle could confirm: ${above}` };
}

function measure(run: Run, { id }: Solution, view: View) {
  return run.journal.step("shuffled", `${id}/${view}/canary`, async () => ({
    solution: id,
    view,
    ...(await run.referee.canary(id, view)),
  }));
}

function skipped(why: string): Found {
  return { verdict: "skipped", why };
}

function words({ score, real, chance, aboveChance }: EventValue<"shuffled">): string {
  const [low, high] = chance.map(short);
  const said = `trained on shuffled answers it scores ${short(score)} (${short(real)} on the true ones); chance is ${low} to ${high}`;
  return aboveChance ? `${said}: it knows answers by another way than the training rows` : said;
}

function short(value: number): string {
  return Number(value.toPrecision(4)).toString();
}

function lastLine(reason: string | null): string {
  return (reason ?? "").trim().split("\n").at(-1)?.slice(0, 200) ?? "";
}
