import type { Finding } from "../../runs/certificate/verify.ts";
import type { Event, EventType, EventValue } from "../../runs/events/events.ts";
import {
  INTERVAL_RULE,
  type Referee,
  type Split,
  type View,
  type ViewRun,
} from "../../tasks/referee/referee.ts";
import { NO_WORSE, rateOfStep } from "../noise-rule.ts";

/** What can be computed once more from the stored predictions: scores, gains and decisions, the correction, the choice. */
export async function recompute(
  referee: Referee,
  events: readonly Event[],
  started: EventValue<"run-started">,
): Promise<Finding[]> {
  const recorded = recordedScores(events, started.split as Split);
  const scores = await recomputeScores(referee, recorded, started.intervalRule === INTERVAL_RULE);
  if (started.intervalRule !== INTERVAL_RULE) return [scores];
  return [
    scores,
    await recomputeGains(referee, events),
    decisions(events, started),
    await recomputeCorrection(referee, events),
    await recomputeChoice(referee, events, started.split as Split),
  ];
}

/** A score as the journal has it, and the predictions it was computed from. */
type Recorded = { id: string; views: View[]; score: number; interval: [number, number] | null };

async function recomputeScores(
  referee: Referee,
  recorded: readonly Recorded[],
  withIntervals: boolean,
): Promise<Finding> {
  const check = "scores";
  for (const { id, views, score, interval } of recorded) {
    const found = await referee.score(id, views);
    const was = withIntervals && interval !== null ? [score, ...interval] : [score];
    const now = [found.score, ...found.interval];
    const at = was.findIndex((value, index) => !isSame(value, now[index]));
    if (at !== -1)
      return {
        check,
        ok: false,
        detail: `${id} on ${views.join(", ")}: ${at > 0 ? "an end of its interval is " : ""}${now[at]}, the journal says ${was[at]}`,
      };
  }
  const what = withIntervals ? "with their intervals " : "";
  return {
    check,
    ok: true,
    detail: `${recorded.length} recomputed ${what}from the stored predictions`,
  };
}

function recordedScores(events: readonly Event[], split: Split): Recorded[] {
  const searched = split.folds.slice(0, split.searchFolds).map(({ view }) => view);
  return events.flatMap((event): Recorded[] => {
    if (event.type === "evaluated") {
      const { solution: id, evaluation } = event.value;
      const { score, interval, views } = evaluation;
      return score === null ? [] : [{ id, views: views as View[], score, interval }];
    }
    if (event.type === "blended") {
      const { solution: id, score, interval } = event.value;
      return [{ id, views: searched, score, interval }];
    }
    if (event.type === "shuffled") {
      const { solution: id, view, score } = event.value;
      return [{ id, views: [view as View], score, interval: null }];
    }
    if (event.type !== "sealed-opened") return [];
    return event.value.finalists.flatMap(({ solution: id, sealed, sealedInterval }) => {
      // The chosen one's interval has its luck in it; the choice is recomputed as a whole.
      const interval = id === event.value.chosen ? null : sealedInterval;
      return sealed === null ? [] : [{ id, views: ["sealed" as const], score: sealed, interval }];
    });
  });
}

async function recomputeGains(referee: Referee, events: readonly Event[]): Promise<Finding> {
  const check = "gains";
  let count = 0;
  for (const { incumbent, contenders } of valuesOf(events, "contested")) {
    const asked = contenders.map(({ id, views }) => ({ id, views: views as ViewRun[] }));
    const found = await referee.compareAll(incumbent, asked);
    for (const [index, was] of contenders.entries()) {
      const now = found[index];
      const isEqual =
        isSame(was.gain, now?.gain) &&
        isSame(was.standardError, now?.standardError) &&
        isSame(was.probability, now?.probability) &&
        isSame(was.familyProbability, now?.familyProbability);
      if (!isEqual)
        return {
          check,
          ok: false,
          detail: `${was.id} against ${incumbent}: not what the journal says`,
        };
      count += 1;
    }
  }
  return { check, ok: true, detail: `${count} recomputed, each against the luck of all tries` };
}

/** Every accepted change was acceptable by what was measured just before, at the rate that the run began with. */
function decisions(events: readonly Event[], started: EventValue<"run-started">): Finding {
  const check = "decisions";
  const config = started.config as Parameters<typeof rateOfStep>[0] & { acceptance: string };
  const decided = events.flatMap((event) =>
    event.type === "compared" && event.key.endsWith("/compared") ? [event] : [],
  );
  if (config.acceptance !== "noise")
    return { check, ok: null, detail: `${decided.length} by the paper's rule, by score alone` };
  for (const { key, value } of decided) {
    const looks = looksBefore(events, key.replace(/\/compared$/u, ""));
    const last = looks.at(-1);
    const own = last?.contenders.find(({ id }) => id === value.challenger);
    const left = rateOfStep(config) - (last?.level ?? 0) * (looks.length - 1);
    const isAcceptable =
      last === undefined
        ? (value.probability ?? 0) >= NO_WORSE || (value.gain === 0 && value.standardError === 0)
        : own !== undefined &&
          own.gain > 0 &&
          own.familyProbability >= 1 - Math.max(left, last.level) - EPSILON;
    if (value.accepted && !isAcceptable)
      return {
        check,
        ok: false,
        detail: `${value.challenger} was accepted at ${key} against the rule`,
      };
  }
  return { check, ok: true, detail: `${decided.length} follow from what was measured` };
}

const EPSILON = 1e-12;

function looksBefore(events: readonly Event[], at: string): EventValue<"contested">[] {
  return events.flatMap((event) =>
    event.type === "contested" && event.key.startsWith(`${at}/look-`) ? [event.value] : [],
  );
}

async function recomputeCorrection(referee: Referee, events: readonly Event[]): Promise<Finding> {
  const check = "correction";
  const [was] = valuesOf(events, "corrected");
  if (was === undefined) return { check, ok: null, detail: "no score was corrected" };
  const blends = valuesOf(events, "blended").map(({ solution: id, members, weights }) => ({
    ...{ id, members, weights },
  }));
  const blended = blends.filter(({ id }) => was.solutions.some(({ solution }) => solution === id));
  const scripts = was.solutions
    .map(({ solution }) => solution)
    .filter((id) => !blended.some((blend) => blend.id === id));
  const found = await referee.correct(scripts, blended, was.views as View[]);
  const now = new Map(found.solutions.map(({ id, corrected }) => [id, corrected]));
  const wrong = was.solutions.find(
    ({ solution, corrected }) => !isSame(corrected, now.get(solution)),
  );
  return wrong === undefined
    ? {
        check,
        ok: true,
        detail: `${was.solutions.length} scores corrected for ${was.tries} tries again`,
      }
    : {
        check,
        ok: false,
        detail: `${wrong.solution}: ${now.get(wrong.solution)}, the journal says ${wrong.corrected}`,
      };
}

async function recomputeChoice(
  referee: Referee,
  events: readonly Event[],
  split: Split,
): Promise<Finding> {
  const check = "sealed";
  const [intent] = valuesOf(events, "sealed-intended");
  const opened = events.filter((event) => event.type === "sealed-opened");
  const [was] = valuesOf(events, "sealed-opened");
  if (intent === undefined || was === undefined)
    return { check, ok: null, detail: "the sealed holdout was not opened" };
  const announced = events.findIndex((event) => event.type === "sealed-intended");
  const entered = events.findIndex(
    (event) => event.type === "executed" && event.value.view === "sealed",
  );
  if (opened.length !== 1 || (entered !== -1 && entered < announced))
    return {
      check,
      ok: false,
      detail: "the sealed holdout was not opened once, after it was announced",
    };
  const corrected = new Map(intent.finalists.map((each) => [each.solution, each.corrected]));
  const scored = was.finalists.filter(({ sealed }) => sealed !== null);
  // Asked in the order of the intent, as the run did.
  const wanted = intent.finalists
    .filter(({ solution }) => scored.some((each) => each.solution === solution))
    .map(({ solution: id }) => ({ id, search: corrected.get(id) ?? Number.NaN }));
  const found = await referee.choose(wanted, searchRows(split));
  const chosen = was.finalists.find(({ solution }) => solution === was.chosen);
  const ends = chosen?.sealedInterval ?? [];
  const isEqual =
    (found.order[0] ?? was.chosen) === was.chosen &&
    isSame(was.luck ?? 0, found.luck) &&
    ends.every((end, index) => isSame(end, found.interval?.[index]));
  return isEqual
    ? {
        check,
        ok: true,
        detail: `opened once, for ${intent.finalists.length}; ${was.chosen} chosen again`,
      }
    : {
        check,
        ok: false,
        detail: `${found.order[0]} is chosen, the journal says ${was.chosen}, or its interval differs`,
      };
}

function searchRows(split: Split): number {
  return split.folds.slice(0, split.searchFolds).reduce((sum, { validRows }) => sum + validRows, 0);
}

/** Other versions of a library may add in another order. */
const TOLERANCE = 1e-9;

function isSame(was: number, now: number | undefined): boolean {
  return now !== undefined && Math.abs(now - was) <= TOLERANCE * Math.max(1, Math.abs(was));
}

function valuesOf<K extends EventType>(events: readonly Event[], type: K): EventValue<K>[] {
  return events.flatMap((event) => (event.type === type ? [event.value as EventValue<K>] : []));
}
