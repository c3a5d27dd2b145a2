import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { alternate } from "../../agent/alternate.ts";
import type { Model, Request } from "../../agent/models/model.ts";
import { scriptedModel } from "../../agent/models/scripted.ts";
import { ModelUnavailable } from "../../runs/errors.ts";
import { expectSameAfterCuts } from "../fakes/cut-run.ts";
import { values } from "../fakes/run-world.ts";
import { agentPlays, attempting, calling } from "../fakes/tool-script.ts";
import { openWorld } from "../fakes/world.ts";

const taking = {
  leakageModel: "off" as const,
  blends: false,
  policy: "alternate" as const,
  turnModels: ["a", "b"],
};

/** Two models by the turn of a place: the first plays `one`, the second `two`. */
function byTurn(one: ReturnType<typeof agentPlays>, two: ReturnType<typeof agentPlays>) {
  const asked = { one: 0, two: 0 };
  const answers = (request: Request) => {
    const turn = Number(/^alternate\/turn-(\d+)\//u.exec(request.at)?.[1] ?? 1);
    const isFirst = turn % 2 === 1;
    if (isFirst) asked.one += 1;
    else asked.two += 1;
    const plays = isFirst ? one : two;
    // Places of a conversation: the turns within it.
    return plays({ ...request, at: request.at.replace(/^alternate\/turn-\d+\//u, "") });
  };
  return { answers, model: scriptedModel((request) => answers(request) ?? ""), asked };
}

test("two models take turns in one workspace, and the better script of the second is submitted", async () => {
  const { model } = byTurn(
    agentPlays([attempting("first", 0.6), calling(["submit", { note: "ratios did not help" }])]),
    agentPlays([
      calling(
        ["edit_block", { script: "first", old: "quality = 0.6", new: "quality = 0.9" }],
        ["score", { script: "first" }],
      ),
      calling(["submit", {}]),
    ]),
  );
  await using world = await openWorld({
    config: taking,
    modelFor: (role, other) => (role === "agent" ? model : other),
  });
  const finished = await alternate(world.handle.run);
  expect(finished.solution).toBe("alternate/attempt-2");
  const handed = values(world, "handed-over");
  expect(handed.slice(0, 2)).toMatchObject([
    { turn: 1, model: "a", attempts: 1 },
    { turn: 2, model: "b", attempts: 1 },
  ]);
  // A fresh context that begins with what the other one left.
  const begins = model.asked.filter(({ at }) => at.endsWith("/turn-1/ask"));
  expect(begins[1]?.conversation?.exchanges).toEqual([]);
  expect(begins[1]?.prompt).toContain("alternate/attempt-1: 0.6");
  expect(begins[1]?.prompt).toContain("ratios did not help");
  // It came from the first one's script.
  expect(values(world, "evaluated")[1]).toMatchObject({ parent: "alternate/attempt-1" });
});

test("a turn ends with its last allowed script, and the next model goes on", async () => {
  const many = agentPlays(
    Array.from({ length: 6 }, (_, index) => attempting(`one-${index}`, 0.5 + index / 100)),
  );
  const { model } = byTurn(many, agentPlays([calling(["submit", {}])]));
  await using world = await openWorld({
    config: { ...taking, turnSubmissions: 3, maxExecutions: 16 },
    modelFor: (role, other) => (role === "agent" ? model : other),
  });
  await alternate(world.handle.run);
  const [first, second] = values(world, "handed-over");
  expect(first).toMatchObject({ turn: 1, attempts: 3 });
  expect(first?.why).toContain("3 scripts were scored in this turn");
  expect(second).toMatchObject({ turn: 2, attempts: 0 });
});

test("variants of an ablation count as scripts of the turn", async () => {
  const variant = (old: string) => ({ what: old, old, new: "quality = 0.2" });
  const { model } = byTurn(
    agentPlays([
      attempting("one", 0.5),
      calling([
        "ablate",
        { solution: "alternate/attempt-1", variants: Array(4).fill(variant("quality = 0.5")) },
      ]),
    ]),
    agentPlays([calling(["submit", {}])]),
  );
  await using world = await openWorld({
    config: { ...taking, turnSubmissions: 3, maxExecutions: 16 },
    modelFor: (role, other) => (role === "agent" ? model : other),
  });
  await alternate(world.handle.run);
  const [first] = values(world, "handed-over");
  expect(first?.why).toContain("3 scripts were scored in this turn");
  const ablations = values(world, "evaluated").filter(({ solution }) =>
    solution.startsWith("alternate/ablate-1/"),
  );
  expect(ablations).toHaveLength(2);
});

test("every model has a turn before nobody is taken to have anything left", async () => {
  const idle = calling(["submit", {}]);
  const model = scriptedModel((request) => {
    const turn = Number(/^alternate\/turn-(\d+)\//u.exec(request.at)?.[1] ?? 1);
    const at = request.at.replace(/^alternate\/turn-\d+\//u, "");
    const plays = turn % 3 === 1 ? [attempting(`s${turn}`, 0.5 + turn / 100), idle] : [idle];
    return agentPlays(plays)({ ...request, at }) ?? "";
  });
  await using world = await openWorld({
    config: { ...taking, turnModels: ["a", "b", "c"], maxExecutions: 12 },
    modelFor: (role, other) => (role === "agent" ? model : other),
  });
  await alternate(world.handle.run);
  expect(
    values(world, "handed-over").filter(({ attempts }) => attempts > 0).length,
  ).toBeGreaterThan(1);
});

test("a model that cannot be reached loses its turn once a script stands, and is not asked again there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-alternate-"));
  try {
    const { model } = byTurn(
      agentPlays([attempting("one", 0.6), calling(["submit", {}])]),
      () => null,
    );
    const down = scriptedModel(() => new ModelUnavailable("no route"), "down");
    const modelFor = (role: string, other: Model): Model => {
      if (role !== "agent") return other;
      const ask: Model["ask"] = (request, ...rest) =>
        (/^alternate\/turn-[24]\//u.test(request.at) ? down : model).ask(request, ...rest);
      return { ...model, ask };
    };
    const first = await openWorld({ folder, config: taking, modelFor });
    const finished = await alternate(first.handle.run);
    expect(finished.solution).toBe("alternate/attempt-1");
    expect(values(first, "handed-over")[1]).toMatchObject({
      model: "b",
      attempts: 0,
      why: "no route",
    });
    await first.close();
    const before = down.asked.length;
    await using again = await openWorld({ folder, config: taking, modelFor });
    expect((await alternate(again.handle.run)).solution).toBe("alternate/attempt-1");
    expect(down.asked).toHaveLength(before);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("the last share of the time only selects: nothing new is begun in it", async () => {
  let now = 0;
  const clock = { now: () => new Date(1000 * now), monotonic: () => now };
  const { model } = byTurn(
    (request) => {
      now += 40;
      return agentPlays([attempting(`s${now}`, 0.5 + now / 10_000)])(request);
    },
    agentPlays([calling(["submit", {}])]),
  );
  await using world = await openWorld({
    clock,
    config: { ...taking, timeLimit: 1000, turnSubmissions: 100 },
    modelFor: (role, other) => (role === "agent" ? model : other),
  });
  const finished = await alternate(world.handle.run);
  expect(finished.solution).toMatch(/^alternate\/attempt-/u);
  const [first] = values(world, "handed-over");
  expect(first?.why).toBe("what is left of the time is for selecting");
});

test("killed at any event, the turns go on without a question or a script twice", async () => {
  const { answers } = byTurn(
    agentPlays([
      calling(["list_files", {}]),
      attempting("first", 0.6),
      calling(["submit", { note: "go on" }]),
    ]),
    agentPlays([
      calling(
        ["edit_block", { script: "first", old: "quality = 0.6", new: "quality = 0.9" }],
        ["score", { script: "first" }],
      ),
      calling(["submit", {}]),
    ]),
  );
  await expectSameAfterCuts({ config: taking, answers }, ({ handle }) => alternate(handle.run), {
    size: 6,
    seed: 2,
  });
});
