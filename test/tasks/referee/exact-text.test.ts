import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exactPath } from "../../../tasks/referee/referee.ts";
import { python } from "../interpreter.ts";
import { AUC, binary, fromRows, type Row, readCsv, scratch, toCsv } from "../made-competition.ts";
import { referee } from "./opened.ts";

/** What a script does that leaves reading and writing to its library: one training label for every row. */
const SCRIPT = `
import sys
import pandas as pd
train, sample = pd.read_csv(sys.argv[1] + "/train.csv"), pd.read_csv(sys.argv[1] + "/sample_submission.csv")
test = pd.read_csv(sys.argv[1] + "/test.csv")
sample["y"] = [train["y"].iloc[i % len(train)] for i in range(len(sample))]
sample["id"] = test["id"]
sample.to_csv(sys.argv[2], index=False)
`;

const accuracy = { metric: { name: "accuracy", direction: "maximize" } };
const map5 = {
  metric: { name: "map_at_k", direction: "maximize", k: 5 },
  split: { strategy: "random" },
};

/** A competition with ids and labels of a form, by the number of the row. */
function made(id: (i: number) => string, label: (i: number) => string, task = accuracy) {
  const rows = binary(120).map((row, i): Row => ({ ...row, id: id(i), y: label(i) }));
  return fromRows(rows, { ...AUC, type: "multiclass", ...task }, { fill: label(0) });
}

/** Judges what pandas writes under a view; the label of each row of the submission in its exact text. */
async function throughPandas(competition: ReturnType<typeof made>, view: "final" | "fold-0") {
  const opened = await referee(competition);
  const path = join(scratch(), "submission.csv");
  const input = await opened.input(view);
  execFileSync(python, ["-c", SCRIPT, input, path]);
  const judged = await opened.judge("candidate", view, path);
  const labels = readCsv(join(input, "train.csv")).map((row) => row.y ?? "");
  const ids = readCsv(join(input, "sample_submission.csv")).map((row) => row.id ?? "");
  const expected = ids.map((id, i) => ({ id, y: labels[i % labels.length] ?? "" }));
  return { judged, path, expected };
}

const plainId = (i: number) => `r${i}`;
const plainLabel = (i: number) => ["lo", "mid", "hi"][i % 3] ?? "";

describe("what pandas makes of ids and labels comes back letter by letter", () => {
  test.each<[string, (i: number) => string, (i: number) => string]>([
    ["ids with zeros before", (i) => String(i).padStart(6, "0"), plainLabel],
    ["ids in powers of ten", (i) => `${i + 1}e3`, plainLabel],
    ["class codes with zeros before", plainId, (i) => ["011", "012", "021"][i % 3] ?? ""],
    ["TRUE and FALSE", plainId, (i) => (i % 2 === 0 ? "TRUE" : "FALSE")],
    ["a class called None", plainId, (i) => ["None", "Apnea", "Insomnia"][i % 3] ?? ""],
    ["large round classes", plainId, (i) => ["1e5", "2e5", "3e5"][i % 3] ?? ""],
  ])("%s", async (_title, id, label) => {
    const { judged, path, expected } = await throughPandas(made(id, label), "final");
    expect(judged).toMatchObject({ status: "accepted", reason: null });
    expect(judged.normalized?.note).toMatch(/^read as the exact text: /u);
    expect(readFileSync(exactPath(path), "utf8")).toBe(toCsv(expected));
  });

  test("and is scored as that text inside", async () => {
    const codes = made(plainId, (i) => ["011", "012", "021"][i % 3] ?? "");
    const { judged } = await throughPandas(codes, "fold-0");
    expect(judged.status).toBe("scored");
    expect(judged.normalized).toMatchObject({ sha256: null });
    expect(judged.score).toBeGreaterThan(0);
  });
});

describe("columns of a submission", () => {
  /** A submission with these cells in every row, to a competition whose classes or targets have a column each. */
  async function judgeCells(competition: ReturnType<typeof made>, cells: Row) {
    const opened = await referee(competition);
    const ids = readCsv(join(await opened.input("final"), "sample_submission.csv"));
    const path = join(scratch(), "submission.csv");
    writeFileSync(path, toCsv(ids.map((row) => ({ id: row.id ?? "", ...cells }))));
    return { judged: await opened.judge("candidate", "final", path), path };
  }
  const logLoss = { type: "multiclass", metric: { name: "log_loss", direction: "minimize" } };
  const perClass = (classes: string[]) =>
    fromRows(
      binary(120).map((row, i): Row => ({ ...row, y: classes[i % classes.length] ?? "" })),
      { ...AUC, ...logLoss, prediction_columns: classes },
    );

  test.each([
    [["011", "012", "021"], { "12": "0.5", "11": "0.25", "21": "0.25" }],
    [["1.0", "2.0", "3.0"], { "1": "0.25", "2": "0.5", "3": "0.25" }],
    [["FALSE", "TRUE"], { True: "0.75", False: "0.25" }],
    [["Apnea", "None"], { Apnea: "0.25", "": "0.75" }],
  ])(
    "called %s have the names of the sample, whatever a library makes of them",
    async (classes, cells) => {
      const { judged, path } = await judgeCells(perClass(classes), cells);
      expect(judged).toMatchObject({ status: "accepted", reason: null });
      expect(judged.normalized?.note).toContain("column ");
      const header = readFileSync(exactPath(path), "utf8").split("\n")[0];
      expect(header).toBe(["id", ...classes].join(","));
      expect(readCsv(exactPath(path))[0]?.[classes[0] ?? ""]).toBe("0.25");
    },
  );

  test("that may stand for several are refused", async () => {
    const cells = { "1.0": "0.5", "2": "0.5" };
    const { judged } = await judgeCells(perClass(["1", "01", "2"]), cells);
    expect(judged.reason).toMatch(/column '1.0' may stand for '01', '1': expected the exact text/u);
  });

  test("of several targets have labels of their own", async () => {
    const rows = binary(120).map((row, i) => {
      const { y: _, ...rest } = row;
      return { ...rest, a: i % 2 === 0 ? "TRUE" : "FALSE", b: i % 2 === 0 ? "True" : "False" };
    });
    const targets = { target_columns: ["a", "b"], prediction_columns: ["a", "b"] };
    const competition = fromRows(rows, { ...targets, type: "multilabel", ...accuracy });
    const { judged, path } = await judgeCells(competition, { a: "true", b: "true" });
    expect(judged).toMatchObject({ status: "accepted", reason: null });
    expect(readCsv(exactPath(path))[0]).toMatchObject({ a: "TRUE", b: "True" });
  });
});

test("each word of a ranking gets its exact text", async () => {
  const codes = made(plainId, (i) => ["011", "012", "021"][i % 3] ?? "", map5);
  const opened = await referee(codes);
  const ids = readCsv(join(await opened.input("final"), "sample_submission.csv")).map(
    (row) => row.id ?? "",
  );
  const path = join(scratch(), "submission.csv");
  writeFileSync(path, toCsv(ids.map((id) => ({ id, y: "21 11 12.0" }))));
  expect((await opened.judge("candidate", "final", path)).status).toBe("accepted");
  const exact = toCsv(ids.map((id) => ({ id, y: "021 011 012" })));
  expect(readFileSync(exactPath(path), "utf8")).toBe(exact);
});

test.each([
  [["0", "1"], "True", "1"],
  [["0.0", "1.0"], "False", "0.0"],
  [["FALSE", "TRUE"], "1.0", "TRUE"],
  [["false", "true"], "0", "false"],
])(
  "of classes %s, %s is %s: a comparison gives truth values, and these count",
  async (classes, text, exact) => {
    const opened = await referee(made(plainId, (i) => classes[i % 2] ?? ""));
    const ids = readCsv(join(await opened.input("final"), "sample_submission.csv"));
    const path = join(scratch(), "submission.csv");
    writeFileSync(path, toCsv(ids.map((row) => ({ id: row.id ?? "", y: text }))));
    expect((await opened.judge("candidate", "final", path)).status).toBe("accepted");
    expect(readCsv(exactPath(path)).map((row) => row.y)).toEqual(ids.map(() => exact));
  },
);

test("what is exact stays as it is, byte for byte, without a note", async () => {
  const plain = made(plainId, plainLabel);
  const { judged } = await throughPandas(plain, "final");
  expect(judged).toMatchObject({ status: "accepted", normalized: null });
});

describe("a text that may stand for several is refused", () => {
  test("ids", async () => {
    const id = (i: number) => (i % 2 === 0 ? String(i + 2) : String(i + 1).padStart(4, "0"));
    const { judged } = await throughPandas(made(id, plainLabel), "final");
    expect(judged.status).toBe("invalid-submission");
    expect(judged.reason).toMatch(
      /id '\d+'.* may stand for '\d+', '\d+': expected the exact text/u,
    );
  });

  test("labels", async () => {
    const label = (i: number) => ["11", "011", "12"][i % 3] ?? "";
    const opened = await referee(made(plainId, label));
    const ids = readCsv(join(await opened.input("final"), "sample_submission.csv"));
    const path = join(scratch(), "submission.csv");
    writeFileSync(path, toCsv(ids.map((row) => ({ id: row.id ?? "", y: "11.0" }))));
    const judged = await opened.judge("candidate", "final", path);
    expect(judged.reason).toMatch(/y '11.0' in the row with id .* may stand for '011', '11'/u);
  });
});
