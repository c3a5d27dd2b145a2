import { join } from "node:path";
import { expect, test } from "vitest";
import { AUC, fromRows, type Row, readCsv, seeded } from "../../made-competition.ts";
import { referee } from "../opened.ts";

const CODES = ["postcode", "station", "occupation"] as const;
const MEASURED = ["height", "weight", "said"] as const;

test("numbers and texts that stand for something each are left alone: an honest model learns each by itself", async () => {
  const next = seeded(3);
  const pick = (count: number) => Math.floor(next() * count);
  const postcodes = Array.from({ length: 40 }, () => `${10_000 + pick(89_999)}`);
  const stations = Array.from({ length: 40 }, () => (5 + 10 * next()).toFixed(4));
  const rows = Array.from({ length: 600 }, (_, i): Row => {
    const height = 10 * next();
    return {
      id: `${i}`,
      postcode: postcodes[pick(40)] ?? "",
      station: stations[pick(40)] ?? "",
      occupation: `senior manager of department ${pick(30)} in the north`,
      height: height.toFixed(1),
      weight: (100 * next()).toFixed(3),
      said: `what was said the ${i}. time of all`,
      y: next() < height / 10 ? "1" : "0",
    };
  });
  const made = await referee(fromRows(rows, AUC));
  const [was, now] = await Promise.all(
    (["fold-0", "perturbed-0"] as const).map(async (view) =>
      readCsv(join(await made.input(view), "train.csv")),
    ),
  );
  const changed = (name: string) =>
    was?.filter((row, place) => row[name] !== now?.[place]?.[name]).length ?? 0;
  expect(CODES.map(changed)).toEqual([0, 0, 0]);
  for (const name of MEASURED) expect(changed(name), name).toBeGreaterThan(200);
});
