import { describe, expect, test } from "vitest";
import { fitting } from "../../../../agent/models/playbook/library.ts";
import { playbookModel } from "../../../../agent/models/playbook/playbook.ts";
import type { Variant } from "../../../../agent/solution.ts";
import { someRequest } from "../../../fakes/request.ts";
import { converse, firstOf, mergedOf } from "./conversation.ts";
import { blockNamed, blocksOf, brief, source } from "./table-brief.ts";

function variant(block: string, importance: number): Variant {
  const told = { what: "left out", status: "scored" as const, score: 1, seconds: 1 };
  return { block, ...told, importance, standardError: 0.01 };
}

describe("scripts of the playbook", () => {
  test("parse, break no leak rule, and show their sections as blocks", async () => {
    for (const recipe of fitting(brief, "model")) {
      const code = await firstOf(brief, recipe.id);
      expect(source.hasSyntaxError(code)).toBeNull();
      expect(
        source.staticFindings(code, {
          targets: ["target"],
          id: "id",
          mode: "referee",
          vocabulary: new Set<string>(),
        }),
      ).toEqual([]);
      const titles = blocksOf(code).map((block) => block.title);
      expect(titles).toContain(recipe.title);
      expect(titles).toContain("features: columns");
      expect(titles).not.toContain("read the tables");
    }
  });

  test("are the same for the same seed and differ for another", async () => {
    const card = { modelName: "", exampleCode: "", family: "lightgbm", why: "", sources: [] };
    const input = { card, mode: "referee" as const, others: [] };
    const first = await converse(brief, "initializer", input, 1);
    expect(await converse(brief, "initializer", input, 1)).toBe(first);
    expect(await converse(brief, "initializer", input, 2)).not.toBe(first);
  });

  test("know a competition by its traits only, never by its name", async () => {
    const named = { ...brief, competition: { ...brief.competition, id: "other", title: "Other" } };
    expect(await firstOf(named, "lightgbm")).toBe(await firstOf(brief, "lightgbm"));
  });
});

describe("the retriever", () => {
  test("gives tracks families of their own, of different kinds within a track", async () => {
    const question = { count: 3, spare: 0, hits: [], exclude: [], tracks: [1] };
    const first = await converse(brief, "retriever", question);
    const taken = first.map((card) => card.family);
    expect(taken[0]).toBe("lightgbm");
    expect(taken).toContain("linear");
    const second = await converse(brief, "retriever", { ...question, exclude: taken, tracks: [2] });
    expect(second.filter((card) => taken.includes(card.family))).toEqual([]);
    // Asked for both at once it deals out the same.
    const both = await converse(brief, "retriever", { ...question, tracks: [1, 2] });
    expect(both).toEqual([...first, ...second]);
  });

  test.each([
    [150, "linear"],
    [3000, "lightgbm"],
  ])("tries a linear model early where rows are few: %i rows, first %s", async (rows, family) => {
    const small = {
      ...brief,
      competition: {
        ...brief.competition,
        type: "regression" as const,
        metric: { ...brief.competition.metric, name: "rmse" as const },
      },
      profile: { ...brief.profile, classes: null },
      split: { ...brief.split, trainRows: rows },
    };
    const question = { count: 2, spare: 0, hits: [], exclude: [], tracks: [1] };
    const taken = (await converse(small, "retriever", question)).map((card) => card.family);
    expect(taken[0]).toBe(family);
    expect(taken).toContain("linear");
  });

  test("tries no linear model first where thousands of columns make it the slowest", async () => {
    const [number] = brief.profile.columns.filter(({ kind }) => kind === "numeric");
    const columns = Array.from({ length: 3000 }, () => number ?? []).flat();
    const wide = {
      ...brief,
      profile: { ...brief.profile, columns: [...brief.profile.columns, ...columns] },
      split: { ...brief.split, trainRows: 2000 },
    };
    expect(fitting(wide, "model").at(0)?.id).toBe("lightgbm");
    expect(fitting({ ...wide, split: { ...brief.split, trainRows: 150 } }, "model").at(0)?.id).toBe(
      "linear",
    );
  });

  test("hands on what the search found of a family", async () => {
    const hit = {
      title: "Leaf-wise boosting",
      url: "https://example.org/a",
      family: "lightgbm",
      text: "For most tables.",
      code: "import lightgbm",
      library: "lightgbm",
      cost: "seconds",
      kind: "model" as const,
    };
    const [card] = await converse(brief, "retriever", {
      count: 1,
      spare: 0,
      hits: [hit],
      exclude: [],
      tracks: [1],
    });
    expect(card).toMatchObject({ modelName: hit.title, sources: [hit.url], exampleCode: hit.code });
  });
});

describe("merging and the use of data", () => {
  test("puts the reference's model beside the base's", async () => {
    const code = await mergedOf(brief, ["lightgbm", "extra-trees"]);
    const titles = blocksOf(code).map((block) => block.title);
    expect(titles).toContain("model: lightgbm");
    expect(titles).toContain("model: extra-trees");
  });

  test("says that all is used when no table is left", async () => {
    const code = await firstOf(brief, "lightgbm");
    const question = { code, unopened: [], mode: "referee" as const };
    expect(await converse(brief, "data-usage", question)).toBeNull();
  });
});

describe("ablation and targets", () => {
  test("proposes variants that change open blocks and still parse, uncovered ones first", async () => {
    const code = await mergedOf(brief, ["lightgbm", "linear"]);
    const blocks = source.blocks(code, "referee");
    const question = { blocks, printed: null, covered: [], count: 3 };
    const first = await converse(brief, "ablation", question);
    expect(first).toHaveLength(3);
    for (const { block: id, code: text } of first) {
      const span = blocks.find((block) => block.id === id);
      if (span === undefined) throw new Error(id);
      expect(source.replaceSpan(code, span, text)).not.toBe(code);
    }
    const covered = first.map((each) => each.what);
    const second = await converse(brief, "ablation", { ...question, covered });
    expect(covered).not.toContain(second[0]?.what);
  });

  test("leaves no model out that has no part in the blend, as the script printed", async () => {
    const code = await mergedOf(brief, ["lightgbm", "linear"]);
    const blocks = source.blocks(code, "referee");
    const without = async (printed: string | null) => {
      const question = { blocks, printed, covered: [], count: 50 };
      const variants = await converse(brief, "ablation", question);
      return variants.flatMap(({ what }) => (/ model$/u.test(what) ? [what] : []));
    };
    const all = await without(null);
    expect(all).toHaveLength(2);
    const [lightgbm = "", linear = ""] = all;
    const weights = (...of: number[]) =>
      `weights: {'lightgbm': ${of[0]?.toFixed(1)}, 'linear': ${of[1]?.toFixed(1)}}\n`;
    expect(await without(`inner score 0.8\n${weights(1, 0)}`)).toEqual([lightgbm]);
    expect(await without(weights(0, 1))).toEqual([linear]);
    expect(await without("weights: {'lightgbm': 0.035, 'linear': 0.965}\n")).toEqual(all);
  });

  test("says in words what an ablation found", async () => {
    const told = await converse(brief, "summarizer", {
      baseline: 0.5,
      variants: [variant("block-3", 0.2), variant("block-4", -0.1)],
    });
    expect(told).toContain("left out (block-3) costs 0.200");
    expect(told).toContain("left out (block-4) gains 0.100");
  });

  test("leaves a block out that the ablation showed to hurt", async () => {
    const code = await mergedOf(brief, ["lightgbm", "linear"]);
    const hurting = blockNamed(code, "model: linear");
    const question = { blocks: blocksOf(code), summary: "", earlier: [] };
    const target = await converse(brief, "extractor", {
      ...question,
      variants: [variant(hurting.id, -0.1)],
    });
    expect(target.block).toBe(hurting.id);
    const changed = await converse(brief, "coder", { block: hurting.text, plan: target.plan });
    expect(changed).not.toContain("cross_fit");
  });

  test("plans what was not tried yet and keeps what helped", async () => {
    const code = await firstOf(brief, "lightgbm");
    const block = blockNamed(code, "model: lightgbm");
    const history = [
      { plan: "[lightgbm-regular]", status: "scored" as const, score: 0.4, seconds: 1 },
      { plan: "[bag-seeds]", status: "scored" as const, score: 0.6, seconds: 1 },
    ];
    const plan = await converse(brief, "planner", {
      block,
      history,
      baseline: 0.5,
      feedback: null,
      drawn: null,
      refused: [],
    });
    expect(plan).toContain("[lightgbm-regular]");
    expect(plan).not.toContain("[bag-seeds]");
    const changed = await converse(brief, "coder", { block: block.text, plan });
    expect(changed).toContain("num_leaves=7");
    expect(source.hasSyntaxError(changed)).toBeNull();
  });
});

describe("the playbook as a model", () => {
  test("names itself, costs nothing and does not throw on a role it does not know", async () => {
    const model = playbookModel({ seed: 1 });
    const reply = await model.ask(someRequest({ role: "poet" }), new AbortController().signal);
    expect(reply).toMatchObject({ model: "playbook", usd: 0, text: "" });
    expect(model.worstCase(someRequest())).toEqual({ tokens: 0, usd: 0 });
  });
});
