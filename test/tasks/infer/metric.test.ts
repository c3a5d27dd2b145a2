import { expect, test } from "vitest";
import { competition, infer, x } from "./made-tables.ts";

test.each([
  ["NDCG@5 over queries", "0.0"],
  ["NDCG@5 over queries", "0"],
  ["MAP@5", "0.0"],
])("%s of a score for each row is not taken for guesses in a cell", async (metric, cell) => {
  const files = competition({
    features: { ...x, query: (row) => Math.floor(row / 10) },
    targets: { relevance: (row) => (row * 7) % 5 },
    predictions: { relevance: () => cell },
  });
  const { task, notes } = await infer({
    ...files,
    "description.md": `## Evaluation\n\n${metric}.\n`,
  });
  expect(["rmse", "accuracy"]).toContain(task.metric.name);
  expect(notes.join("\n")).toMatch(
    /is computed of several guesses in a cell, not of a score for each row: bring it as metric\.py/u,
  );
});
