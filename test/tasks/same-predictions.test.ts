import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { firstDifference } from "../../tasks/same-predictions.ts";
import { freshFolder } from "../runs/journal-fixture.ts";

test.each([
  ["1,0.5", "1,0.5", null],
  ["1,0.5", "1,0.50000001", null],
  ["1,1e9", "1,1000000000.5", null],
  ["1,0.5", "1,0.5001", 'row 1: "0.5" against "0.5001"'],
  ["1,oak", "1,elm", 'row 1: "oak" against "elm"'],
  ["1,0", "1,", 'row 1: "0" against ""'],
  ["1,5", "1,5\n2,6", "2 rows against 3"],
])("%j and %j differ by %j", async (a, b, wanted) => {
  const folder = await freshFolder();
  const [one, other] = [join(folder, "a.csv"), join(folder, "b.csv")];
  await writeFile(one, `id,y\n${a}\n`);
  await writeFile(other, `id,y\n${b}\n`);
  expect(await firstDifference(one, other)).toBe(wanted);
});
