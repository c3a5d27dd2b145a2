import { valuesOf } from "../../runs/events/events.ts";
import type { Run } from "../run/run.ts";
import { secondsEach } from "../run/seconds.ts";
import { type Line, refineOnce } from "./refine.ts";

/** Steps of a track that its rate of gain is taken from, the latest. */
const RECENT_STEPS = 3;
/** Steps without a gain after which a track stagnates. */
const STAGNANT = 2;
/** Fresh tracks beyond those that were asked for. */
const MAX_FRESH = 4;

/** What stands of the search beyond the asked steps. `idle`: steps in a row without a gain beyond noise. */
type State = { lines: Line[]; busy: Map<string, Promise<void>>; idle: number; fresh: number };

/**
 * Outer steps beyond those that were asked for, until a limit less its reserve is used up or `patience` steps in a row
 * brought no gain beyond noise: each on the track that gains most a minute, side by side where there are slots; a
 * fresh track when all stagnate. Whose turn it is depends on who is ready: it is journaled, and a replay keeps to it.
 */
export async function extend(
  run: Run,
  lines: Line[],
  openTrack: (number: number) => Promise<Line | null>,
): Promise<void> {
  const state: State = { lines, busy: new Map(), idle: 0, fresh: 0 };
  const ended = new Set<string>();
  const asked = run.config.tracks;
  // One more than there are slots: none waits for a model's answer while another track has a script to run. With one
  // slot all goes one after the other, so that a run that was killed takes the same turns.
  const sideBySide = run.slots.count > 1 ? run.slots.count + 1 : 1;
  for (let turn = 1; ; turn++) {
    while (state.busy.size >= sideBySide) await Promise.race(state.busy.values());
    while (state.busy.size > 0 && freeOf(state, ended).length === 0 && !isFreshDue(state, ended))
      await Promise.race(state.busy.values());
    const chosen = await chooseTurn(run, turn, state, ended);
    if (chosen.do === "stop") break;
    const track = chosen.track ?? "";
    // On a replay it may be at work yet.
    await state.busy.get(track);
    const work =
      chosen.do === "fresh"
        ? openOne(state, asked + ++state.fresh, openTrack)
        : goOn(run, state, track, ended);
    const done = work.finally(() => state.busy.delete(track));
    // It is awaited later: until then a failure of it is no unhandled one.
    done.catch(() => undefined);
    state.busy.set(track, done);
  }
  await Promise.all(state.busy.values());
  await Promise.all(lines.flatMap(({ published }) => published));
}

async function openOne(
  state: State,
  number: number,
  openTrack: (number: number) => Promise<Line | null>,
): Promise<void> {
  const line = await openTrack(number);
  if (line !== null) state.lines.push(line);
}

async function goOn(run: Run, state: State, track: string, ended: Set<string>): Promise<void> {
  const line = state.lines.find((each) => each.track === track);
  const scripts = line === undefined ? null : await refineOnce(run, line);
  // Where a limit lets nothing be run any more, a further turn would bring nothing either.
  if (line === undefined || scripts === null || scripts === 0) {
    ended.add(track);
    return;
  }
  state.idle = isBeyondNoise(run, `${track}/refine-${line.past.length}`) ? 0 : state.idle + 1;
}

/** Whether the step at a place brought a gain that is larger than its standard error. */
function isBeyondNoise(run: Run, at: string): boolean {
  const decided = run.journal.recorded("decided", `${at}/decided`);
  if (decided === null || !decided.accepted) return false;
  return decided.gain === null || decided.gain > (decided.standardError ?? 0);
}

function freeOf({ lines, busy }: State, ended: ReadonlySet<string>): Line[] {
  return lines.filter(({ track }) => !busy.has(track) && !ended.has(track));
}

function isFreshDue({ lines, fresh }: State, ended: ReadonlySet<string>): boolean {
  const open = lines.filter(({ track }) => !ended.has(track));
  return fresh < MAX_FRESH && open.every(({ idle }) => idle >= STAGNANT);
}

async function chooseTurn(run: Run, turn: number, state: State, ended: ReadonlySet<string>) {
  const at = `extend/turn-${turn}`;
  const free = freeOf(state, ended);
  const rates = Object.fromEntries(free.map((line) => [line.track, rateOf(run, line)]));
  const isAffordable = await affords(run, `${at}/affords`, state.lines);
  const { idle, fresh } = state;
  return run.journal.step("turn-chosen", at, async () => {
    const stop = (why: string) => ({ do: "stop" as const, track: null, why, rates, idle });
    if (!isAffordable) return stop("a limit leaves no room for another script");
    if (idle >= run.config.patience) return stop(`${idle} steps without a gain beyond noise`);
    if (isFreshDue(state, ended)) {
      const track = `track-${run.config.tracks + fresh + 1}`;
      return { do: "fresh" as const, track, why: "all tracks stagnate", rates, idle };
    }
    const [best] = [...free].sort(
      (a, b) => (rates[b.track] ?? 0) - (rates[a.track] ?? 0) || a.idle - b.idle,
    );
    if (best === undefined) return stop("no track can go on");
    const why = `gains most a minute: ${(rates[best.track] ?? 0).toPrecision(2)}`;
    return { do: "step" as const, track: best.track, why, rates, idle };
  });
}

/** Whether one more execution like those of the tracks fits; a step that runs out of room ends by itself. */
function affords(run: Run, key: string, lines: readonly Line[]): Promise<boolean> {
  const each = lines.map(({ best }) => secondsEach(best.evaluation));
  const seconds = each.length === 0 ? 0 : Math.min(...each);
  return run.budget.fits(key, { executions: 1, seconds });
}

/** Gain a minute of a track's latest steps: what their accepted changes are expected to have gained over what they took. */
function rateOf(run: Run, { track, past }: Line): number {
  const latest = Array.from(
    { length: Math.min(RECENT_STEPS, past.length) },
    (_, back) => past.length - back,
  );
  let [gain, seconds] = [0, 0];
  for (const step of latest) {
    const at = `${track}/refine-${step}`;
    const decided = run.journal.recorded("decided", `${at}/decided`);
    if (decided?.accepted) gain += "expected" in decided ? decided.expected : (decided.gain ?? 0);
    for (const { solution, evaluation } of valuesOf(run.journal.events, "evaluated"))
      if (solution.startsWith(`${at}/`)) seconds += evaluation.seconds;
  }
  return (60 * gain) / Math.max(1, seconds);
}
