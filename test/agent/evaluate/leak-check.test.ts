import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkLeaks } from "../../../agent/evaluate/leak-check.ts";
import type { Request } from "../../../agent/models/model.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";
import type { Behavior } from "../../fakes/scripted-sandbox.ts";
import { openWorld, type World, type WorldOptions } from "../../fakes/world.ts";

let world: World | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

const FETCHES = `import requests
open("submission.csv", "w").write(requests.get("https://hub.example/x").text)
`;

async function checkedWith(network: string, code = FETCHES) {
  world = await openWorld({ config: { network, leakageModel: "off" as const } });
  const { refused, findings } = await checkLeaks(world.handle.run, "track-1/init-1", code, null);
  return { refused, seen: findings.map(({ line, rule }) => `line ${line}: ${rule}`) };
}

test("an import of a network library is no more than a hint: what it does is seen while it runs", async () => {
  expect(await checkedWith("none")).toEqual({ refused: null, seen: ["line 1: network"] });
});

test("where hosts are allowed the proxy decides, not a rule about the text", async () => {
  expect(await checkedWith("allow=hub.example")).toEqual({ refused: null, seen: [] });
});

test("an open network opens nothing else", async () => {
  const code = `${FETCHES}open(".trace")\n`;
  const { refused } = await checkedWith("allow=hub.example", code);
  expect(refused).toMatch(/line 3: tampering/u);
});

const LEAKY = JSON.stringify({ leaky: true, block: 'feature = "x"', why: "uses the target" });
const CLEAN = JSON.stringify({ leaky: false, block: "", why: "" });
const one = { candidates: 1, outerSteps: 0, leakageModel: "always" as const };
/** Fits on test rows: something for the static rules to say, not enough to forbid the run. */
const DOUBTFUL = script(0.55).replace('feature = "x"', 'feature = "x"\nscaler.fit(test)');

function statesOf(made: World, solution: string): string[] {
  return values(made, "leaks-checked")
    .filter((each) => each.solution === solution)
    .map(({ state, leakage }) => (leakage === null ? state : `${state} ${leakage}`));
}

async function leakRun(options: WorldOptions, leakOf: (request: Request) => string | null) {
  const answers = (request: Request) => leakOf(request) ?? options.answers?.(request) ?? null;
  const { world: made } = await runWorld({
    ...options,
    answers,
    config: { ...one, ...options.config },
  });
  world = made;
  const evaluated = values(made, "evaluated");
  return { made, first: evaluated[0], states: statesOf(made, "track-1/init-1") };
}

test.each([
  ["auto", script(0.55), []],
  ["auto", DOUBTFUL, ["check", "evaluate clean"]],
  ["always", script(0.55), ["check", "evaluate clean"]],
  ["off", DOUBTFUL, ["evaluate not-asked"]],
] as const)(
  "with leakageModel %s a model is asked where it is to be",
  async (leakageModel, code, states) => {
    const first = inTurn("initializer", [fenced(code)]);
    const check = inTurn("leakage-checker", [CLEAN]);
    const ran = await leakRun(
      { config: { leakageModel, debugRounds: 0 } },
      (request) => first(request) ?? check(request),
    );
    expect(ran.states).toEqual(states);
  },
);

describe("the states of the leak check", () => {
  test("a clean script is checked and run", async () => {
    const { states, first } = await leakRun({}, inTurn("leakage-checker", [CLEAN]));
    expect(states).toEqual(["check", "evaluate clean"]);
    expect(first?.evaluation).toMatchObject({ status: "scored", leakage: "clean" });
  });

  test("a leak is corrected, checked again and run; its line of code stands in the journal and beside the script", async () => {
    const check = inTurn("leakage-checker", [LEAKY, CLEAN]);
    const correct = inTurn("leakage-corrector", ['```python\nfeature = "clean"\n```']);
    const { made, states } = await leakRun({}, (request) => check(request) ?? correct(request));
    expect(states).toEqual(["check", "fix", "recheck", "evaluate clean"]);
    expect(values(made, "leaks-checked")[1]?.findings).toEqual([
      { line: 8, code: 'feature = "x"', rule: "leakage-checker", why: "uses the target" },
    ]);
  });

  test("a suspicion that stands after two corrections counts only when the canary clears it", async () => {
    const turns = ["a", "b", "c"].map((name) => `\`\`\`python\nfeature = "x"  # ${name}\n\`\`\``);
    const check = inTurn("leakage-checker", [LEAKY]);
    const leaks = () => {
      const correct = inTurn("leakage-corrector", turns);
      return (request: Request) => check(request) ?? correct(request);
    };
    const cleared = await leakRun({ config: { debugRounds: 0 } }, leaks());
    expect(cleared.states).toEqual([
      "check",
      "fix",
      "recheck",
      "fix",
      "recheck",
      "evaluate suspected",
    ]);
    expect(cleared.first?.evaluation).toMatchObject({
      status: "scored",
      warning: expect.stringContaining("uses the target; canary"),
    });
    await cleared.made.close();
    const off = await leakRun({ config: { debugRounds: 0, canary: "off" } }, leaks());
    expect(off.first?.evaluation).toMatchObject({ status: "leaky", score: null });
  });

  test("without a verdict a script counts where the static rules say nothing, else it is suspected", async () => {
    const unread = inTurn("leakage-checker", ["maybe?"]);
    const plain = await leakRun({}, unread);
    expect(plain.states).toEqual(["check", "evaluate unchecked"]);
    expect(plain.first?.evaluation).toMatchObject({ status: "scored", leakage: "unchecked" });
    await plain.made.close();
    const answers = inTurn("initializer", [fenced(DOUBTFUL)]);
    const config = { canary: "off" as const, debugRounds: 0 };
    const doubtful = await leakRun({ answers, config }, unread);
    expect(doubtful.states).toEqual(["check", "evaluate suspected"]);
    expect(doubtful.first?.evaluation).toMatchObject({ status: "leaky", score: null });
    const file = join(doubtful.made.folder, "attempts", "track-1", "init-1", "findings.txt");
    expect(await readFile(file, "utf8")).toMatch(
      /^line 9: fit-on-test: .*\n {4}scaler\.fit\(test\)\n/u,
    );
  });

  test("a correction that breaks a rule is refused, never run", async () => {
    const check = inTurn("leakage-checker", [LEAKY, CLEAN]);
    const correct = inTurn("leakage-corrector", ['```python\nopen(".trace")\nfeature = "x"\n```']);
    const leaks = (request: Request) => check(request) ?? correct(request);
    const { states, first } = await leakRun({ config: { debugRounds: 0 } }, leaks);
    expect(states).toEqual(["check", "fix", "refuse"]);
    expect(first?.evaluation).toMatchObject({ status: "leaky" });
  });

  test("a repair that touches no data flow is not asked about again; one that does is", async () => {
    const crash = (code: string): Behavior =>
      code.includes("mended") ? { score: 0.6 } : { outcome: "error", exitCode: 1, log: "boom" };
    const answers = inTurn("debugger", [
      fenced(`import os\n${script(0.55)}`),
      fenced(script(0.55, "mended")),
    ]);
    const draft = inTurn("initializer", [fenced(script(0.55))]);
    const both = (request: Request) => answers(request) ?? draft(request);
    const { made } = await leakRun({ answers: both, behavior: crash }, () => null);
    expect(statesOf(made, "track-1/init-1/fix-1")).toEqual(["evaluate clean"]);
    expect(statesOf(made, "track-1/init-1/fix-2")).toEqual(["check", "evaluate clean"]);
    const asked = made.model.asked.filter((each) => each.role === "leakage-checker");
    expect(asked).toHaveLength(2);
  });
});

describe("a repair that leaves the model for another", () => {
  const WITH = (model: string) => script(0.5).replace("quality = 0.5", `${model}\nquality = 0.5`);
  const crash = (code: string): Behavior =>
    code.includes("LGBM") ? { outcome: "error", exitCode: 1, log: "boom" } : { score: 0.5 };

  test("is a solution of its own, named for what it is, in journal and history", async () => {
    const draft = inTurn("initializer", [fenced(WITH("model = LGBMRegressor().fit(x, y)"))]);
    const repair = inTurn("debugger", [fenced(WITH("model = None"))]);
    const { made } = await leakRun(
      { answers: (request) => draft(request) ?? repair(request), behavior: crash },
      () => null,
    );
    const [, replaced] = values(made, "evaluated");
    expect(replaced).toMatchObject({
      solution: "track-1/init-1/replacement-1",
      parent: "track-1/init-1",
      origin: "replacement",
      plan: "lightgbm → a constant or fixed rules; was to be: model 1.1",
    });
    const git = ["-C", join(made.folder, "history.git"), "log", "-1", "--format=%s"];
    const log = execFileSync("git", [...git, replaced?.commit ?? ""], { encoding: "utf8" });
    expect(log).toMatch(
      /^track-1 replacement 1\.1 \(lightgbm → a constant or fixed rules\): 0\.5/u,
    );
  });

  test("one that keeps the model is a repair", async () => {
    const draft = inTurn("initializer", [fenced(WITH("model = LGBMRegressor().fit(x, y)"))]);
    const repair = inTurn("debugger", [fenced(WITH("import lightgbm\nm = lightgbm.train(p, d)"))]);
    const { made } = await leakRun(
      {
        answers: (request) => draft(request) ?? repair(request),
        behavior: (code) => (code.includes("LGBM") ? crash(code) : { score: 0.5 }),
      },
      () => null,
    );
    expect(values(made, "evaluated")[1]).toMatchObject({
      solution: "track-1/init-1/fix-1",
      origin: "init",
    });
  });

  test("planners are told what was really tried", async () => {
    const draft = inTurn("initializer", [fenced(WITH("model = Ridge().fit(x, y)"))]);
    const coder = inTurn("coder", [
      "```python\nmodel = LGBMRegressor().fit(x, y)\nquality = 0.6\n```",
    ]);
    const repair = inTurn("debugger", [fenced(WITH("model = SVR().fit(x, y)"))]);
    const { made } = await leakRun(
      {
        answers: (request) => draft(request) ?? coder(request) ?? repair(request),
        behavior: crash,
        config: { outerSteps: 1 },
      },
      () => null,
    );
    const planner = made.model.asked.find((each) => each.role === "planner");
    expect(planner?.input).toMatchObject({
      history: [{ plan: expect.stringMatching(/^lightgbm → support vectors/u) }],
    });
  });
});
