import type { Event, EventValue } from "../../events/events.ts";
import { expectedWords } from "../expected-score.ts";
import { showNumber, showScoreOf, showText } from "../formats.ts";

type CheckEvent = Event<
  | "shuffled"
  | "canary-drawn"
  | "repeated"
  | "canary"
  | "finalists-chosen"
  | "sealed-opened"
  | "score-projected"
>;

/** What an event about a check of what may be submitted says, on one line. */
export function checksText(event: CheckEvent): string {
  switch (event.type) {
    case "shuffled":
      return shuffled(event.value);
    case "canary-drawn":
      return `${event.value.solution} is to be run on ${event.value.views.join(", ")}`;
    case "repeated":
      return repeated(event.value);
    case "canary":
      return `canary of ${event.value.solution}: ${event.value.verdict}: ${showText(event.value.why, 300)}`;
    case "finalists-chosen":
      return finalistsChosen(event.value);
    case "sealed-opened":
      return sealed(event.value);
    case "score-projected":
      return `${event.value.solution} is expected to score ${expectedWords(event.value)}`;
  }
}

function shuffled(value: EventValue<"shuffled">): string {
  const { solution, view, score, real, chance, aboveChance } = value;
  const range = `chance ${showNumber(chance[0])} to ${showNumber(chance[1])}`;
  const verdict = aboveChance ? "above" : "not above";
  return `${solution} on ${view}: ${showNumber(score)} (${showNumber(real)} on true answers), ${verdict} ${range}`;
}

function repeated({ solution, view, base, score, real, isLost }: EventValue<"repeated">): string {
  const verdict = isLost ? "lost" : "kept";
  const where = view === base ? `alone on ${view}` : `on ${view}`;
  return `${solution} ${where}: ${showNumber(score)} (${showNumber(real)} before), ${verdict}`;
}

function finalistsChosen({ finalists, left }: EventValue<"finalists-chosen">): string {
  const behind = left.length === 0 ? "" : `; no room for ${left.join(", ")}`;
  return `finalists: ${finalists.join(", ")}${behind}`;
}

function sealed(value: EventValue<"sealed-opened">): string {
  const each = value.finalists.map(
    ({ solution, search, sealed: held, sealedInterval }) =>
      `${solution} ${[search, held].map((score) => showScoreOf(score, sealedInterval)).join(" → ")}`,
  );
  return `sealed holdout opened (search → sealed): ${each.join(", ")}; chosen ${value.chosen}`;
}
