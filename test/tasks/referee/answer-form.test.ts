import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AnswerForm } from "../../../tasks/competition.ts";
import { exactPath } from "../../../tasks/referee/referee.ts";
import { AUC, binary, fromRows, type Row, readCsv, scratch, toCsv } from "../made-competition.ts";
import { referee } from "./opened.ts";

test("amounts are plain numbers for scripts and have the sample's signs in the submission", async () => {
  const amount = (i: number) => (i % 10 === 0 ? "NA" : `$1,${100 + i}.50`);
  const rows = binary(120).map((row, i): Row => ({ ...row, y: amount(i) }));
  const competition = fromRows(
    rows,
    {
      ...AUC,
      type: "regression",
      metric: { name: "rmse", direction: "minimize" },
      answer_form: { missing: ["NA"], prefix: "$", thousands: "," },
    },
    { fill: "$0.00" },
  );
  const opened = await referee(competition);
  const final = await opened.input("final");
  const seen = readCsv(join(final, "train.csv")).map((row) => row.y);
  expect(seen.slice(0, 3)).toEqual(["", "1101.50", "1102.50"]);
  const path = join(scratch(), "submission.csv");
  const ids = readCsv(join(final, "sample_submission.csv")).map((row) => row.id ?? "");
  writeFileSync(path, toCsv(ids.map((id) => ({ id, y: "1150.25" }))));
  expect(await opened.judge("candidate", "final", path)).toMatchObject({
    status: "accepted",
    normalized: { note: expect.stringContaining("numbers are written as in the sample: $1150.25") },
  });
  const exact = toCsv(ids.map((id) => ({ id, y: "$1150.25" })));
  expect(readFileSync(exactPath(path), "utf8")).toBe(exact);
  const fold = readCsv(join(await opened.input("fold-0"), "sample_submission.csv"));
  writeFileSync(path, toCsv(fold.map((row) => ({ id: row.id ?? "", y: "$1,150.25" }))));
  const judged = await opened.judge("candidate", "fold-0", path);
  expect(judged.status).toBe("scored");
  expect(judged.score).toBeLessThan(60);
});

describe("a submission has of the answers' form what the sample shows", () => {
  /** A regression whose answers have a form, and a sample of one cell. */
  function amounts(y: (i: number) => string, form: Partial<AnswerForm>, fill: string) {
    const rows = binary(120).map((row, i): Row => ({ ...row, y: y(i) }));
    const metric = { name: "rmse", direction: "minimize" };
    return fromRows(rows, { ...AUC, type: "regression", metric, answer_form: form }, { fill });
  }
  const grouped = (i: number) => `$1,${100 + i}.50`;
  const money = { prefix: "$", thousands: "," };
  const commas = { decimal: "," } as const;
  const paid = (i: number) => (i % 2 === 0 ? `($1,${100 + i}.50)` : grouped(i));
  const books = { negative: "parentheses" } as const;
  const after = { thousands: ",", negative: "minus-after" } as const;

  test.each<[string, (i: number) => string, Partial<AnswerForm>, string, string, string]>([
    ["sign and thousands", grouped, money, "$1,000.00", "1234567.5", "$1,234,567.5"],
    ["thousands only", grouped, money, "1,000", "-1234.5", "-1,234.5"],
    ["the sign only", grouped, money, "$0", "1234.5", "$1234.5"],
    ["nothing", grouped, money, "0", "$1,234.5", "1234.5"],
    ["a decimal comma", (i) => `${i},5`, commas, "0,0", "1234.5", "1234,5"],
    ["no decimal comma", (i) => `${i},5`, commas, "0", "12,25", "12.25"],
    ["parentheses", paid, { ...money, ...books }, "($1,000.00)", "-1234.5", "($1,234.5)"],
    ["no parentheses", paid, { ...money, ...books }, "0", "($1,234.5)", "-1234.5"],
    ["a minus in place of them", paid, { ...money, ...books }, "-$1.0", "-1234.5", "-$1234.5"],
    ["a tiny number", paid, { ...money, ...books }, "$0", "-1e-05", "($1e-05)"],
    ["a minus behind", (i) => `1,${100 + i}.5-`, after, "1,000.0-", "-1234.5", "1,234.5-"],
    ["percent", (i) => `${i}.5 %`, { suffix: " %" }, "0 %", "12.5", "12.5 %"],
  ])("%s", async (_title, y, form, fill, written, exact) => {
    const opened = await referee(amounts(y, form, fill));
    const ids = readCsv(join(await opened.input("final"), "sample_submission.csv"));
    const path = join(scratch(), "submission.csv");
    writeFileSync(path, toCsv(ids.map((row) => ({ id: row.id ?? "", y: written }))));
    const judged = await opened.judge("candidate", "final", path);
    expect(judged).toMatchObject({ status: "accepted", reason: null });
    expect(readCsv(exactPath(path)).map((row) => row.y)).toEqual(ids.map(() => exact));
  });

  test("and so has the constant of no script", async () => {
    const opened = await referee(amounts(grouped, money, "$1,000.00"));
    for (const { y } of readCsv((await opened.constant()) ?? ""))
      expect(y).toMatch(/^\$1,1\d\d\.\d+$/u);
  });
});
