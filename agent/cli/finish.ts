import { basename, dirname } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { RunRefused } from "../../runs/errors.ts";
import { findRun, runFiles } from "../../runs/record/folder.ts";
import { readEvents } from "../../runs/record/journal-lines.ts";
import { redactorOf, secretsOf } from "../../runs/record/secrets.ts";
import { Config } from "../config.ts";
import { readEnvironment } from "./environment.ts";
import { GivenWords } from "./given.ts";
import { openProgress } from "./terminal/progress.ts";
import { workToItsEnd } from "./work.ts";

/** `mle-star finish <run>`: ends a paused or broken-off run for good, with the best it has. */
export function finishCommand() {
  return new Command("finish")
    .description(
      "End an unfinished run for good: no further search, then canary, sealed holdout and the final submission of the best solution so far.",
    )
    .argument("[run]", "run id, competition, folder or latest", "latest")
    .option("--runs-dir <folder>", "where runs are kept", "runs")
    .option("--prices <file>", "your own price table (JSON); overrides the shipped one")
    .option("--json", "print one JSON object as the last line")
    .option("--quiet", "print no progress")
    .action(async (run, { runsDir, prices, json, quiet }) => {
      const redact = redactorOf(secretsOf(process.env));
      const progress = openProgress(process.stderr, quiet === true, redact);
      const own = prices === undefined ? {} : { prices };
      try {
        const wanted = await wantedOf(await findRun(runsDir, run));
        const environment = { ...readEnvironment(), ...own };
        process.exitCode = await workToItsEnd(
          { ...wanted, environment },
          { onSignal: "pause", finishNow: true, json: json === true },
          progress,
        );
      } finally {
        progress.close();
      }
    });
}

/** What the run was started with, from its journal. */
async function wantedOf(folder: string) {
  const events = await readEvents(runFiles(folder).journal);
  const started = events.find((event) => event.type === "run-started")?.value;
  if (started === undefined)
    throw new RunRefused(`${folder}: the run has not begun, so there is nothing to finish`);
  const { id, folder: data } = started.competition;
  // Runs of earlier versions say nothing of it.
  const given = GivenWords.parse(started.competition.given ?? {});
  const reference = typeof data === "string" ? data : id;
  const config = Config.parse(started.config);
  const runsDir = dirname(dirname(folder));
  return { reference, given, config, runsDir, runId: basename(folder), fresh: false };
}
