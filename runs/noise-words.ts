import type { Event } from "./events/events.ts";
import { showScore } from "./report/formats.ts";

type NoiseEvent = Event<"contested" | "corrected" | "sealed-intended">;

/** A line about evaluation noise in words. */
export function formatNoise(event: NoiseEvent): string {
  switch (event.type) {
    case "contested":
      return contested(event.value);
    case "corrected":
      return corrected(event.value);
    case "sealed-intended": {
      const names = event.value.finalists.map(({ solution }) => solution);
      return `the sealed holdout is opened, once, for ${names.join(", ")}`;
    }
    default:
      return unreachable(event);
  }
}

function unreachable(event: never): string {
  return JSON.stringify(event);
}

function contested({ incumbent, contenders }: Event<"contested">["value"]): string {
  const each = contenders.map(({ id, gain, standardError, familyProbability }) => {
    const sure = `${(100 * familyProbability).toFixed(1)} %`;
    return `${id} ${gain > 0 ? "+" : ""}${showScore(gain)} ± ${showScore(standardError)} (${sure})`;
  });
  return `against ${incumbent}, sure that it is not luck: ${each.join(", ")}`;
}

function corrected({ tries, solutions }: Event<"corrected">["value"]): string {
  const [best] = solutions;
  if (best === undefined) return `no score to correct for ${tries} tries`;
  return `${best.solution} ${showScore(best.search)}, corrected for ${tries} tries ${showScore(best.corrected)}`;
}
