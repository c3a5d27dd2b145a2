import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
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
