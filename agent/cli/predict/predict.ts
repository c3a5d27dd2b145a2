import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { RunRefused } from "../../../runs/errors.ts";
import { findRun, runFiles } from "../../../runs/record/folder.ts";
import { redactorOf, secretsOf } from "../../../runs/record/secrets.ts";
import { showPlural } from "../../../runs/report/formats.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { type ModelFolders, withModels } from "../../../sandbox/model-folder.ts";
import { dataHash } from "../../../tasks/data-hash.ts";
import { withNewRows } from "../../../tasks/new-rows.ts";
import type { Run } from "../../run/run.ts";
import { findCompetition, readStarted } from "../again/past.ts";
import {
  openAgain,
  type Past,
  type StandingScripts,
  standingScripts,
  submitAgain,
} from "../again/reopen.ts";
import { readEnvironment } from "../environment.ts";
import type { Closing } from "../open/parts.ts";
import { exitCodes } from "../terminal/failures.ts";
import { openProgress, type Progress } from "../terminal/progress.ts";
import { keptModels } from "./kept-models.ts";

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
    .option(
      "--no-train",
      "predict from what the scripts keep in ./model/, where they do: they are trained once for it, and checked",
    )
    .option("--runs-dir <folder>", "where runs are kept", "runs")
    .option("--data <folder>", "the competition's folder, where it has moved")
    .option("--json", "print one JSON object")
    .option("--quiet", "print no progress")
    .action(async (run, rows, { out, train, runsDir, data, json, quiet }) => {
      const folder = await findRun(runsDir, run);
      const progress = openProgress(
        process.stderr,
        quiet === true,
        redactorOf(secretsOf(process.env)),
      );
      try {
        const where = { rows: resolve(rows), out: resolve(out), data: data ?? null, train };
        const predicted = await predict(folder, where, progress);
        process.stdout.write(json ? `${JSON.stringify(predicted)}\n` : textOf(predicted));
        process.exitCode = exitCodes.ok;
      } finally {
        progress.close();
      }
    });
}

type Where = { rows: string; out: string; data: string | null; train: boolean };

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
    const models = where.train
      ? null
      : await modelsOf({ ...past, competition: original }, standing, again, scratch);
    const count = showPlural(standing.scripts.length, "script");
    progress.line(
      `${standing.solution}: ${models === null ? `training ${count} on all rows` : `predicting with ${count}, without training`}`,
    );
    const file = await submitAgain(models === null ? again : withKept(again, models), standing);
    if (typeof file !== "string")
      throw new RunRefused(`no valid predictions for these rows: ${file.problem}`);
    await copyFile(file, where.out);
    const { solution } = standing;
    return { run: basename(folder), solution, rows, file: where.out, notes };
  } finally {
    for (const closing of closings.reverse()) await closing();
  }
}

function withKept(run: Run, models: ModelFolders): Run {
  return { ...run, sandbox: withModels(run.sandbox, models) };
}

/** What the scripts of a submission keep of their training; each try is a run of its own, opened and closed. */
function modelsOf(
  past: Past,
  standing: StandingScripts,
  { sandbox: { packages } }: Run,
  scratch: string,
): Promise<ModelFolders> {
  const { solution, scripts } = standing;
  const codes = scripts.map(({ id, code }) => [id, sha256(code)]);
  let tries = 0;
  return keptModels({
    folder: runFiles(past.folder).model,
    identity: sha256(JSON.stringify([solution, codes, past.started.dataHash, packages])),
    scripts: scripts.map(({ id }) => id),
    competition: past.competition,
    scratch,
    report: past.progress.line,
    async submit(competition, models) {
      tries += 1;
      const closings: Closing[] = [];
      try {
        const place = join(scratch, `try-${tries}`);
        const run = await openAgain({ ...past, competition }, place, { kept: "recipes", closings });
        return await submitAgain(withKept(run, models), standing);
      } finally {
        for (const closing of closings.reverse()) await closing();
      }
    },
  });
}

function textOf({ rows, file, solution, run }: Predicted): string {
  return `${file}: ${showPlural(rows, "prediction")} by ${solution} of ${run}\n`;
}
