import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Competition } from "../../../tasks/competition.ts";
import type { OpenReferee } from "../../../tasks/referee/open.ts";
import type { Canary, View } from "../../../tasks/referee/referee.ts";
import { sampled } from "../../sample.ts";
import { python } from "../interpreter.ts";
import {
  AUC,
  fromRows,
  type Row,
  readCsv,
  readTree,
  scratch,
  seeded,
  toCsv,
} from "../made-competition.ts";
import { referee } from "./opened.ts";

const LEARNERS = fileURLToPath(new URL("./python/honest_learners.py", import.meta.url));
const MODELS = ["linear", "stump", "neighbors", "boosted"];
/** A defect of the shuffle makes one in twenty look suspicious: sixty models show it. */
const SHUFFLES = sampled(
  Array.from({ length: 12 }, (_, index): View => `shuffled-${index}`),
  { size: 3, seed: 1 },
);

type Kind = "binary" | "regression" | "classes";

/** Trains every honest model on every folder, in one process. */
function train(folders: readonly string[], outs: readonly string[], kind: Kind): void {
  const lines = folders.map((folder, index) => [folder, outs[index], kind].join("\t"));
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  execFileSync(python, [LEARNERS], { input: `${lines.join("\n")}\n`, env });
}

/** What the canary says of each honest model under each shuffle. */
async function honest(made: OpenReferee, kind: Kind): Promise<Canary[]> {
  const views: View[] = ["fold-0", ...SHUFFLES];
  const folders = await Promise.all(views.map((view) => made.input(view)));
  const outs = views.map((view) => join(scratch(), view));
  train(folders, outs, kind);
  const found: Canary[] = [];
  for (const model of MODELS) {
    for (const [index, view] of views.entries()) {
      const judged = await made.judge(model, view, join(outs[index] ?? "", `${model}.csv`));
      expect(judged).toMatchObject({ status: "scored" });
      if (view !== "fold-0") found.push(await made.canary(model, view));
    }
  }
  return found;
}

/** One feature that nearly tells the answer, and noise: what learns nothing takes one side of it by accident. */
function strong(count: number): Row[] {
  const next = seeded(5);
  return Array.from({ length: count }, (_, i) => {
    const x = next();
    const y = x + 0.15 * (next() - 0.5) > 0.7 ? "1" : "0";
    return { id: `${i}`, x: x.toFixed(4), u: next().toFixed(4), v: next().toFixed(4), y };
  });
}

function numbers(count: number): Row[] {
  const next = seeded(6);
  return Array.from({ length: count }, (_, i) => {
    const [x, u] = [next(), next()];
    const y = (10 * x + 3 * u * u + next()).toFixed(3);
    return { id: `${i}`, x: x.toFixed(4), u: u.toFixed(4), y };
  });
}

function classes(count: number): Row[] {
  const next = seeded(8);
  const names = ["low", "mid", "top"];
  return Array.from({ length: count }, (_, i) => {
    const x = next();
    const y = names[Math.min(2, Math.floor(3 * (0.85 * x + 0.15 * next())))] ?? "low";
    return { id: `${i}`, x: x.toFixed(4), u: next().toFixed(4), y };
  });
}

/** A series with a trend and seasons whose test lies later; its rows are far from exchangeable. */
function series(count: number): Row[] {
  const next = seeded(9);
  return Array.from({ length: count }, (_, i) => {
    const y = 100 + 0.05 * i + 8 * Math.sin((2 * Math.PI * i) / 365) + 3 * next();
    return { id: `${i}`, day: `${i}`, season: `${i % 365}`, y: y.toFixed(3) };
  });
}

/** Rows of people, each with a level of their own. */
function grouped(count: number): Row[] {
  const next = seeded(11);
  const level = Array.from({ length: 60 }, () => next());
  return Array.from({ length: count }, (_, i) => {
    const person = i % 60;
    const mood = (level[person] ?? 0) + 0.1 * next();
    const y = mood + 0.1 * next() > 0.6 ? "1" : "0";
    return { id: `${i}`, person: `${person}`, mood: mood.toFixed(4), u: next().toFixed(4), y };
  });
}

const REGRESSION = {
  type: "regression",
  metric: { name: "rmse", direction: "minimize" },
  target_columns: ["y"],
};

const COMPETITIONS: [string, Kind, () => Competition][] = [
  ["a strong feature, ROC AUC", "binary", () => fromRows(strong(1200), AUC)],
  ["numbers, RMSE", "regression", () => fromRows(numbers(700), REGRESSION, { fill: "5.0" })],
  [
    "three classes, log loss",
    "classes",
    () =>
      fromRows(
        classes(900),
        {
          type: "multiclass",
          metric: { name: "log_loss", direction: "minimize" },
          target_columns: ["y"],
          prediction_columns: ["low", "mid", "top"],
        },
        { fill: "0.3333" },
      ),
  ],
  [
    "a series, MAE",
    "regression",
    () =>
      fromRows(
        series(1100),
        { ...REGRESSION, metric: { name: "mae", direction: "minimize" }, time_column: "day" },
        { testRows: 100, fill: "100.0" },
      ),
  ],
  ["groups, ROC AUC", "binary", () => fromRows(grouped(1200), { ...AUC, group_column: "person" })],
];

test("honest models fall to chance: no more than one in a hundred is suspected", async () => {
  const found: (Canary & { name: string })[] = [];
  for (const [name, kind, make] of COMPETITIONS) {
    const canaries = await honest(await referee(make()), kind);
    found.push(...canaries.map((each) => ({ name, ...each })));
  }
  expect(found).toHaveLength(COMPETITIONS.length * MODELS.length * SHUFFLES.length);
  const alarms = found.filter((each) => each.aboveChance);
  expect(alarms.length, JSON.stringify(alarms)).toBeLessThanOrEqual(found.length / 100);
}, 900_000);

test("a shuffled view is the fold with other answers: same rows, same shares, all else as it was", async () => {
  const rows = strong(300);
  const competition = fromRows(
    rows,
    { ...AUC, files: { other: ["again.csv", "no-ids.csv", "notes.txt"] } },
    {
      files: {
        "again.csv": toCsv(rows.slice(0, 280), ["id", "y"]),
        "no-ids.csv": toCsv(rows.slice(0, 280), ["x", "u", "y"]),
        "notes.txt": "a note",
      },
    },
  );
  const folder = scratch();
  const made = await referee(competition, { folder });
  const [plain, shuffled] = [await made.input("fold-0"), await made.input("shuffled-0")];
  const [before, after] = [readTree(plain), readTree(shuffled)];
  expect([...after.keys()]).toEqual([...before.keys()]);
  const changed = [...before].filter(([name, bytes]) => !after.get(name)?.equals(bytes));
  expect(changed.map(([name]) => name)).toEqual(["again.csv", "no-ids.csv", "train.csv"]);
  const [was, now] = [readCsv(join(plain, "train.csv")), readCsv(join(shuffled, "train.csv"))];
  const features = (each: Row[]) => each.map(({ y: _, ...rest }) => rest);
  expect(features(now)).toEqual(features(was));
  const answers = (each: Row[]) => each.map(({ y = "" }) => y);
  expect([...answers(now)].sort()).toEqual([...answers(was)].sort());
  // The further tables tell the new answers, of the training rows alone.
  const told = new Map(now.map(({ id = "", y = "" }) => [id, y]));
  const again = readCsv(join(shuffled, "again.csv"));
  expect(new Map(again.map(({ id = "", y = "" }) => [id, y]))).toEqual(told);
  expect(answers(readCsv(join(shuffled, "no-ids.csv")))).toEqual(answers(now));
  const second = await referee(competition, { folder: scratch() });
  expect(readTree(await second.input("shuffled-0"))).toEqual(after);
  expect(readTree(await second.input("shuffled-1")).get("train.csv")).not.toEqual(
    after.get("train.csv"),
  );
});

test("answers that hang together stay together: columns of one row, rows of a group with one answer", async () => {
  const next = seeded(4);
  const rows = Array.from({ length: 400 }, (_, i) => {
    const house = i % 40;
    const a = 2 + (house % 2);
    return { id: `${i}`, house: `h${house}`, x: next().toFixed(3), a: `${a}.5`, b: `${a}.25` };
  });
  const task = { ...REGRESSION, target_columns: ["a", "b"], group_column: "house" };
  const made = await referee(fromRows(rows, task, { fill: "3.5" }));
  const train = readCsv(join(await made.input("shuffled-0"), "train.csv"));
  const byHouse = new Map(train.map(({ house = "", a = "" }) => [house, a]));
  expect(train.filter(({ house = "", a }) => byHouse.get(house) !== a)).toEqual([]);
  expect(train.filter(({ a = "", b = "" }) => a.split(".")[0] !== b.split(".")[0])).toEqual([]);
  const was = readCsv(join(await made.input("fold-0"), "train.csv"));
  expect(train.map(({ a }) => a)).not.toEqual(was.map(({ a }) => a));
});

test("who knows the answers by another way is above chance, also on one row in three", async () => {
  const rows = strong(900);
  const made = await referee(fromRows(rows, AUC));
  const answers = new Map(rows.map(({ id = "", y = "" }) => [id, y]));
  const next = seeded(2);
  for (const [model, known] of [
    ["all", 1],
    ["third", 0.33],
  ] as const) {
    for (const view of ["fold-0", "shuffled-0"] as const) {
      const sample = readFileSync(join(await made.input(view), "sample_submission.csv"), "utf8");
      const ids = sample
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",")[0] ?? "");
      const said = ids.map((id) => ({
        id,
        y: next() < known ? `${answers.get(id)}.0` : next().toFixed(3),
      }));
      const file = join(scratch(), "submission.csv");
      writeFileSync(file, toCsv(said));
      expect(await made.judge(model, view, file)).toMatchObject({ status: "scored" });
    }
    expect(await made.canary(model, "shuffled-0")).toMatchObject({
      aboveChance: true,
      probability: 0.005,
    });
  }
});

test("one prediction for all is not above its own chance by the rounding of a sum", async () => {
  const metric = { name: "log_loss", direction: "minimize" };
  const made = await referee(fromRows(strong(700), { ...AUC, metric }));
  for (const [place, constant] of ["0.4871", "0.3333", "0.6117", "0.1234", "0.7771"].entries()) {
    const model = `constant-${place}`;
    for (const view of ["fold-0", "shuffled-0"] as const) {
      const sample = readCsv(join(await made.input(view), "sample_submission.csv"));
      const file = join(scratch(), "submission.csv");
      writeFileSync(file, toCsv(sample.map(({ id = "" }) => ({ id, y: constant }))));
      expect(await made.judge(model, view, file)).toMatchObject({ status: "scored" });
    }
    expect(await made.canary(model, "shuffled-0")).toMatchObject({ aboveChance: false });
  }
});

test("what scores no better than one prediction for all tells no answers, though above its chance", async () => {
  const metric = { name: "log_loss", direction: "minimize" };
  const made = await referee(fromRows(strong(700), { ...AUC, metric }));
  for (const [model, from, above] of [
    ["bad rule", 0.2, false],
    ["good rule", 0.65, true],
  ] as const) {
    for (const view of ["fold-0", "shuffled-0"] as const) {
      const rows = readCsv(join(await made.input(view), "test.csv"));
      const file = join(scratch(), "submission.csv");
      const said = rows.map(({ id = "", x }) => ({ id, y: Number(x) > from ? "0.9" : "0.1" }));
      writeFileSync(file, toCsv(said));
      expect(await made.judge(model, view, file)).toMatchObject({ status: "scored" });
    }
    expect(await made.canary(model, "shuffled-0")).toMatchObject({
      aboveChance: above,
      probability: 0.005,
    });
  }
});
