import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Interrupted, RefereeUnavailable } from "../../../runs/errors.ts";
import { python as interpreter } from "../interpreter.ts";
import { AUC, binary, fromRows, readCsv, scratch, toCsv } from "../made-competition.ts";
import { referee } from "./opened.ts";

test("comparisons are paired and signed, and solutions with ids of any form keep apart", async () => {
  const made = await referee(fromRows(binary(300), AUC));
  const input = await made.input("fold-0");
  const rows = readCsv(join(input, "test.csv"));
  const file = join(scratch(), "submission.csv");
  const predict = async (id: string, of: (x: number) => number) => {
    writeFileSync(
      file,
      toCsv(rows.map((row) => ({ id: row.id ?? "", y: String(of(Number(row.x))) }))),
    );
    return made.judge(id, "fold-0", file);
  };
  const good = await predict("a/b", (x) => x);
  const bad = await predict("a-b", (x) => -x);
  await predict(`long/${"x".repeat(300)}`, (x) => x);
  await predict("../../escape", (x) => x);
  expect(good.score).toBeGreaterThan(0.7);
  expect(bad.score).toBeCloseTo(1 - (good.score ?? 0), 9);
  const better = await made.compare("a-b", "a/b", ["fold-0"]);
  expect(better.gain).toBeCloseTo((good.score ?? 0) - (bad.score ?? 0), 9);
  expect(better.probability).toBeGreaterThan(0.99);
  expect(await made.compare("a/b", "a-b", ["fold-0"])).toMatchObject({
    gain: -better.gain,
    standardError: better.standardError,
  });
  expect(await made.compare("a/b", "a/b", ["fold-0"])).toEqual({
    gain: 0,
    standardError: 0,
    probability: 0,
  });
  const score = await made.score("a/b", ["fold-0"]);
  expect(score.interval[0]).toBeLessThan(score.score);
  expect(score.interval[1]).toBeGreaterThan(score.score);
  expect(await made.score("a/b", ["fold-0"])).toEqual(score);
});

test("scores that differ by rounding are equal: neither is expected to be better", async () => {
  const task = { type: "regression", metric: { name: "rmse", direction: "minimize" } };
  const made = await referee(fromRows(binary(300), { ...task, target_columns: ["y"] }));
  const rows = readCsv(join(await made.input("fold-0"), "test.csv"));
  const file = join(scratch(), "submission.csv");
  for (const [id, factor] of [
    ["one", 1],
    ["other", 1 + 4 * Number.EPSILON],
  ] as const) {
    const cells = rows.map(({ id: row = "", x }) => ({ id: row, y: String(Number(x) * factor) }));
    writeFileSync(file, toCsv(cells));
    expect(await made.judge(id, "fold-0", file)).toMatchObject({ status: "scored" });
  }
  expect(await made.compare("one", "other", ["fold-0"])).toEqual({
    gain: 0,
    standardError: 0,
    probability: 0,
  });
});

function wrapper(body: string): string {
  const path = join(scratch(), "python");
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("a crash of the process is survived once, a hang and nonsense are reported by name", async () => {
  const competition = fromRows(binary(200), AUC);
  const mark = join(scratch(), "mark");
  // The first process answers one request and ends; the second lives.
  const dying = wrapper(
    `[ -e ${mark} ] && exec ${interpreter} "$@"\ntouch ${mark}\nhead -n 1 | ${interpreter} "$@"`,
  );
  const made = await referee(competition, { python: dying });
  expect(existsSync(join(await made.input("fold-0"), "train.csv"))).toBe(true);
  const hanging = referee(competition, { python: wrapper("exec sleep 60"), timeoutSeconds: 1 });
  await expect(hanging).rejects.toThrow(RefereeUnavailable);
  await expect(hanging).rejects.toThrow(
    /did not answer within 1 s \(twice, at open\); run the same command again/u,
  );
  const raving = referee(competition, { python: wrapper("echo nonsense; exec sleep 60") });
  await expect(raving).rejects.toThrow(/answered nonsense: nonsense/u);
  const dead = referee(competition, { python: wrapper("echo broken libs >&2; exit 3") });
  await expect(dead).rejects.toThrow(/ended with code 3: broken libs/u);
  const absent = referee(competition, { python: "/nowhere/python" });
  await expect(absent).rejects.toThrow(/cannot start \/nowhere\/python/u);
});

test("a process that hangs at any request is started once more, and the request answered", async () => {
  const mark = join(scratch(), "mark");
  // The first process answers what it is opened with, then nothing; the second lives.
  const hanging = wrapper(
    `[ -e ${mark} ] && exec ${interpreter} "$@"\ntouch ${mark}\nhead -n 1 | ${interpreter} "$@"\nexec sleep 600`,
  );
  const made = await referee(fromRows(binary(200), AUC), { python: hanging, timeoutSeconds: 10 });
  expect(existsSync(join(await made.input("fold-0"), "train.csv"))).toBe(true);
});

test("a process that hangs when the run's time is over is named, and no limit of the run", async () => {
  const python = wrapper(`head -n 1 | ${interpreter} "$@"\nexec sleep 600`);
  const made = await referee(fromRows(binary(200), AUC), { python, secondsLeft: () => 20 });
  const asked = made.score("one", ["fold-0"]);
  await expect(asked).rejects.toThrow(RefereeUnavailable);
  await expect(asked).rejects.toThrow(/did not answer within 20 s \(twice, at score\)/u);
});

test("an aborted run interrupts the referee", async () => {
  const stop = new AbortController();
  const made = await referee(fromRows(binary(200), AUC), { signal: stop.signal });
  const asked = made.input("fold-0");
  stop.abort();
  await expect(asked).rejects.toThrow(Interrupted);
  await expect(made.input("sealed")).rejects.toThrow(Interrupted);
});

test("syntax is checked by parsing, never by running", async () => {
  const made = await referee(fromRows(binary(200), AUC));
  const mark = join(scratch(), "ran");
  expect(await made.checkSyntax(`open(${JSON.stringify(mark)}, "w")\n`)).toBeNull();
  expect(existsSync(mark)).toBe(false);
  expect(await made.checkSyntax("x = 1\nif x\n  pass\n")).toBe("line 2: expected ':'");
  expect(await made.checkSyntax("x = '\0'")).not.toBeNull();
  expect(await made.checkSyntax(`${"(".repeat(100_000)}`)).not.toBeNull();
  expect(await made.checkSyntax(`x = ${"-".repeat(100_000)}1`)).not.toBeNull();
  expect(await made.checkSyntax("print('still there')")).toBeNull();
});
