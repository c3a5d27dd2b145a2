import { describe, expect, test } from "vitest";
import { sampled } from "../../../sample.ts";
import { firstOf } from "./conversation.ts";
import { briefOf, draws, type Made, type Row, runScript } from "./modalities/modalities-data.ts";

const timeout = 240_000;
const classes = ["a", "b", "c"];

type Kind = "number" | "flag" | "class";
type Goal = { metric: string; kind: Kind; columns?: string[]; fill?: string | number };

/** 150 rows whose answer follows a number, and 30 to predict. */
function made({ metric, kind, columns = ["y"], fill = 0 }: Goal): Made {
  const draw = draws(17);
  const rows = Array.from({ length: 180 }, (_, id) => ({ id, u: draw(), v: draw() }));
  const answer = (row: { u: number }): string | number => {
    const level = row.u + 0.2 * draw();
    if (kind === "number") return 1 + 10 * level;
    return kind === "flag" ? Number(level > 0.9) : (classes[Math.floor(level * 2.5)] ?? "c");
  };
  const type = { number: "regression", flag: "binary", class: "multiclass" }[kind];
  const filled = Object.fromEntries(columns.map((name) => [name, fill]));
  const test: Row[] = rows.slice(150);
  return {
    task: [
      `type: ${type}`,
      `metric: ${metric}`,
      "id_column: id",
      'target_columns: ["y"]',
      `prediction_columns: ${JSON.stringify(columns)}`,
    ],
    train: rows.slice(0, 150).map((row) => ({ ...row, y: answer(row) })),
    test,
    sample: test.map((row) => ({ id: row.id ?? null, ...filled })),
    answers: [],
    files: {},
  };
}

const up = "direction: maximize";
const down = "direction: minimize";
const goals: Record<string, Goal> = {
  mse: { metric: `{ name: mse, ${down} }`, kind: "number" },
  msle: { metric: `{ name: msle, ${down} }`, kind: "number" },
  rmspe: { metric: `{ name: rmspe, ${down} }`, kind: "number" },
  wmape: { metric: `{ name: wmape, ${down} }`, kind: "number" },
  pinball: { metric: `{ name: pinball, ${down}, quantile: 0.9 }`, kind: "number" },
  pearson: { metric: `{ name: pearson, ${up} }`, kind: "number" },
  average_precision: { metric: `{ name: average_precision, ${up} }`, kind: "flag" },
  gini: { metric: `{ name: gini, ${up} }`, kind: "flag" },
  brier: { metric: `{ name: brier, ${down} }`, kind: "flag" },
  balanced_log_loss: { metric: `{ name: balanced_log_loss, ${down} }`, kind: "flag" },
  fbeta: { metric: `{ name: fbeta, ${up}, beta: 2 }`, kind: "flag" },
  "jaccard of classes": { metric: `{ name: jaccard, ${up} }`, kind: "class", fill: "a" },
  "balanced_log_loss of classes": {
    metric: `{ name: balanced_log_loss, ${down} }`,
    kind: "class",
    columns: classes,
  },
  "brier of classes": { metric: `{ name: brier, ${down} }`, kind: "class", columns: classes },
  "top_k_accuracy of columns": {
    metric: `{ name: top_k_accuracy, ${up}, k: 2 }`,
    kind: "class",
    columns: classes,
  },
  "top_k_accuracy of guesses": {
    metric: `{ name: top_k_accuracy, ${up}, k: 2 }`,
    kind: "class",
    fill: "a b",
  },
  ndcg_at_k: { metric: `{ name: ndcg_at_k, ${up}, k: 2 }`, kind: "class", fill: "a b" },
};

/** What a cell must look like. */
function formOf({ metric, kind, columns, fill }: Goal): RegExp {
  if (columns !== undefined) return /^[01](\.\d+)?(e-\d+)?$/u;
  if (typeof fill === "string") return fill.includes(" ") ? /^[abc] [abc]$/u : /^[abc]$/u;
  if (kind === "number") return /^\d+\.\d+$/u;
  return metric.includes("fbeta") ? /^[01]$/u : /^[01]\.\d+(e-\d+)?$/u;
}

describe("a first script answers in the form of its metric, and its own score is good", () => {
  test.each(sampled(Object.entries(goals), { size: 3, seed: 4 }))(
    "%s",
    async (_, goal) => {
      const { brief, competition } = await briefOf(made(goal));
      const ran = await runScript(competition, await firstOf(brief, "extra-trees"));
      expect(ran.exit, ran.log).toBe(0);
      const own = Number(/Final Validation Performance: (\S+)/u.exec(ran.log)?.[1]);
      if (goal.metric.includes(up)) expect(own).toBeGreaterThan(0.6);
      else expect(own).toBeLessThan(1.5);
      expect(own).toBeGreaterThan(0);
      const lines = ran.submission.trim().split("\n").slice(1);
      expect(lines).toHaveLength(30);
      for (const cell of lines.flatMap((line) => line.split(",").slice(1)))
        expect(cell).toMatch(formOf(goal));
    },
    timeout,
  );
});
