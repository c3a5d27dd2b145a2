import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../../runs/record/journal.ts";
import { freshFolder, handClock } from "../journal-fixture.ts";

const SEARCHED = { provider: "p", query: null, hits: [], usd: 0, failure: null, blocked: [] };

async function emptyJournal() {
  const file = join(await freshFolder(), "journal.jsonl");
  return { file, journal: await openJournal(file, { clock: handClock() }) };
}

test.each([
  ["value.score is NaN", Number.NaN],
  ["value.score is Infinity", Number.POSITIVE_INFINITY],
])(
  "a value that JSON would change (%s) is an error before it is written",
  async (complaint, score) => {
    const { file, journal } = await emptyJournal();
    const value = {
      solution: "a",
      view: "fold-0" as const,
      status: "scored" as const,
      score,
      reason: null,
      rows: 1,
      seconds: 1,
      banked: null,
      normalized: null,
    };
    await expect(journal.step("judged", "a/judge", async () => value)).rejects.toThrow(
      /NaN|number|Infinity/u,
    );
    const hits = { ...SEARCHED, query: { score } };
    await expect(journal.append("searched", "b", hits)).rejects.toThrow(
      complaint.replace("value", "value.query"),
    );
    await journal.close();
    expect(await readFile(file, "utf8")).toBe("");
  },
);

test("a date, a map or a function inside free data is refused by its path", async () => {
  const { journal } = await emptyJournal();
  for (const odd of [new Date(0), new Map(), () => 1]) {
    const value = { ...SEARCHED, hits: [{ odd }] };
    await expect(journal.append("searched", "a", value)).rejects.toThrow("value.hits.0.odd");
  }
  await journal.close();
});
