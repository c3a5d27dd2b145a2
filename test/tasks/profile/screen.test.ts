import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCompetition } from "../../../tasks/load.ts";
import { profileCompetition } from "../../../tasks/profile/profile.ts";
import { screenCompetition } from "../../../tasks/profile/screen.ts";
import { python } from "../interpreter.ts";
import { AUC, binary, fromRows, type Row, seeded, toCsv } from "../made-competition.ts";
import { madeFolder } from "../made-folder.ts";

const REGRESSION = {
  type: "regression",
  metric: { name: "rmse", direction: "minimize" },
  target_columns: ["y"],
};

const screened = (rows: Row[], task: Parameters<typeof fromRows>[1] = AUC, testRows = 200) =>
  screenCompetition(fromRows(rows, task, { testRows }), python);

/** Rows whose `y` is noise but for what `extra` makes of it. */
function noisy(count: number, extra: (y: number, i: number, next: () => number) => Row): Row[] {
  const next = seeded(11);
  return Array.from({ length: count }, (_, i) => {
    const y = next();
    return {
      id: `r${i}`,
      a: next().toFixed(3),
      b: String(Math.floor(next() * 9)),
      ...extra(y, i, next),
      y: y.toFixed(4),
    };
  });
}

test("nothing is found in data of which nothing is to be said", async () => {
  const { drift, findings } = await screened(binary(900));
  expect(findings).toEqual([]);
  expect(drift).toBeGreaterThan(0.4);
  expect(drift).toBeLessThan(0.6);
});

test("a column that alone tells the answer is named, as a number or as a category, with the way out", async () => {
  const classes = ["red", "green", "blue"];
  const rows = binary(900).map((row, i) => {
    const kind = classes[i % 3] ?? "";
    return { ...row, code: `k-${kind}`, weight: String((i % 3) * 10 + Number(row.x)), y: kind };
  });
  const accuracy = {
    ...AUC,
    type: "multiclass",
    metric: { name: "accuracy", direction: "maximize" },
  };
  const byClass = await screened(rows, accuracy);
  expect(byClass.findings.map(({ kind, columns }) => [kind, columns])).toEqual([
    ["target-leak", ["code"]],
    ["target-leak", ["weight"]],
  ]);
  expect(byClass.findings[0]?.text).toContain("code alone predicts y (accuracy 1.000");
  expect(byClass.findings[0]?.advice).toBe("drop_columns: [code]");

  const byNumber = await screened(
    noisy(900, (y) => ({ cube: (y ** 3 * 1e6).toFixed(2) })),
    REGRESSION,
  );
  expect(byNumber.findings.map((each) => each.columns)).toEqual([["cube"]]);
});

test("a strong but honest feature is no leak", async () => {
  const rows = noisy(900, (y, _, next) => ({ near: (y + 0.25 * (next() - 0.5)).toFixed(4) }));
  expect((await screened(rows, REGRESSION)).findings).toEqual([]);
});

test("test rows that can be told apart are told of, with the columns and a date that only rises", async () => {
  const rows = noisy(900, (_, i, next) => ({
    day: new Date(Date.UTC(2020, 0, 1 + Math.floor(i / 3))).toISOString().slice(0, 10),
    shifted: (next() + (i < 700 ? 0 : 0.7)).toFixed(3),
  }));
  const { drift, findings } = await screened(rows, { ...REGRESSION, dates: { day: "year-first" } });
  expect(drift).toBeGreaterThan(0.95);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ kind: "drift", advice: "time_column: day" });
  expect(findings[0]?.columns).toEqual(["day", "shifted"]);
});

test("rows of test that are rows of train, and copies in train, are counted up to their id", async () => {
  const rows = noisy(900, (_y, i) => ({ c: String(i) }));
  const copied = rows.map((row, i) =>
    i % 100 === 99 ? { ...rows[i - 99], id: row.id ?? "" } : row,
  );
  const competition = fromRows(copied as Row[], REGRESSION, { testRows: 200 });
  const features = copied.slice(0, 5).map((row, i) => ({ ...row, id: `t${i}` }));
  writeFileSync(
    join(competition.folder, "test.csv"),
    toCsv([...features, ...copied.slice(700)] as Row[], ["id", "a", "b", "c"]),
  );
  const { findings } = await screenCompetition(competition, python);
  const texts = findings.filter(({ kind }) => kind === "duplicates").map(({ text }) => text);
  expect(texts[0]).toMatch(/^5 of 205 test rows \(2\.4 %\) are rows of train/u);
  expect(texts[1]).toMatch(/^7 of 700 training rows \(1\.0 %\) stand there before/u);
});

test("a key whose values test does not share is proposed as a group, one that it shares is not", async () => {
  const users = (apart: boolean) =>
    noisy(900, (_, i) => ({
      user: apart ? `u${i < 700 ? i % 300 : 300 + (i % 90)}` : `u${i % 300}`,
    }));
  const apart = await screened(users(true), REGRESSION);
  const group = apart.findings.find(({ kind }) => kind === "group");
  expect(group).toMatchObject({ columns: ["user"], advice: "group_column: user" });
  expect(group?.text).toContain("none of the 90 values of user in test stand in train");
  const given = await screened(users(true), { ...REGRESSION, group_column: "user" });
  expect(given.findings.filter(({ kind }) => kind === "group")).toEqual([]);
  const shared = await screened(users(false), REGRESSION);
  expect(shared.findings.filter(({ kind }) => kind === "group")).toEqual([]);
});

test("amounts of which few come twice are no groups, however few of them stand on both sides", async () => {
  const columns = Array.from({ length: 8 }, (_, column) => `amount${column}`);
  const rows = noisy(4000, (_y, _i, next) =>
    Object.fromEntries(columns.map((name) => [name, String(Math.floor(next() * 15_000))])),
  );
  const { findings } = await screened(rows, REGRESSION, 1320);
  expect(findings.filter(({ kind }) => kind === "group")).toEqual([]);
});

test("the same data are screened to the same words", async () => {
  const rows = noisy(600, (y) => ({ leak: (2 * y).toFixed(3) }));
  expect(await screened(rows, REGRESSION)).toEqual(await screened(rows, REGRESSION));
});

test("tables that share no column but the id are told of: nothing can be learned", async () => {
  const rows = noisy(300, () => ({}));
  const renamed = fromRows(rows, REGRESSION, { testRows: 80 });
  const path = join(renamed.folder, "test.csv");
  const [, ...others] = readFileSync(path, "utf8").split("\n");
  writeFileSync(path, ["id,f1,f2", ...others].join("\n"));
  const { findings } = await screenCompetition(renamed, python);
  expect(findings.map(({ kind }) => kind)).toContain("no-features");
  const { findings: usual } = await screened(rows, REGRESSION, 80);
  expect(usual.map(({ kind }) => kind)).not.toContain("no-features");
});

/** Rows that have an id alone, and a file each in a folder, called by it. */
async function pictured(file: (id: string) => string, content: Uint8Array) {
  const ids = Array.from({ length: 60 }, (_, row) => `scan${row}`);
  const table = (from: number, to: number, answer: string) =>
    `id${answer === "" ? "" : ",y"}\n${ids
      .slice(from, to)
      .map((id, row) => `${id}${answer === "" ? "" : `,${answer === "?" ? row % 2 : answer}`}\n`)
      .join("")}`;
  await using folder = await madeFolder({
    "train.csv": table(0, 40, "?"),
    "test.csv": table(40, 60, ""),
    "sample_submission.csv": table(40, 60, "0"),
    ...Object.fromEntries(ids.map((id) => [`scans/${file(id)}`, content])),
  });
  const competition = await loadCompetition(folder.path);
  const { findings } = await screenCompetition(competition, python);
  const { media } = await profileCompetition(competition, python);
  return { competition, media, said: findings.map(({ text }) => text).join("\n") };
}

/** The head of a PNG file of 2 × 2 pixels. */
const PNG = Buffer.from("89504e470d0a1a0a0000000d4948445200000002000000020802000000", "hex");

test("files are told by what they hold, whatever they are called", async () => {
  for (const name of [
    (id: string) => id,
    (id: string) => `${id}.PNG`,
    (id: string) => `${id}.scan`,
  ]) {
    const { competition, media, said } = await pictured(name, PNG);
    expect(competition.media_columns).toEqual(["id"]);
    expect(media?.extension).toBe("png");
    expect(said).not.toContain("constant");
  }
});

test("files of which nothing is known, and files that no row names, are told of", async () => {
  const unknown = await pictured((id) => `${id}.dcm`, Buffer.from("no picture"));
  expect(unknown.said).toContain(
    "the files that id names are of a kind that is not read here (.dcm): unless a script reads them, no prediction is better than a constant",
  );
  const foreign = await pictured((id) => `of-${id}.png`, PNG);
  expect(foreign.said).toContain("none names the files of scans: no prediction can be better than");
});
