import { describe, expect, test } from "vitest";
import { houses } from "../made-folder.ts";
import { competition, infer, x } from "./made-tables.ts";

describe("inferring a task", () => {
  test("numbers make a regression by RMSE, and the doubt about the metric is told", async () => {
    const { task, doubts } = await infer(houses());
    expect(task).toMatchObject({
      id: "houses",
      type: "regression",
      metric: { name: "rmse", direction: "minimize" },
      id_column: "id",
      target_columns: ["price"],
      prediction_columns: ["price"],
      time_column: null,
      group_column: null,
    });
    expect(doubts.map(({ field, guess }) => [field, guess])).toEqual([["metric", "rmse"]]);
  });

  test.each([
    ["fractions of a yes/no target", (row: number) => row % 2, () => 0.5, "binary", "roc_auc"],
    [
      "labels of a yes/no target",
      (row: number) => row % 2,
      (row: number) => row % 2,
      "binary",
      "accuracy",
    ],
    [
      "texts of three classes",
      (row: number) => `c${row % 3}`,
      () => "c0",
      "multiclass",
      "accuracy",
    ],
    [
      "whole numbers from 0 on as classes",
      (row: number) => row % 4,
      () => 0,
      "multiclass",
      "accuracy",
    ],
    [
      "whole numbers of which the sample shows a mean",
      (row: number) => row % 4,
      () => 1.5,
      "regression",
      "rmse",
    ],
    ["counts with gaps", (row: number) => (row * row) % 97, () => 0, "regression", "rmse"],
    [
      "several guesses a row",
      (row: number) => `c${row % 9}`,
      () => "c0 c1 c2",
      "multiclass",
      "map_at_k",
    ],
  ])("%s", async (_title, target, prediction, type, metric) => {
    const { task } = await infer(
      competition({ features: x, targets: { y: target }, predictions: { y: prediction } }),
    );
    expect([task.type, task.metric.name]).toEqual([type, metric]);
  });

  test("columns named after the classes of a column find that column", async () => {
    const { task } = await infer(
      competition({
        features: x,
        targets: {
          goals: (row) => row % 5,
          result: (row) => ["home", "draw", "away"][row % 3] ?? "",
        },
        predictions: { away: () => 0.3, draw: () => 0.3, home: () => 0.4 },
      }),
    );
    expect(task).toMatchObject({
      type: "multiclass",
      metric: { name: "log_loss", direction: "minimize" },
      target_columns: ["result"],
      prediction_columns: ["away", "draw", "home"],
    });
  });

  test("class columns may carry a prefix", async () => {
    const { task } = await infer(
      competition({
        features: x,
        targets: { Status: (row) => ["C", "CL", "D"][row % 3] ?? "" },
        predictions: { Status_C: () => 0.3, Status_CL: () => 0.3, Status_D: () => 0.4 },
      }),
    );
    expect(task.target_columns).toEqual(["Status"]);
  });

  test.each([
    [
      ["1.0", "2.0", "3.0"],
      ["1", "2", "3"],
    ],
    [
      ["False", "True"],
      ["FALSE", "TRUE"],
    ],
    [
      ["011", "012"],
      ["class_11", "class_12"],
    ],
    [
      ["class_1", "class_2"],
      ["Class 1", "Class 2"],
    ],
  ])("classes %s may have columns called %s", async (classes, columns) => {
    const result = (row: number) => classes[row % classes.length] ?? "";
    const predictions = Object.fromEntries(columns.map((name) => [name, () => 0.5]));
    const { task } = await infer(competition({ features: x, targets: { result }, predictions }));
    expect(task).toMatchObject({ target_columns: ["result"], prediction_columns: columns });
  });

  test.each([
    ["yes", "no"],
    ["TRUE", "FALSE"],
    ["Y", "N"],
    ["1.0", "0.0"],
  ])("several targets of %s and %s are multilabel", async (yes, no) => {
    const flag = (by: number) => (row: number) => (row % by === 0 ? yes : no);
    const { task } = await infer(
      competition({
        features: x,
        targets: { a: flag(2), b: flag(3) },
        predictions: { a: () => 0.5, b: () => 0.5 },
      }),
    );
    expect([task.type, task.metric.name]).toEqual(["multilabel", "roc_auc_columns"]);
  });

  test("several yes/no targets are multilabel, several numbers multi-target", async () => {
    const flag = (by: number) => (row: number) => (row % by === 0 ? 1 : 0);
    const labels = await infer(
      competition({
        features: x,
        targets: { a: flag(2), b: flag(3) },
        predictions: { a: () => 0.5, b: () => 0.5 },
      }),
    );
    expect([labels.task.type, labels.task.metric.name]).toEqual(["multilabel", "roc_auc_columns"]);
    const numbers = await infer(
      competition({
        features: x,
        targets: { a: (row) => row * 1.5, b: (row) => row * 2.5 },
        predictions: { a: () => 0, b: () => 0 },
      }),
    );
    expect([numbers.task.type, numbers.task.metric.name]).toEqual(["multi-target", "rmse"]);
  });

  test("a prediction column of another name is matched to the target, with a doubt where train has more", async () => {
    const { task, doubts } = await infer(
      competition({
        features: x,
        targets: { weight: (row) => row + 0.5, label: (row) => row * 3.5 },
        predictions: { prediction: () => 0 },
      }),
    );
    expect(task.target_columns).toEqual(["label"]);
    expect(task.prediction_columns).toEqual(["prediction"]);
    expect(doubts[0]).toMatchObject({
      field: "target",
      choices: ["weight", "label"],
      guess: "label",
    });
  });

  test.each([
    ["Evaluation\n## Metric\nRoot Mean Squared Logarithmic Error (RMSLE)", "rmsle"],
    [
      "## Evaluation\nRoot-Mean-Squared-Error (RMSE) between the logarithm of the predicted value and the logarithm of the observed price.",
      "rmsle",
    ],
    ["# Evaluation\nThe metric is RMSE of the log of the price.", "rmsle"],
    ["# Evaluation\nThe metric is mean squared error.", "mse"],
    ["# Evaluation\nScored by RMSE between predictions and log_price.", "rmse"],
    ["Submissions are scored on mean absolute error; RMSE is shown for interest.", "mae"],
    ["# Evaluation\nSubmissions are evaluated on the R² score", "r2"],
    ["## Evaluation\nsymmetric mean absolute percentage error", "smape"],
    ["Ratings from 1 to 5, scored by the quadratic weighted kappa.", "quadratic_kappa"],
    ["Accuracy of the meters is 2 %. Scored by Spearman's rank correlation.", "spearman"],
    ["The accuracy of the sensors is high.", "rmse"],
  ])("the description decides the metric: %s", async (description, metric) => {
    const { task } = await infer({
      ...competition({
        features: x,
        targets: { y: (row) => (row * 31) % 83 },
        predictions: { y: () => 0 },
      }),
      "README.md": description,
    });
    expect(task.metric.name).toBe(metric);
    expect(task.files.description).toBe("README.md");
  });

  test("a logarithmic metric is not meant where answers lie below zero", async () => {
    const { task } = await infer({
      ...competition({
        features: x,
        targets: { y: (row) => row - 50.5 },
        predictions: { y: () => 0 },
      }),
      "description.md": "# Evaluation\nRMSLE",
    });
    expect(task.metric.name).toBe("rmse");
  });

  test("a metric that cannot be meant is passed over", async () => {
    const { task } = await infer({
      ...houses(),
      "description.md": "Evaluation: area under the ROC curve",
    });
    expect(task.metric.name).toBe("rmse");
  });
});
