import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { readJsonLines, readKeptLines } from "../../../runs/record/json-lines.ts";
import { freshFolder } from "../journal-fixture.ts";

const Kept = z.object({ key: z.string() });

test("of a file that grows, what was torn or has another form is left out", async () => {
  const file = join(await freshFolder(), "kept.jsonl");
  expect(await readKeptLines(file, Kept)).toEqual([]);
  await writeFile(file, '{"key":"a"}\n{"other":1}\n{"key":"b"}\n{"key":"c');
  expect(await readKeptLines(file, Kept)).toEqual([{ key: "a" }, { key: "b" }]);
});

test("a file that cannot be read is not taken for one that is not there", async () => {
  const folder = join(await freshFolder(), "folder");
  await mkdir(folder);
  await expect(readKeptLines(folder, Kept)).rejects.toThrow("EISDIR");
});

test("of a file that was written as a whole, every line counts", async () => {
  const file = join(await freshFolder(), "rows.jsonl");
  await writeFile(file, '{"a":1}\n[2]\n');
  expect(await readJsonLines(file)).toEqual([{ a: 1 }, [2]]);
  await writeFile(file, '{"a":1}\n[2');
  await expect(readJsonLines(file)).rejects.toThrow(SyntaxError);
});
