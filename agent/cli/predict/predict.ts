import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { RunRefused } from "../../../runs/errors.ts";
import { findRun } from "../../../runs/record/folder.ts";
import { redactorOf, secretsOf } from "../../../runs/record/secrets.ts";
import { showPlural } from "../../../runs/report/formats.ts";
import { dataHash } from "../../../tasks/data-hash.ts";
import { withNewRows } from "../../../tasks/new-rows.ts";
import { findCompetition, readStarted } from "../again/past.ts";
import { openAgain, type Past, standingScripts, submitAgain } from "../again/reopen.ts";
import { readEnvironment } from "../environment.ts";
import type { Closing } from "../open/parts.ts";
import { exitCodes } from "../terminal/failures.ts";
import { openProgress, type Progress } from "../terminal/progress.ts";

/** What was predicted, by which solution, and what was done to the rows. */
type Predicted = { run: string; solution: string; rows: number; file: string; notes: string[] };

/** `mle-star predict <run> <rows>`: the scripts of a submission, unchanged, for rows that they have not seen. */
export function predictCommand() {
  return new Command("predict")
    .description(
      "Predict new rows with what made the submission of a run: its scripts, unchanged, are trained on all training rows and run in the sandbox with the new rows as the test table; a blend weighs them as before.",
    )
    .argument("<run>", "run id, competition, folder or latest")
    .argument("<rows>", "CSV file with the columns of the test table")
    .option("--out <file>", "where the predictions are written", "predictions.csv")
    .option("--runs-dir <folder>", "where runs are kept", "runs")
    .option("--data <folder>", "the competition's folder, where it has moved")
    .option("--json", "print one JSON object")
    .option("--quiet", "print no progress")
    .action(async (run, rows, { out, runsDir, data, json, quiet }) => {
      const folder = await findRun(runsDir, run);
      const progress = openProgress(
        process.stderr,
        quiet === true,
        redactorOf(secretsOf(process.env)),
      );
      try {
        const where = { rows: resolve(rows), out: resolve(out), data: data ?? null };
        const predicted = await predict(folder, where, progress);
        process.stdout.write(json ? `${JSON.stringify(predicted)}\n` : textOf(predicted));
        process.exitCode = exitCodes.ok;
      } finally {
        progress.close();
      }
    });
}

type Where = { rows: string; out: string; data: string | null };

async function predict(folder: string, where: Where, progress: Progress): Promise<Predicted> {
  const { events, started } = await readStarted(folder);
  const original = await findCompetition(started, where.data);
  if ("problem" in original) throw new RunRefused(original.problem);
  if ((await dataHash(original)) !== started.dataHash)
    throw new RunRefused(
      `${original.folder} is not the data that the run was made on; say where they are with --data`,
    );
  const closings: Closing[] = [];
  const scratch = await mkdtemp(join(tmpdir(), "mle-star-predict-"));
  closings.push(() => rm(scratch, { recursive: true, force: true }));
  try {
    const laidOut = join(scratch, "competition");
    const { competition, rows, notes } = await withNewRows(original, where.rows, laidOut);
    const environment = readEnvironment();
    const past: Past = { folder, events, started, competition, environment, progress };
    const standing = await standingScripts(past);
    if (standing === null)
      throw new RunRefused(`${folder}: its submission is a constant, which no script made`);
    if (standing.blend?.method === "rank-mean")
      notes.push(
        "the blend averages ranks: a prediction depends on the rows that are given with it",
      );
    for (const note of notes) progress.line(`rows: ${note}`);
    const again = await openAgain(past, join(scratch, "run"), { kept: "recipes", closings });
    const count = showPlural(standing.scripts.length, "script");
    progress.line(`${standing.solution}: training ${count} on all rows`);
    const file = await submitAgain(again, standing);
    if (typeof file !== "string")
      throw new RunRefused(`no valid predictions for these rows: ${file.problem}`);
    await copyFile(file, where.out);
    const { solution } = standing;
    return { run: basename(folder), solution, rows, file: where.out, notes };
  } finally {
    for (const closing of closings.reverse()) await closing();
  }
}

function textOf({ rows, file, solution, run }: Predicted): string {
  return `${file}: ${showPlural(rows, "prediction")} by ${solution} of ${run}\n`;
}
