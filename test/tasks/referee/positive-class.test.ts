import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { profileCompetition } from "../../../tasks/profile/profile.ts";
import { python } from "../interpreter.ts";
import { AUC, binary, fromRows, type Row, readCsv, scratch, toCsv } from "../made-competition.ts";
import { referee } from "./opened.ts";

const rows = binary(300).map((row): Row => ({ ...row, y: row.y === "1" ? "sick" : "well" }));

test("probabilities and F1 are of the class that the task calls positive, for referee and scripts", async () => {
  for (const name of ["roc_auc", "average_precision", "f1"] as const) {
    const metric = { name, direction: "maximize" };
    const task = { ...AUC, metric, positive_class: "sick" };
    const competition = fromRows(rows, task, { fill: name === "f1" ? "well" : "0.5" });
    expect((await profileCompetition(competition, python)).classes).toEqual(["well", "sick"]);
    const opened = await referee(competition);
    const view = await opened.input("fold-0");
    const asked = readCsv(join(view, "sample_submission.csv")).map(({ id = "" }) => id);
    const answers = new Map(rows.map((row) => [row["id"], row.y]));
    const path = join(scratch(), "submission.csv");
    const found = (id: string) => {
      if (name === "f1") return answers.get(id) ?? "";
      return answers.get(id) === "sick" ? "0.9" : "0.1";
    };
    writeFileSync(path, toCsv(asked.map((id) => ({ id, y: found(id) }))));
    expect((await opened.judge("candidate", "fold-0", path)).score).toBe(1);
    const all = toCsv(asked.map((id) => ({ id, y: name === "f1" ? "sick" : "0.5" })));
    writeFileSync(path, all);
    const share = asked.filter((id) => answers.get(id) === "sick").length / asked.length;
    const score = { roc_auc: 0.5, average_precision: share, f1: (2 * share) / (1 + share) }[name];
    expect((await opened.judge("candidate", "fold-0", path)).score).toBeCloseTo(score, 6);
  }
});

test("a positive class that no row has is refused", async () => {
  const competition = fromRows(rows, { ...AUC, positive_class: "ill" });
  await expect(referee(competition)).rejects.toThrow(
    "positive_class is 'ill', but y has sick and well",
  );
});
