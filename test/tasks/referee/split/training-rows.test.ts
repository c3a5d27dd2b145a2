import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AUC, binary, fromRows, readCsv, readTree } from "../../made-competition.ts";
import { referee } from "../opened.ts";

const rows = binary(240, (i) => ({ photo: `photo-${i}.png` }));
const photos = Object.fromEntries(rows.map(({ photo, mark }) => [`photos/${photo}`, `${mark}`]));

test("the training rows that may be looked at hold no row that the first view predicts, in no file", async () => {
  const made = await referee(
    fromRows(
      rows,
      { ...AUC, files: { other: ["photos"] }, media_columns: ["photo"] },
      { testRows: 40, files: photos },
    ),
  );
  const folder = await made.trainingRows();
  const shown = readCsv(join(folder, "train.csv"));
  expect(shown).toEqual(readCsv(join(await made.input("fold-0"), "train.csv")));
  expect(existsSync(join(folder, "test.csv"))).toBe(false);
  expect(existsSync(join(folder, "sample_submission.csv"))).toBe(false);
  const marks = new Set(shown.map(({ mark }) => mark));
  const files = readTree(folder);
  const hidden = rows.filter(({ mark }) => !marks.has(mark ?? ""));
  expect(hidden.length).toBeGreaterThan(80);
  for (const { mark, photo } of hidden) {
    expect(existsSync(join(folder, "photos", photo ?? ""))).toBe(false);
    for (const bytes of files.values()) expect(bytes.includes(mark ?? "?")).toBe(false);
  }
  expect([...files.keys()].filter((name) => name.startsWith("photos/"))).toHaveLength(shown.length);
});
