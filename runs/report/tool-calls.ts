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
