import type { Event, EventValue } from "../../events/events.ts";
import { showPlural, showText } from "../formats.ts";

type PolicyEvent = Event<
  "policy-moved" | "turn-chosen" | "constrained" | "plans-calibrated" | "plan-vetted" | "contrasted"
>;

/** What an event about the choice of what is tried next says, on one line. */
export function policyText(event: PolicyEvent): string {
  const { key } = event;
  switch (event.type) {
    case "policy-moved":
      return moved(key, event.value);
    case "turn-chosen":
      return `${key}: ${event.value.do} ${event.value.track ?? ""}: ${showText(event.value.why)}`;
    case "constrained":
      return `${key}: ${showPlural(event.value.constraints.length, "constraint")}`;
    case "plans-calibrated":
      return `plans are run from a score of ${event.value.threshold}, by ${showPlural(event.value.plans, "executed plan")}`;
    case "plan-vetted":
      return planVetted(key, event.value);
    case "contrasted": {
      const { best, worst, words, facts } = event.value;
      return `${best} beside ${worst}: ${showText(words ?? facts.join("; "))}`;
    }
  }
}

function moved(key: string, { move }: EventValue<"policy-moved">): string {
  const does =
    move.do === "attempt"
      ? showPlural(move.draws.length, "attempt")
      : move.do === "stop"
        ? "no more attempts"
        : `${move.script} once more`;
  return `${key}: ${move.by}: ${does}: ${showText(move.why, 200)}`;
}

function planVetted(key: string, value: EventValue<"plan-vetted">): string {
  const { accepted, score, violations, turns, verdict } = value;
  const reasons = violations.map(({ check, why }) => `${check}: ${why}`);
  const why = [...reasons, verdict?.why ?? ""].filter((each) => each !== "").join("; ");
  const ways = turns.map(({ method }) => method).join(", ");
  const anew = ways === "" ? "" : `, written anew by ${ways}`;
  const said = accepted ? "accepted" : "refused";
  return `${key}: plan ${said}, score ${score ?? "none"}${anew}: ${showText(why, 200)}`;
}
