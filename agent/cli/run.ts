import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { certify } from "../../runs/certificate/certificate.ts";
import { writeAtomically } from "../../runs/record/atomic-file.ts";
import { runFiles } from "../../runs/record/folder.ts";
import { redactorOf, secretsOf } from "../../runs/record/secrets.ts";
import { summarize } from "../../runs/report/summary.ts";
import { summaryText } from "../../runs/report/summary-text.ts";
import { Config } from "../config.ts";
import { pipeline } from "../pipeline.ts";
import { commitOf } from "../run/commit.ts";
import type { RunHandle } from "../run/create.ts";
import { forecastRun, forecastText } from "./dry-run.ts";
import { readEnvironment } from "./environment.ts";
import { exitCodes, explained } from "./failures.ts";
import { type OpenRun, openRun } from "./open/run.ts";
import { openProgress, type Progress } from "./progress.ts";
import { resolveSettings } from "./settings.ts";
import { table } from "./table.ts";

/** `mle-star run <competition>`: the main job, from a competition to a submission. */
export function runCommand() {
  const command = new Command("run")
    .description(
      "Solve a competition: a shipped id, or a folder with train.csv, test.csv and sample_submission.csv. Repeat the command to resume an unfinished run.",
    )
    .argument("<competition>", "id of a shipped competition, or path of a folder")
    .option(
      "--effort <preset>",
      "quick (minutes), default (hours), paper (settings of the paper, 24 h)",
    )
    .option("--quick", "short for --effort quick")
    .option("--model <name>", Config.shape.model.description)
    .option("--base-url <address>", Config.shape.baseUrl.description)
    .option("--replay-until <place>", Config.shape.replayUntil.description)
    .option("--live-model <name>", Config.shape.liveModel.description)
    .option("--sandbox <engine>", "auto, docker, podman, bwrap or process")
    .option("--gpus-per-execution <n>", Config.shape.gpusPerExecution.description)
    .option("--network <policy>", Config.shape.network.description)
    .option("--search <places>", Config.shape.search.description)
    .option("--card <file>", Config.shape.card.description)
    .option("--benchmark", Config.shape.benchmark.description)
    .option("--seed <n>", Config.shape.seed.description)
    .option(
      "--time-limit <duration>",
      "wall clock over all sessions: 90 (seconds), 30m, 12h or none",
    )
    .option("--max-usd <dollars>", "hard limit in US dollars")
    .option("--prices <file>", "your own price table (JSON); overrides the shipped one")
    .option("--max-tokens <n>", "hard limit of tokens (input, cached and output)")
    .option("--max-executions <n>", "hard limit of script executions")
    .option("--config <file>", "YAML file of settings")
    .option("--set <key=value>", "any setting below; repeatable", collect, [])
    .option("--runs-dir <folder>", "folder of the runs", "runs")
    .option("--run-id <id>", "id of the run: resumed if it exists, else created")
    .option("--dry-run", "forecast model calls, executions, cost and time, without a run")
    .option("--fresh", "start a new run, even if one with the same settings is unfinished")
    .option("--json", "print one JSON object as the last line")
    .option("--quiet", "print no progress")
    .addHelpText("after", `\n${settingsHelp()}`);
  return command.action(async (competition, options) => {
    const redact = redactorOf(secretsOf(process.env, process.argv));
    const progress = openProgress(process.stderr, options.quiet === true, redact);
    try {
      process.exitCode = await runCompetition(competition, options, progress);
    } finally {
      progress.close();
    }
  });
}

type Options = {
  quick?: true;
  effort?: string;
  timeLimit?: string;
  prices?: string;
  runsDir: string;
  runId?: string;
  fresh?: true;
  dryRun?: true;
  json?: true;
  [flag: string]: unknown;
};

async function runCompetition(
  reference: string,
  options: Options,
  progress: Progress,
): Promise<number> {
  const own = options.prices === undefined ? {} : { prices: options.prices };
  const environment = { ...readEnvironment(), ...own };
  const effort = options.effort ?? (options.quick === true ? "quick" : undefined);
  const timeLimit = options.timeLimit === undefined ? undefined : seconds(options.timeLimit);
  const config = resolveSettings({ ...options, effort, timeLimit }, environment.all);
  const { runsDir, runId = null, fresh = false } = options;
  if (options.dryRun === true) {
    const found = await forecastRun({ reference, config, environment, runsDir }, progress);
    process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : forecastText(found));
    return exitCodes.ok;
  }
  const wanted = { reference, config, environment, runsDir, runId, fresh };
  const open = await openRun(wanted, progress).catch((error: unknown) => {
    throw explained(error, [runsDir, environment.cacheDir]);
  });
  try {
    const { handle } = open;
    if (handle === null) progress.line(`run ${open.id} has ended; start a new one with --fresh`);
    else await work(open, handle, progress);
    return await report(open, options.json === true);
  } finally {
    await open.close();
  }
}

/** Runs the pipeline; an error is journaled, aborts all parts and is rethrown. */
async function work(open: OpenRun, handle: RunHandle, progress: Progress): Promise<void> {
  const { journal } = open;
  const onInterrupt = stopOnInterrupt(handle, progress);
  try {
    const finished = await pipeline(handle.run);
    const interrupted = handle.reached.has("interrupted");
    const [limit = null] = [...handle.reached].filter((name) => name !== "interrupted");
    const status =
      finished.solution === null
        ? "no-submission"
        : interrupted
          ? "interrupted"
          : limit === null
            ? "finished"
            : "limit";
    const best = finished.solution === null ? null : commitOf(handle.run, finished.solution);
    if (best !== null) await handle.run.history.tagBest(best);
    await rm(join(open.folder, "work"), { recursive: true, force: true });
    await journal.step("run-ended", "run-ended", async () => ({ ...finished, status, limit }));
  } catch (caught) {
    handle.abort();
    const error = explained(caught, [open.folder, readEnvironment().cacheDir]);
    const { name, message } =
      error instanceof Error ? error : { name: "Error", message: String(error) };
    // A journal that cannot be written may be what failed: the error itself says more than a second one.
    await journal.append("faulted", "faulted", { name, message }).catch(() => undefined);
    throw error;
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  }
}

/** The first Ctrl-C ends the search and finalizes; the second ends the process. */
function stopOnInterrupt(handle: RunHandle, progress: Progress): () => void {
  let times = 0;
  const onInterrupt = () => {
    times += 1;
    if (times > 1) process.exit(exitCodes.interrupted);
    progress.line(
      "interrupted: finalizing with the best solution so far (press Ctrl-C again to stop at once)",
    );
    handle.stopSearch();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  return onInterrupt;
}

async function report(open: OpenRun, json: boolean): Promise<number> {
  if (open.journal.find("run-ended", "run-ended") !== null) await certify(open.folder);
  const path = runFiles(open.folder).summary;
  const found = summarize(open.journal.events, open.folder);
  const summary = { ...found, files: { ...found.files, summary: path } };
  await writeAtomically(path, `${JSON.stringify(summary, null, 2)}\n`);
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${summaryText(summary)}\n`);
  if (summary.status === "interrupted") return exitCodes.interrupted;
  if (summary.submission !== null) return exitCodes.ok;
  return summary.limit === null ? exitCodes.noSubmission : exitCodes.budgetBeforeSubmission;
}

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

/** `90`, `90s`, `30m`, `12h`, `1d` in seconds; `none` is no limit. Anything else is left for the schema to refuse. */
function seconds(text: string): unknown {
  if (text === "none") return null;
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/u.exec(text.trim());
  if (match === null) return text;
  const unit = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ""] ?? 1;
  return Number(match[1]) * unit;
}

function settingsHelp(): string {
  const defaults = Config.parse({});
  const rows = Object.entries(Config.shape).map(([key, schema]) => {
    const value = JSON.stringify(defaults[key as keyof typeof defaults]);
    return [`  ${key}`, `${schema.description ?? ""} [${value}]`];
  });
  return `Settings (--set key=value, config file, or MLE_STAR_<KEY> in the environment):\n${table(rows).join("\n")}`;
}
