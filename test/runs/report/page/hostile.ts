import type { Event } from "../../../../runs/events/events.ts";

/** Texts that a page must show without obeying them. */
export const HOSTILE = {
  tag: '<script>document.title="owned"</script><img src=x onerror="document.title=1">',
  quotes: "\"' onmouseover='document.title=2' x=\"",
  ansi: "\u001b[31mred\u001b[2J\u0007",
  bidi: "abc\u202egpj.exe\u2066\u200f",
  url: "javascript:document.title=3",
  long: "n".repeat(1_000_000),
} as const;

const TAIL = Object.values(HOSTILE).slice(0, 5).join(" ");

/** Texts that the schema of events fixes, and numbers, stay; every other text gets the hostile ones. */
const FIXED = new Set([
  "type",
  "time",
  "status",
  "outcome",
  "origin",
  "direction",
  "kind",
  "strategy",
  "mode",
  "leakage",
  "verdict",
  "rule",
  "method",
  "view",
  "views",
  "commit",
  "state",
  "stop",
  "sha256",
  "hash",
  "level",
  "unchecked",
  "network",
  "limit",
]);

/** Events of a run in which every free text is hostile, also the ids; what named the same still does. */
export function hostileEvents(events: readonly Event[], tail: string = TAIL): Event[] {
  const change = (value: unknown, name: string): unknown => {
    if (typeof value === "string") return FIXED.has(name) ? value : `${value}${tail}`;
    if (Array.isArray(value)) return value.map((each) => change(each, name));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, change(each, key)]));
  };
  return events.map((event) => {
    const changed: unknown = { ...event, value: change(event.value, "") };
    return changed as Event;
  });
}
