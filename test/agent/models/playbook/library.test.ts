import { expect, test } from "vitest";
import { openFragments } from "../../../../agent/models/playbook/fragments.ts";
import { recipes } from "../../../../agent/models/playbook/library.ts";

test("every recipe has the Python that it stands for", () => {
  const fragments = openFragments(null);
  const empty = recipes.filter(({ file }) => fragments(file).trim() === "");
  expect(empty.map(({ id }) => id)).toEqual([]);
});
