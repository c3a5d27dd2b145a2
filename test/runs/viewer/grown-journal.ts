import { readFile } from "node:fs/promises";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { journalRun, relinked } from "../journal-fixture.ts";

/** A journal as a run begins it, and the same grown to so many events: how many attempts it has then. */
export async function grownJournal(
  file: string,
  count: number,
): Promise<{ first: string; all: string; attempts: number }> {
  await journalRun(file);
  const first = await readFile(file, "utf8");
  const events = await readEvents(file);
  const verdict = events.find(({ type }) => type === "evaluated");
  const ran = events.find(({ type }) => type === "executed");
  const more = Array.from({ length: count - events.length }, (_, index) => {
    const seq = events.length + index + 1;
    const solution = `track-1/refine-1/attempt-${Math.floor(index / 10) + 10}`;
    const event = index % 10 === 9 ? verdict : ran;
    const key = `${solution}/${event?.type}-${index}`;
    return { ...event, seq, key, value: { ...event?.value, solution } };
  });
  const all = relinked([...events, ...more].map((event) => JSON.stringify(event)));
  return { first, all, attempts: 6 + Math.floor(more.length / 10) };
}
