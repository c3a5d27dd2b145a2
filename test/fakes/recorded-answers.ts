import type { Event } from "../../runs/events/events.ts";
import { type Behavior, type Call, failing, saying } from "./servers/messages-server.ts";

/**
 * Answers calls from a recorded journal, by prompt: what the playbook said in one run a server can say in
 * another. A prompt that is not recorded gets the unused answer to the prompt that begins most like it.
 */
export function recordedAnswers(events: readonly Event[]): (call: Call) => Behavior {
  const recorded = events.flatMap((event) =>
    event.type === "answered" ? [{ prompt: event.value.prompt, text: event.value.text }] : [],
  );
  const left = [...recorded];
  return ({ prompt }) => {
    const same = recorded.find((answer) => answer.prompt === prompt);
    if (same !== undefined) {
      const place = left.indexOf(same);
      if (place >= 0) left.splice(place, 1);
      return saying(same.text);
    }
    const [nearest] = [...left].sort(
      (a, b) => sharedStart(b.prompt, prompt) - sharedStart(a.prompt, prompt),
    );
    if (nearest === undefined) return failing(404, "no recorded answer is left");
    left.splice(left.indexOf(nearest), 1);
    return saying(nearest.text);
  };
}

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
