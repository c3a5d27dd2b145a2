import type { EventValue } from "../events/events.ts";
import type { Limits } from "../ledger.ts";
import { showCount, showSeconds, showUsd } from "./formats.ts";

type Words = { name: string; flag: string; show: (max: number) => string };

const WORDS: Record<keyof Limits, Words> = {
  seconds: { name: "time limit", flag: "--time-limit", show: showSeconds },
  usd: { name: "spend limit", flag: "--max-usd", show: showUsd },
  tokens: { name: "token limit", flag: "--max-tokens", show: showCount },
  executions: { name: "execution limit", flag: "--max-executions", show: String },
};

/** Why something was skipped: `the time limit (9m 30s) would be exceeded`. */
export function wordsOfRefusal({ limit, max }: EventValue<"limit-checked">): string {
  if (isLimit(limit)) {
    const { name, show } = WORDS[limit];
    return `the ${name}${max === null ? "" : ` (${show(max)})`} would be exceeded`;
  }
  switch (limit) {
    case "interrupted":
      return "the run was asked to finish";
    case "unknown-price":
      return "the model's price is unknown, and --max-usd is set";
    default:
      return limit ?? "a limit would be exceeded";
  }
}

/** How a run ended that a limit ended: `stopped at the time limit; raise it with --time-limit`. */
export function wordsOfStop(limit: string | null): string {
  if (isLimit(limit))
    return `stopped at the ${WORDS[limit].name}; raise it with ${WORDS[limit].flag}`;
  if (limit === "unknown-price")
    return "stopped: the model's price is unknown; give it with --prices, or drop --max-usd";
  return limit === null ? "stopped at a limit" : `stopped: ${limit}`;
}

function isLimit(limit: string | null): limit is keyof Limits {
  return limit !== null && Object.hasOwn(WORDS, limit);
}
