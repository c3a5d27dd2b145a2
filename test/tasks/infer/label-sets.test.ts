import { expect, test } from "vitest";
import { competition, infer, x } from "./made-tables.ts";

const TAGS = ["clear", "haze", "road", "water"];
const tagsOf = (row: number) => TAGS.filter((_, place) => ((1 + (row % 15)) >> place) & 1);

function described(cell: (row: number) => string, metric: string) {
  const targets = { tags: (row: number) => `"${cell(row)}"` };
  const files = competition({ features: x, targets, predictions: { tags: () => `"${cell(2)}"` } });
  return infer({ ...files, "description.md": `## Evaluation\n\n${metric}.\n` });
}

test.each([" ", ",", ", ", "|"])(
  "F1 of cells with several labels, %j between, is not that of classes",
  async (mark) => {
    for (const metric of ["the mean F1 score", "micro F1 over all tags"]) {
      const { task, notes } = await described((row) => tagsOf(row).join(mark), metric);
      expect(task.metric.name).not.toMatch(/^f/u);
      expect(notes.join("\n")).toMatch(
        /a cell of tags holds several labels: f1\w* of such sets, which the description names, is not computed here: bring it as metric\.py/u,
      );
    }
  },
);

test.each([
  [["red fox", "grey fox", "red panda", "grey panda", "brown fox", "brown panda"]],
  [["low", "very low", "high", "very high", "mid"]],
  [["1, a", "2, b", "3, c", "4, d"]],
])("labels of several words are labels: %j", async (labels) => {
  const { task } = await described((row) => labels[row % labels.length] ?? "", "macro F1");
  expect(task.metric.name).toBe("f1_macro");
});
