import { expect, test } from "vitest";
import { loadCompetition } from "../../../tasks/load.ts";
import { inspectCompetition } from "../../../tasks/profile/inspect.ts";
import { python } from "../interpreter.ts";
import { madeFolder } from "../made-folder.ts";

const COLUMNS = 300;
const ROWS = 11_000;
const TEST_ROWS = 2_000;

/** A table with more cells than are held; of its rows 200 stand twice, a class has three, and `shop` was held out by groups. */
function files(): Record<string, string> {
  const names = Array.from({ length: COLUMNS }, (_, at) => `c${at}`);
  const filler = names.map((_, at) => at % 9).join(",");
  const train = (at: number): string => {
    const twin = at < 200 ? at + 200 : at;
    const kind = at > ROWS - 4 ? "rare" : ["no", "yes"][twin % 2];
    return `${at},${twin},s${twin % 50},${filler},${kind}`;
  };
  const test = (at: number): string =>
    `${ROWS + at},${at < 20 ? `${400 + at},s${(400 + at) % 50}` : `${ROWS + at},t${at % 20}`},${filler}`;
  const lines = (count: number, row: (at: number) => string): string =>
    `${Array.from({ length: count }, (_, at) => row(at)).join("\n")}\n`;
  return {
    "train.csv": `id,mark,shop,${names.join(",")},y\n${lines(ROWS, train)}`,
    "test.csv": `id,mark,shop,${names.join(",")}\n${lines(TEST_ROWS, test)}`,
    "sample_submission.csv": `id,y\n${lines(TEST_ROWS, (at) => `${ROWS + at},no`)}`,
  };
}

test("of a large table a sample is described, but classes and copies are counted in all rows", async () => {
  await using folder = await madeFolder(files());
  const competition = await loadCompetition(folder.path);
  const { profile, findings } = await inspectCompetition(competition, python);
  expect(profile).toMatchObject({ trainRows: ROWS, testRows: TEST_ROWS, duplicateRows: 200 });
  expect(profile.examined).toBeLessThan(ROWS);
  expect(profile.classes).toEqual(["no", "rare", "yes"]);
  expect(profile.classShares?.[1]).toBeCloseTo(3 / ROWS, 6);
  expect(profile.columns.find(({ name }) => name === "c3")).toMatchObject({ kind: "constant" });
  const texts = findings.map(({ text }) => text);
  expect(texts).toContain(
    `200 of ${ROWS} training rows (1.8 %) stand there before, up to id and target`,
  );
  expect(texts).toContain(
    `20 of ${TEST_ROWS} test rows (1.0 %) are rows of train, up to id and target`,
  );
});
