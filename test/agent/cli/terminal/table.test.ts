import pc from "picocolors";
import { expect, test } from "vitest";
import { table } from "../../../../agent/cli/terminal/table.ts";

test("columns are as wide as their widest cell; colors, short rows and headings widen nothing", () => {
  const { red } = pc.createColors(true);
  const rows = [["name", "calls"], ["a heading that is long"], [red("x"), "12", "more"]];
  expect(table(rows, (column) => column === 1)).toEqual([
    "name  calls",
    "a heading that is long",
    `${red("x")}        12  more`,
  ]);
  expect(table([])).toEqual([]);
});
