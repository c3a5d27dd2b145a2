import { expect, test } from "vitest";
import type { Config } from "../../../agent/config.ts";
import type { RoleInputs } from "../../../agent/roles/inputs.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, type Ran, runWorld, values } from "../../fakes/run-world.ts";

const whole: Partial<Config> = { refinement: "script", outerSteps: 1, attempts: 2 };

const part = (place: string, code: string) => `${place}:\n${fenced(code)}`;
const change = (quality: number, plan = "Use more trees.") =>
  `${plan}\n\n${part("block-4", `quality = ${quality}`)}`;

function asked(ran: Ran, role: string) {
  return ran.world.model.asked.filter((each) => each.role === role);
}

function inputs(ran: Ran): RoleInputs["refiner"][] {
  return asked(ran, "refiner").map((each) => each.input as RoleInputs["refiner"]);
}

function attempts(ran: Ran) {
  return values(ran.world, "evaluated").filter((each) => each.origin === "refine");
}

test("one reply plans and makes a change: no call for choice, plan, code or summary", async () => {
  await using ran = await runWorld({ config: whole });
  for (const role of ["extractor", "planner", "coder", "summarizer"])
    expect(asked(ran, role)).toEqual([]);
  expect(asked(ran, "refiner")).toHaveLength(2);
  expect(attempts(ran)).toHaveLength(2);
  expect(attempts(ran)[0]?.plan).toBe("Use more trees.");
});

test("an attempt goes on from the one before it when a gain is expected of that", async () => {
  const answers = inTurn("refiner", [change(0.7), change(0.8, "Average two seeds.")]);
  await using ran = await runWorld({ config: whole, answers, compare: () => 0.999 });
  const [first, second] = attempts(ran);
  expect(second?.parent).toBe(first?.solution);
  expect(ran.finished).toMatchObject({ solution: second?.solution, searchScore: 0.8 });
  const [, input] = inputs(ran);
  expect(input).toMatchObject({ score: 0.7, history: [] });
  expect(input?.earlier).toMatchObject([{ plan: "Use more trees.", improved: true }]);
});

test("an attempt begins where the one before it began when that is worse, and is told of it", async () => {
  const answers = inTurn("refiner", [change(0.2), change(0.8, "Average two seeds.")]);
  await using ran = await runWorld({ config: whole, answers });
  const [first, second] = attempts(ran);
  expect(second?.parent).toBe(first?.parent);
  const [, input] = inputs(ran);
  expect(input?.history).toMatchObject([{ plan: "Use more trees.", score: 0.2, block: "model" }]);
});

test("a reply may change several blocks, and those that are fixed stay", async () => {
  const both = `Both.\n\n${part("block-3", 'feature = "new"')}\n\n${part("block-4", "quality = 0.9")}`;
  const closed = `Read less.\n\n${part("block-2", "train = None")}`;
  await using ran = await runWorld({
    config: { ...whole, attempts: 1 },
    answers: inTurn("refiner", [closed, both]),
  });
  const [, again] = asked(ran, "refiner");
  expect(again?.prompt).toContain("block-2 is fixed");
  const made = ran.world.handle.run.evaluated.get("track-1/refine-1/attempt-1")?.solution.code;
  expect(made).toContain('# --- features\nfeature = "new"');
  expect(made).toContain("# --- model\nquality = 0.9");
});

test("a whole new script is taken after a step without a gain only", async () => {
  const rewrite = `Another way.\n\n${part("script", script(0.95, "rewritten"))}`;
  const answers = inTurn("refiner", [rewrite, change(0.1), rewrite]);
  await using ran = await runWorld({ config: { ...whole, outerSteps: 2, attempts: 1 }, answers });
  const [refused] = asked(ran, "refiner").slice(1);
  expect(refused?.prompt).toContain("not allowed here");
  expect(inputs(ran).map(({ idle }) => idle)).toEqual([0, 0, 1]);
  expect(ran.finished).toMatchObject({ solution: "track-1/refine-2/attempt-1", searchScore: 0.95 });
});

test("a script that stands is put to one ablation, which its further steps are shown", async () => {
  const answers = inTurn("refiner", [change(0.1), change(0.11), change(0.12)]);
  await using ran = await runWorld({ config: { ...whole, outerSteps: 3, attempts: 1 }, answers });
  expect(asked(ran, "ablation")).toHaveLength(1);
  const shown = inputs(ran).map(({ variants }) => variants.length);
  expect(shown).toHaveLength(3);
  expect(new Set(shown).size).toBe(1);
});

test("a change is planned from all that the track tried, and from what the script printed", async () => {
  const behavior = (code: string) => {
    const quality = Number(/quality = ([\d.]+)/u.exec(code)?.[1] ?? 0);
    return quality === 0.666
      ? { outcome: "error" as const, log: "Traceback\nKeyError: 'ratio'" }
      : { score: quality, log: `${"line\n".repeat(30)}inner score ${quality}` };
  };
  const answers = inTurn("refiner", [change(0.666, "Add a ratio."), change(0.4)]);
  await using ran = await runWorld({
    config: { ...whole, outerSteps: 2, debugRounds: 0 },
    answers,
    behavior,
  });
  const [, next, input] = inputs(ran);
  expect(next?.tried.map(({ plan }) => plan)).not.toContain("Add a ratio.");
  expect(input?.tried).toContainEqual(
    expect.objectContaining({ plan: "Add a ratio.", error: "KeyError: 'ratio'" }),
  );
  expect(input?.tried[0]).toMatchObject({ status: "scored", plan: "model 1.1" });
  expect(input?.printed?.split("\n")).toHaveLength(20);
  expect(input?.printed).toContain("inner score");
});

test("a second track is told what the first one begins with", async () => {
  await using ran = await runWorld({ config: { ...whole, tracks: 2 } });
  const others = new Map(
    asked(ran, "initializer").map(({ at, input }) => [
      at.split("/")[0],
      (input as RoleInputs["initializer"]).others,
    ]),
  );
  expect(others.get("track-1")).toEqual([]);
  expect(others.get("track-2")).toEqual(["model 1.1", "model 1.2"]);
});

test("a step sees what the other track has come to, and after one without a gain its script", async () => {
  const answers = inTurn("refiner", [change(0.1, "Halve the rate.")]);
  await using ran = await runWorld({
    config: { ...whole, tracks: 2, outerSteps: 2, attempts: 1 },
    answers,
  });
  const last = asked(ran, "refiner").at(-1);
  const { track, best, tried } = inputs(ran).at(-1)?.tracks[0] ?? {};
  expect(track).toMatch(/^track-[12]$/u);
  expect(last?.at.startsWith(track ?? "")).toBe(false);
  expect(best).toMatchObject({ alike: 0.9, code: expect.stringContaining("quality = ") });
  expect(tried?.map(({ plan }) => plan)).toContain("Halve the rate.");
  expect(last?.prompt).toContain("# Best script of another track (");
  expect(asked(ran, "refiner")[0]?.prompt).not.toContain("# Best script of");
});

test("a failed change is mended by one who sees its plan and the script before it", async () => {
  const answers = inTurn("refiner", [change(0.666, "Add a ratio.")]);
  const behavior = (code: string) =>
    code.includes("0.666") ? { outcome: "error" as const, log: "KeyError" } : { score: 0.5 };
  await using ran = await runWorld({ config: { ...whole, attempts: 1 }, answers, behavior });
  const [mended] = asked(ran, "debugger").map((each) => each.input as RoleInputs["debugger"]);
  expect(mended).toMatchObject({ plan: "Add a ratio." });
  expect(mended?.worked).toContain("quality = ");
  expect(mended?.worked).not.toContain("0.666");
});
