import { expect, test } from "vitest";
import type { Competition } from "../../../tasks/competition.ts";
import { makeCompetition, type Row, readCsv, toCsv } from "../made-competition.ts";
import { referee } from "./opened.ts";

/** A competition of 400 rows whose answers are these, over and over. */
function answering(
  answers: readonly string[],
  task: Record<string, unknown>,
  sample: Row,
): Competition {
  const train = Array.from({ length: 400 }, (_, i) => ({
    id: String(i),
    x: String(i % 7),
    y: answers[i % answers.length] ?? "",
  }));
  const test = Array.from({ length: 5 }, (_, i) => ({ id: String(1000 + i), x: "1" }));
  const given = { id_column: "id", target_columns: ["y"], ...task };
  return makeCompetition(given, {
    "train.csv": toCsv(train),
    "test.csv": toCsv(test),
    "sample_submission.csv": toCsv(test.map(({ id }) => ({ id, ...sample }))),
  });
}

const regression = (name: string) => ({
  type: "regression",
  metric: { name, direction: "minimize" },
  prediction_columns: ["y"],
});

test.each([
  ["rmse", ["1", "2", "9"], 4],
  ["mae", ["1", "2", "9"], 2],
  ["rmsle", ["0", "8"], 2],
])("predicts by %s the best constant", async (metric, answers, wanted) => {
  const made = await referee(answering(answers, regression(metric), { y: "0" }));
  const file = await made.constant();
  const rows = readCsv(file ?? "");
  expect(rows.map(({ id }) => id)).toEqual(["1000", "1001", "1002", "1003", "1004"]);
  for (const { y } of rows) expect(Number(y)).toBeCloseTo(wanted, 1);
});

test("predicts the shares of the classes where each has a column", async () => {
  const task = {
    type: "binary",
    metric: { name: "log_loss", direction: "minimize" },
    prediction_columns: ["a", "b"],
  };
  const made = await referee(answering(["b", "b", "b", "a"], task, { a: "0.5", b: "0.5" }));
  expect(readCsv((await made.constant()) ?? "")[0]).toMatchObject({ a: "0.25", b: "0.75" });
});

test.each([
  [["2.0", "2.0", "2.0", "1.0"], { "2": "0.75", "1": "0.25" }],
  [["True", "True", "True", "False"], { is_TRUE: "0.75", is_FALSE: "0.25" }],
  [["011", "011", "011", "012"], { "12": "0.25", "11": "0.75" }],
  [["big_one", "big_one", "big_one", "other"], { Other: "0.25", "Big one": "0.75" }],
])("also where the columns of %s are written in another way: %s", async (answers, shares) => {
  const task = {
    type: "multiclass",
    metric: { name: "log_loss", direction: "minimize" },
    prediction_columns: Object.keys(shares),
  };
  const made = await referee(answering(answers, task, shares));
  expect(readCsv((await made.constant()) ?? "")[0]).toMatchObject(shares);
});

test("predicts the most frequent class where labels are wanted", async () => {
  const task = {
    type: "binary",
    metric: { name: "accuracy", direction: "maximize" },
    prediction_columns: ["y"],
  };
  const made = await referee(answering(["cat", "dog", "cat"], task, { y: "dog" }));
  expect(readCsv((await made.constant()) ?? "")[0]).toMatchObject({ y: "cat" });
});

test("is a submission that the referee accepts", async () => {
  const made = await referee(answering(["1", "2", "9"], regression("rmse"), { y: "0" }));
  const judged = await made.judge("constant", "final", (await made.constant()) ?? "");
  expect(judged).toMatchObject({ status: "accepted", reason: null });
});

test("says what a constant scores on the search folds and on the sealed rows", async () => {
  const views = ["fold-0", "fold-1"] as const;
  const values = Array.from({ length: 40 }, (_, i) => String(i));
  const numbers = await referee(answering(values, regression("rmse"), { y: "0" }));
  const { search, sealed } = await numbers.constantScores(views);
  expect(search).toBeCloseTo(11.5, 0);
  expect(sealed).toBeCloseTo(11.5, 0);
  const metric = { name: "roc_auc", direction: "maximize" };
  const task = { type: "binary", metric, prediction_columns: ["y"] };
  const binary = await referee(answering(["no", "yes"], task, { y: "0.5" }));
  expect(await binary.constantScores(views)).toEqual({ search: 0.5, sealed: 0.5 });
});
