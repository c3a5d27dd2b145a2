import { expect, test } from "vitest";
import { titlesIn } from "../../../../agent/models/playbook/blocks.ts";
import { openFragments } from "../../../../agent/models/playbook/fragments.ts";
import { fitting, recipes } from "../../../../agent/models/playbook/library.ts";
import { firstOf } from "./conversation.ts";
import { brief } from "./table-brief.ts";

test("every recipe has the Python that it stands for", () => {
  const fragments = openFragments(null);
  const empty = recipes.filter(({ file }) => fragments(file).trim() === "");
  expect(empty.map(({ id }) => id)).toEqual([]);
});

test("beside a text, on few rows, a model of words comes before one of numbers", () => {
  const few = { ...brief, split: { ...brief.split, trainRows: 300 } };
  expect(fitting(few, "model")[0]?.id).toBe("linear");
  const texts = brief.profile.columns
    .filter(({ name }) => name === "shop")
    .map((column) => ({ ...column, name: "words", kind: "text" as const }));
  const columns = [...brief.profile.columns, ...texts];
  const withText = { ...few, profile: { ...few.profile, columns } };
  expect(fitting(withText, "model")[0]?.id).toBe("tfidf-linear");
});

test("small nets have a script of their own where torch is there", async () => {
  const titles = async (packages: readonly string[]) => {
    const code = await firstOf({ ...brief, packages: [...brief.packages, ...packages] }, "net");
    return titlesIn(code).filter((title) => title.startsWith("model: "));
  };
  expect(await titles([])).not.toContain("model: net");
  expect(await titles(["torch==2.13.0"])).toEqual(["model: net"]);
});
