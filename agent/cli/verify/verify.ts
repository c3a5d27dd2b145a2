import { Command } from "@commander-js/extra-typings";
import pc from "picocolors";
import { type Finding, verifyFolder } from "../../../runs/certificate/verify.ts";
import type { Event, EventValue } from "../../../runs/events/events.ts";
import { findRun, runFiles } from "../../../runs/record/folder.ts";
import { readHistory } from "../../../runs/record/history.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import type { Competition } from "../../../tasks/competition.ts";
import { dataHash } from "../../../tasks/data-hash.ts";
import { openReferee } from "../../../tasks/referee/open.ts";
import { recompute } from "../../trust/recompute.ts";
import { findCompetition } from "../again/past.ts";
import { readEnvironment } from "../environment.ts";
import { exitCodes } from "../terminal/failures.ts";
import { openProgress } from "../terminal/progress.ts";
import { table } from "../terminal/table.ts";
import { rerunSubmission } from "./rerun.ts";

/** `mle-star verify`: recomputes what can be recomputed of a run, and says what differs. */
export function verifyCommand() {
  return new Command("verify")
    .description(
      "Recompute a run: the chain of its journal, the hashes of its certificate, its scores from the stored predictions. Exit code 1 when something differs.",
    )
    .argument("[run]", "run id, competition, folder or latest", "latest")
    .option("--runs-dir <folder>", "where runs are kept", "runs")
    .option("--data <folder>", "the competition's folder, where it has moved")
    .option("--rerun", "run the submitted scripts again, and compare what they submit")
    .option("--json", "one JSON object on standard output")
    .action(async (run, { runsDir, data, rerun, json }) => {
      const folder = await findRun(runsDir, run);
      const findings = await verifyRun(folder, data ?? null, rerun === true);
      const passed = findings.every(({ ok }) => ok !== false);
      const text = json
        ? JSON.stringify({ run: folder, passed, findings })
        : textOf(findings, passed);
      process.stdout.write(`${text}\n`);
      process.exitCode = passed ? exitCodes.ok : exitCodes.failed;
    });
}

async function verifyRun(folder: string, data: string | null, rerun: boolean): Promise<Finding[]> {
  const environment = readEnvironment();
  const path = environment.all.PATH ?? "";
  const findings = await verifyFolder(folder, readHistory(runFiles(folder).history, { path }));
  if (findings.some(({ ok }) => ok === false)) return findings;
  const events = await readEvents(runFiles(folder).journal);
  const started = events.find((event) => event.type === "run-started")?.value ?? null;
  if (started === null) return findings;
  const competition = await findCompetition(started, data);
  if ("problem" in competition) {
    const detail = `scores were not recomputed, ${competition.problem}`;
    return [...findings, { check: "data", ok: null, detail }];
  }
  const same = (await dataHash(competition)) === started.dataHash;
  const detail = same ? "the files that the run was made on" : "not what the run was made on";
  findings.push({ check: "data", ok: same, detail: `${detail}: ${competition.folder}` });
  if (!same || started.mode === "self-reported") return findings;
  findings.push(...(await recomputeScores(folder, events, started, competition)));
  if (!rerun) return findings;
  const progress = openProgress(process.stderr, false);
  try {
    const past = { folder, events, started, competition, environment, progress };
    return [...findings, await rerunSubmission(past)];
  } finally {
    progress.close();
  }
}

async function recomputeScores(
  folder: string,
  events: readonly Event[],
  started: EventValue<"run-started">,
  competition: Competition,
): Promise<Finding[]> {
  const { cacheDir, python: override } = readEnvironment();
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const { python } = await pythonEnvironment({ cacheDir, override, report });
  const { seed, split } = started;
  const referee = await openReferee({
    competition,
    python,
    folder: runFiles(folder).referee,
    seed,
    subsample: split.subsample,
    known: split,
  });
  try {
    return await recompute(referee, events, started);
  } finally {
    await referee.close();
  }
}

function textOf(findings: readonly Finding[], passed: boolean): string {
  const lines = table(findings.map(({ check, ok, detail }) => [markOf(ok), check, detail]));
  const verdict = passed ? "nothing differs" : "this run is not what its certificate says";
  return [...lines, verdict].join("\n");
}

function markOf(ok: boolean | null): string {
  if (ok === null) return pc.yellow("–");
  return ok ? pc.green("✓") : pc.red("✗");
}
