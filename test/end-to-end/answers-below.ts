import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type EventValue, valuesOf } from "../../runs/events/events.ts";
import { readEvents } from "../../runs/record/journal-lines.ts";

/** What was answered for a role in all runs below a folder, however deep. */
export async function answersBelow(
  folder: string,
  role: string,
): Promise<EventValue<"answered">[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const journals = entries.filter((each) => each.isFile() && each.name === "journal.jsonl");
  const events = await Promise.all(
    journals.map(({ parentPath, name }) => readEvents(join(parentPath, name))),
  );
  return valuesOf(events.flat(), "answered").filter((each) => each.role === role);
}
