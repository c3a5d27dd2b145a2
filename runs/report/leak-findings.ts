import type { Event, EventValue } from "../events/events.ts";

/** What the leak checks found in each solution, with the line of code, and what the canary said of it; a line each. */
export function checksOf(events: readonly Event[]): Record<string, string[]> {
  const checks: Record<string, string[]> = {};
  const add = (solution: string, lines: string[]) => {
    const known = checks[solution] ?? [];
    const found = lines.filter((line) => !known.includes(line));
    if (found.length > 0) checks[solution] = [...known, ...found];
  };
  for (const event of events) {
    if (event.type === "leaks-checked") add(event.value.solution, leakLines(event.value));
    if (event.type === "canary")
      add(event.value.solution, [`canary: ${event.value.verdict}: ${event.value.why}`]);
  }
  return checks;
}

function leakLines({ state, leakage, why, findings }: EventValue<"leaks-checked">): string[] {
  const seen = findings.map(
    ({ line, code, rule, why: reason }) => `line ${line} \`${code}\`: ${rule}: ${reason}`,
  );
  const isDoubtful = leakage === "suspected" || leakage === "unchecked";
  return isDoubtful && why !== null ? [...seen, `${leakage}: ${why}`] : stateLines(state, seen);
}

/** What was corrected is not what runs. */
function stateLines(state: EventValue<"leaks-checked">["state"], seen: string[]): string[] {
  return state === "fix" ? seen.map((line) => `corrected: ${line}`) : seen;
}
