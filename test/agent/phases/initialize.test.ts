import { describe, expect, test } from "vitest";
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
  const { world } = await runWorld({
    other: [WEATHER, TRAIN_FOLDER],
    behavior: (code, job) => ({
      opened,
      submission: `score:${/quality = ([\d.]+)/u.exec(code)?.[1] ?? job.at}`,
    }),
    ...options,
    config: { candidates: 1, outerSteps: 0, ...options.config },
  });
  await world.close();
  const asked = world.model.asked.filter((each) => each.role === "data-usage");
  const unopened = (asked[0]?.input as { unopened: { name: string }[] } | undefined)?.unopened;
  return { world, asked, unopened };
}

describe("the use of what was given", () => {
  test("tells the role what was never opened, by the audit, and what it holds", async () => {
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
    const first = inTurn("initialiser", [fenced(script(0.55))]);
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
