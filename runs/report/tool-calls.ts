import type { Event } from "../events/events.ts";
import { showCount, showPlural, showSeconds, showText } from "./formats.ts";

/** What an event of a conversation with tools says, on one line. */
export function toolEventText(
  event: Event<"tool-called"> | Event<"compacted"> | Event<"handed-over">,
): string {
  switch (event.type) {
    case "tool-called": {
      const { role, tool, isError, seconds } = event.value;
      const outcome = isError
        ? `refused: ${showText(event.value.text, 120)}`
        : showSeconds(seconds);
      return `${event.key}: ${role} called ${tool} (${outcome})`;
    }
    case "compacted": {
      const { turns, tokens } = event.value;
      return `${event.key}: ${showPlural(turns, "turn")} of about ${showCount(tokens)} tokens gave way to a digest`;
    }
    case "handed-over": {
      const { model, turn, attempts, why } = event.value;
      return `turn ${turn} of ${model} ended after ${showPlural(attempts, "attempt")}: ${showText(why, 200)}`;
    }
  }
}

/** One look or act of a model with tools, as reports show it. */
export type ToolUse = {
  /** Place in the algorithm that it belongs to. */
  at: string;
  role: string;
  tool: string;
  /** What it was called with: a line of it. */
  what: string;
  isError: boolean;
  seconds: number;
};

/** Whose turn at the work ended how, where several models took turns. */
export type Turn = { turn: number; model: string; attempts: number; why: string };

/** All that models called, and the turns that they took. */
export type ToolWork = { uses: ToolUse[]; turns: Turn[] };

/** Most characters that are shown of what a tool was called with. */
const MAX_WHAT = 200;

/** What models looked at and did with tools, oldest first. */
export function toolWorkOf(events: readonly Event[]): ToolWork {
  const uses = events.flatMap((event) => {
    if (event.type !== "tool-called") return [];
    const { role, tool, arguments: given, isError, seconds } = event.value;
    const at = event.key.replace(/(?:\/\w+\/look)?\/turn-\d+\/call-\d+$/u, "");
    return [{ at, role, tool, what: showText(whatOf(given), MAX_WHAT), isError, seconds }];
  });
  const turns = events.flatMap((event) =>
    event.type === "handed-over"
      ? [{ ...event.value, why: showText(event.value.why, MAX_WHAT) }]
      : [],
  );
  return { uses, turns };
}

/** The values of the arguments, without the names of the fields and what is empty. */
function whatOf(given: string): string {
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value !== "object" || value === null) return given;
    return Object.values(value)
      .filter((each) => each !== "" && !(Array.isArray(each) && each.length === 0))
      .map((each) => (typeof each === "string" ? each : JSON.stringify(each)))
      .join(", ");
  } catch (error) {
    if (error instanceof SyntaxError) return given;
    throw error;
  }
}
