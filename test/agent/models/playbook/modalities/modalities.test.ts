import { describe, expect, test } from "vitest";
import { openFragments } from "../../../../../agent/models/playbook/fragments.ts";
import { openPython } from "../../../../../agent/python-source/python-source.ts";
import { modalities } from "./modalities-data.ts";

const source = await openPython();
const read = openFragments(null);

describe("recipes of the modalities", () => {
  test.each(modalities.map((recipe) => [recipe.id, recipe] as const))(
    "%s names itself in its plan and has Python that parses and breaks no leak rule",
    (id, recipe) => {
      expect(recipe.plan).toContain(`[${id}]`);
      expect(recipe.title.startsWith(recipe.replaces)).toBe(true);
      const code = read(recipe.file);
      expect(source.hasSyntaxError(code)).toBeNull();
      const task = {
        targets: ["price"],
        id: "id",
        mode: "referee" as const,
        vocabulary: new Set<string>(),
      };
      expect(source.staticFindings(code, task)).toEqual([]);
    },
  );

  test("have ids of their own and ask only for recipes that exist", () => {
    const ids = modalities.map((recipe) => recipe.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const recipe of modalities) for (const need of recipe.needs) expect(ids).toContain(need);
  });
});
