import type { Event } from "../events/events.ts";

/** One look at something on the way to an answer, and what it said. */
export type ToolUse = { name: string; argument: string; result: string };

/**
 * What each reply called, by its key: the tools of its conversation with what they answered (empty for a call that did
 * not count), and the pages that its provider's own search read.
 */
export function toolUses(events: readonly Event[]): Map<string, ToolUse[]> {
  const uses = new Map<string, ToolUse[]>();
  const waiting: ToolUse[] = [];
  for (const { type, key, value } of events) {
    if (type === "answered") {
      const calls = (value.turn?.calls ?? []).map(({ name, arguments: argument }) => ({
        name,
        argument,
        result: "",
      }));
      waiting.push(...calls);
      const read = value.sources.map(({ url, title }) => ({
        name: "web_search",
        argument: url,
        result: title,
      }));
      uses.set(key, [...calls, ...read]);
    }
    if (type !== "tool-called") continue;
    const index = waiting.findIndex(({ name }) => name === value.tool);
    const [use] = index === -1 ? [] : waiting.splice(index, 1);
    if (use !== undefined) use.result = value.text;
  }
  return uses;
}
