import { describe, expect, test } from "vitest";
import { converse, firstOf } from "./conversation.ts";
import { blocksOf, brief, source } from "./table-brief.ts";

const stranger = `import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor

train = pd.read_csv("./input/train.csv")
test = pd.read_csv("./input/test.csv")

X = train.drop(columns=["id", "target"])
X_test = test.drop(columns=["id"])

model = GradientBoostingRegressor(n_estimators=200, learning_rate=0.1)
model.fit(X, train["target"])

submission = pd.DataFrame({"id": test["id"], "target": model.predict(X_test)})
submission.to_csv("./submission.csv", index=False)
`;

describe("repairs", () => {
  test("drops the feature section a traceback points into and keeps the rest", async () => {
    const code = await firstOf(brief, "lightgbm");
    const line = code.split("\n").findIndex((text) => text.includes("ENCODED[name] = ")) + 1;
    const fixed = await converse(brief, "debugger", {
      code,
      status: "failed",
      error: `Traceback\n  File "script.py", line ${line}, in <module>\nKeyError: 'shop'`,
      round: 0,
      mode: "referee",
      references: [],
      repairs: [],
      isFresh: false,
      plan: null,
      worked: null,
    });
    expect(fixed).not.toContain("# --- features: encodings");
    expect(fixed).toContain("# --- model: lightgbm");
  });

  test.each([
    ["timed-out", "", "n_estimators=50"],
    ["out-of-memory", "", "train.sample("],
    ["failed", "KeyError: 'area'", 'if "area" not in train.columns'],
    ["failed", "ValueError: Input X contains NaN.", "train.fillna("],
    ["failed", "ValueError: could not convert string to float: 'x'", "select_dtypes"],
  ] as const)("mends a stranger's script that ended %s %s", async (status, error, trace) => {
    const question = {
      code: stranger,
      status,
      error,
      round: 0,
      mode: "referee" as const,
      references: [],
      repairs: [],
      isFresh: false,
      plan: null,
      worked: null,
    };
    const fixed = await converse(brief, "debugger", question);
    expect(fixed).toContain(trace);
    expect(source.hasSyntaxError(fixed)).toBeNull();
  });

  test("gives up on a stranger's script for the plainest one of its own", async () => {
    const fixed = await converse(brief, "debugger", {
      code: stranger,
      status: "failed",
      error: "RuntimeError: odd",
      round: 2,
      mode: "referee",
      references: [],
      repairs: [],
      isFresh: false,
      plan: null,
      worked: null,
    });
    expect(fixed).toContain("# --- model: hist-gradient-boosting");
  });
});

describe("a stranger's script", () => {
  test("gets a usable answer from every role", async () => {
    const blocks = blocksOf(stranger);
    const view = { code: stranger, score: 0.5 };
    const mode = "self-reported" as const;
    const variants = await converse(brief, "ablation", {
      blocks,
      printed: null,
      covered: [],
      count: 2,
    });
    expect(variants.every((each) => blocks.some((block) => block.id === each.block))).toBe(true);
    const target = await converse(brief, "extractor", {
      blocks,
      variants: [],
      summary: "",
      earlier: [],
    });
    const block = blocks.find((each) => each.id === target.block);
    if (block === undefined) throw new Error(target.block);
    const changed = await converse(brief, "coder", { block: block.text, plan: target.plan });
    expect(changed).toContain("learning_rate=0.05");
    const history = [{ plan: target.plan, status: "failed" as const, score: null, seconds: 1 }];
    const known = { feedback: null, drawn: null, refused: [] };
    const planning = { block, history, baseline: 1, ...known };
    expect(await converse(brief, "planner", planning)).not.toBe("");
    const timed = { ...view, seconds: null };
    const merging = { base: timed, reference: timed, printed: null, mode };
    expect(await converse(brief, "merger", merging)).toContain("GradientBoosting");
    const joined = await converse(brief, "ensembler", { plan: "", solutions: [view, view], mode });
    expect(source.hasSyntaxError(joined)).toBeNull();
    expect(await converse(brief, "test-writer", { code: stranger })).toContain("submission.csv");
    expect(await converse(brief, "coder", { block: "x = 1", plan: "think" })).toBe("x = 1\n");
  });

  test("is called leaky where it fits on the test rows, and mended there", async () => {
    const leak = "scaler = StandardScaler().fit(pd.concat([X, X_test]))";
    const code = `${stranger}\n${leak}\n`;
    const verdict = await converse(brief, "leakage-checker", { code, findings: [] });
    expect(verdict).toMatchObject({ leaky: true, block: leak });
    const mended = await converse(brief, "leakage-corrector", { code, ...verdict });
    expect(mended).toBe("scaler = StandardScaler().fit(X)\n");
    const honest = await converse(brief, "leakage-checker", { code: stranger, findings: [] });
    expect(honest.leaky).toBe(false);
  });

  test("has its subsample found and removed", async () => {
    const line = "train = train.sample(n=30000, random_state=0)";
    const found = await converse(brief, "subsample-finder", { code: `${stranger}\n${line}\n` });
    expect(found).toBe(line);
    expect(await converse(brief, "subsample-remover", { block: line })).toBe("train = train\n");
    expect(await converse(brief, "subsample-finder", { code: stranger })).toBeNull();
  });
});
