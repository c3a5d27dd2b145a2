import { describe, expect, test } from "vitest";
import type { Request } from "../../../agent/models/model.ts";
import type { OtherFile } from "../../../tasks/profile/profile.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";
import type { WorldOptions } from "../../fakes/world.ts";

const nothing = { rows: null, columns: [], keys: [], uniqueKey: false, bytes: 9 };
const WEATHER: OtherFile = {
  ...nothing,
  name: "weather.csv",
  kind: "table",
  rows: 365,
  columns: ["day", "rain"],
  keys: [{ column: "day", trainColumn: "day", coverage: 1 }],
  uniqueKey: true,
};
const TRAIN_FOLDER: OtherFile = { ...nothing, name: "train", kind: "folder" };

/** One candidate that opens these files of train.csv, test.csv, weather.csv and the folder `train`. */
async function usage(opened: string[], options: WorldOptions = {}) {
  await using ran = await runWorld({
    other: [WEATHER, TRAIN_FOLDER],
    behavior: (code, job) => ({
      opened,
      submission: `score:${/quality = ([\d.]+)/u.exec(code)?.[1] ?? job.at}`,
    }),
    ...options,
    config: { candidates: 1, outerSteps: 0, ...options.config },
  });
  const { world } = ran;
  const asked = world.model.asked.filter((each) => each.role === "data-usage");
  const unopened = (asked[0]?.input as { unopened: { name: string }[] } | undefined)?.unopened;
  return { world, asked, unopened };
}

test("merges into the best candidate, whatever order the candidates came in", async () => {
  await using ran = await runWorld({
    answers: inTurn("initializer", [fenced(script(0.3)), fenced(script(0.6))]),
  });
  const merge = values(ran.world, "evaluated").find((each) => each.origin === "merge");
  expect(merge).toMatchObject({ parent: "track-1/init-2", parentScore: 0.6 });
});

test("accepts a merge that is exactly as good (better or equal)", async () => {
  const answers = inTurn("merger", [fenced(script(0.502, "merged"))]);
  await using ran = await runWorld({ answers, config: { acceptance: "strict" } });
  expect(values(ran.world, "decided")[0]).toMatchObject({
    challenger: "track-1/merge-1",
    accepted: true,
  });
});

test("stops merging at the first merge that is worse", async () => {
  const answers = inTurn("merger", [fenced(script(0.1))]);
  await using ran = await runWorld({ answers, config: { candidates: 4 } });
  expect(ran.world.model.asked.filter((each) => each.role === "merger")).toHaveLength(1);
});

test.each([
  ["stop", 1],
  ["continue", 3],
] as const)(
  "mergeOnFailure %s: a merge that never runs leads to %i merge(s)",
  async (mergeOnFailure, merges) => {
    const broken = (code: string) =>
      code.includes("broken")
        ? { outcome: "error" as const, exitCode: 1, log: "ValueError" }
        : { score: 0.5 };
    const answers = (request: Request) =>
      request.role === "merger" || request.role === "debugger"
        ? fenced(script(0.9, "broken"))
        : null;
    await using ran = await runWorld({
      answers,
      behavior: broken,
      config: { candidates: 4, mergeOnFailure, debugRounds: 1 },
    });
    expect(ran.world.model.asked.filter((each) => each.role === "merger")).toHaveLength(merges);
  },
);

test("goes on with fewer cards than asked for, and never invents a candidate for a missing card (defect 14)", async () => {
  const card = { modelName: "one", exampleCode: "x", family: "one", why: "w", sources: [] };
  await using ran = await runWorld({
    answers: inTurn("retriever", [JSON.stringify([card])]),
    config: { candidates: 4 },
  });
  expect(ran.world.model.asked.filter((each) => each.role === "initializer")).toHaveLength(1);
  expect(ran.finished.solution).not.toBeNull();
});

test("runs the data-usage role as a step of its own and keeps its rewrite only if it is no worse (defect 3)", async () => {
  await using ran = await runWorld({
    answers: inTurn("data-usage", [fenced(script(0.2, "worse"))]),
    config: { dataUsage: "always" },
  });
  const decided = values(ran.world, "decided").find(
    (each) => each.challenger === "track-1/data-usage",
  );
  expect(decided).toMatchObject({ accepted: false });
});

describe("the use of the data", () => {
  test("the role gets what was never opened, by the audit, and what it contains", async () => {
    const { unopened, asked } = await usage(["train.csv", "test.csv"]);
    expect(unopened).toEqual([
      {
        name: "weather.csv",
        kind: "table",
        rows: 365,
        columns: ["day", "rain"],
        joins: ["day = train.day, one row per key"],
      },
      // The folder `train` is not `train.csv`.
      { name: "train", kind: "folder", rows: null, columns: [], joins: [] },
    ]);
    expect(asked[0]?.prompt).toContain('"weather.csv", table, 365 rows: "day", "rain"');
  });

  test("a folder counts as used when any file below it was opened", async () => {
    const { unopened } = await usage(["train.csv", "test.csv", "train/a/1.png"]);
    expect(unopened?.map(({ name }) => name)).toEqual(["weather.csv"]);
  });

  const ALL = ["train.csv", "test.csv", "train/1.png", "weather.csv"];
  test.each([
    ["auto", ALL, 0],
    ["always", ALL, 1],
    ["off", ["train.csv"], 0],
  ] as const)("dataUsage %s, opened %j: asked %i times", async (dataUsage, opened, times) => {
    const { asked } = await usage([...opened], { config: { dataUsage } });
    expect(asked).toHaveLength(times);
  });

  test.each([
    ["kept when it is as good", 0.55, 0.5, true],
    ["dropped when it is worse", 0.5, 0.01, false],
  ])("a rewrite is %s", async (_, score, probability, accepted) => {
    const first = inTurn("initializer", [fenced(script(0.55))]);
    const rewrite = inTurn("data-usage", [fenced(script(score, "weather"))]);
    const { world } = await usage(["train.csv", "test.csv", "train/1.png"], {
      answers: (request) => first(request) ?? rewrite(request),
      compare: () => probability,
    });
    const [decided] = values(world, "decided").filter(
      ({ challenger }) => challenger === "track-1/data-usage",
    );
    expect(decided).toMatchObject({ challenger: "track-1/data-usage", accepted });
    const tried = values(world, "evaluated").find((each) => each.origin === "data-usage");
    expect(tried).toMatchObject({ plan: "use weather.csv" });
  });
});
