import { expect, test } from "vitest";
import { printOf, sameCompetition } from "../../../../runs/report/across/same-competition.ts";
import { start } from "../../journal-fixture.ts";

type Column = { name: string; mean: number };

function competition(id: string, columns: readonly Column[], dataHash = id, title = `About ${id}`) {
  const profile = {
    columns: columns.map(({ name, mean }) => ({
      name,
      kind: "numeric",
      unique: 900,
      examples: [],
      min: 0,
      max: 2 * mean,
      mean,
    })),
  };
  return printOf(
    start({
      competition: { id, title, metric: "rmse", direction: "minimize", thresholds: null },
      dataHash,
      brief: { text: "", profile },
    }),
  );
}

const houses = [12, 340, 5.6, 78, 910].map((mean, index) => ({ name: `column_${index}`, mean }));
const others = [1.1, 22, 333, 4400, 0.5].map((mean, index) => ({ name: `other_${index}`, mean }));

test.each([
  ["the same id", competition("Houses", others, "x"), "the same id"],
  ["the same title", competition("b", others, "x", "About HOUSES"), "the same title"],
  ["the same data", competition("b", others, "houses"), "the same data"],
  [
    "nearly the same names",
    competition("b", [
      ...houses.map((each) => ({ ...each, mean: each.mean * 3 })),
      ...others.slice(4),
    ]),
    "nearly the same columns",
  ],
  [
    "other names for the same columns",
    competition(
      "b",
      houses.map(({ mean }, index) => ({ name: `x${index}`, mean: mean * 1.0001 })),
    ),
    "nearly the same columns",
  ],
  ["other columns", competition("b", others), null],
  ["no columns known", competition("b", []), null],
])("a competition is known again by %s", (_, other, expected) => {
  expect(sameCompetition(competition("houses", houses), other)).toBe(expected);
});

test("two competitions of a few common columns are told apart by what these hold", () => {
  const cats = competition("cats", [
    { name: "id", mean: 5 },
    { name: "label", mean: 0.3 },
  ]);
  const dogs = competition("dogs", [
    { name: "id", mean: 700 },
    { name: "label", mean: 0.9 },
  ]);
  expect(sameCompetition(cats, dogs)).toBeNull();
});

test("a print holds no name and no value of the data", () => {
  const text = JSON.stringify(competition("houses", [{ name: "secret_name", mean: 123_456 }]));
  expect(text).not.toMatch(/secret|123/u);
});
