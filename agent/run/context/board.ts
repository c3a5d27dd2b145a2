import type { Event } from "../../../runs/events/events.ts";
import { type Phase, phaseOf } from "../../../runs/phases.ts";
import { type Attempt, attemptsOf } from "../../../runs/report/attempts.ts";
import { scoreText } from "../../roles/prompt/paragraphs.ts";
import { inline } from "../../roles/prompt/text.ts";

/** Findings that a prompt shows, the latest. */
const MAX_LINES = 20;

/** What tracks other than that of a place have found so far, oldest first, a line each, as the referee measured it. */
export function boardOf(events: readonly Event[], at: string): string[] {
  const own = trackOf(at);
  return attemptsOf(events)
    .filter(({ track, origin }) => track !== null && track !== own && origin !== "ablation")
    .slice(-MAX_LINES)
    .map(lineOf);
}

function lineOf({ track, plan, status, score, change, reason }: Attempt): string {
  const outcome =
    status === "scored"
      ? `scored ${scoreText(score)}${change === null ? "" : `, ${change} than before`}`
      : `${status.replaceAll("-", " ")}${reason === null ? "" : `: ${inline(reason.split("\n").at(-1) ?? "", 160)}`}`;
  return `- ${track} [${outcome}] ${inline(plan ?? "first script", 400)}`;
}

/** Phases of a track in which one thing is done after the other. */
const IN_TURN: ReadonlySet<Phase> = new Set(["refine"]);

/**
 * The events that are sure to stand in the journal when a question is asked, whatever runs side by side: those of
 * earlier phases, and of this one where they come before it on the same line.
 */
export function settledBefore(events: readonly Event[], at: string): Event[] {
  const track = trackOf(at);
  const phase = phaseOf(at);
  // A resumed run has what came later in its journal, too.
  const begun = events.findIndex(({ key }) => key === at || key.startsWith(`${at}/`));
  return events.slice(0, begun === -1 ? events.length : begun).filter(({ type, key }) => {
    if (type === "run-started") return true;
    const other = trackOf(key);
    if (track === null) return other !== null || phaseOf(key) === phase;
    if (other !== track) return false;
    return phaseOf(key) !== phase || IN_TURN.has(phase) || lineOfPlace(key) === lineOfPlace(at);
  });
}

function trackOf(place: string): string | null {
  return /^track-\d+(?=\/|$)/u.exec(place)?.[0] ?? null;
}

/** Track and the step below it: `track-1/init-2`. */
function lineOfPlace(place: string): string {
  return place.split("/").slice(0, 2).join("/");
}
