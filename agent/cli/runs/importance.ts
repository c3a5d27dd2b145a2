import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunRefused } from "../../../runs/errors.ts";
import type { Split } from "../../../runs/events/scoring.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { showPlural, showSeconds } from "../../../runs/report/formats.ts";
import { type Importance, readImportance } from "../../../runs/report/importance.ts";
import { dataHash } from "../../../tasks/data-hash.ts";
import type { PermutedView } from "../../../tasks/referee/referee.ts";
import { executeView } from "../../run/execute.ts";
import type { Run } from "../../run/run.ts";
import { forecast } from "../../run/seconds.ts";
import { findCompetition, readStarted } from "../again/past.ts";
import { openAgain, type Past, type StandingScripts, standingScripts } from "../again/reopen.ts";
import { readEnvironment } from "../environment.ts";
import type { Closing } from "../open/parts.ts";
import type { Progress } from "../terminal/progress.ts";

/** Executions at most, where each column needs one of its own: a choice of ours. */
const MAX_EXECUTIONS = 24;

/**
 * Measures what the submitted solution of an ended run loses when a column is mixed up, once: what was measured is
 * kept in the run's folder. Throws `RunRefused` where it cannot be measured.
 */
export async function measureImportance(
  folder: string,
  data: string | null,
  progress: Progress,
): Promise<Importance> {
  const past = await openPast(folder, data, progress);
  const standing = await standingScripts(past);
  if (standing === null)
    throw new RunRefused(`${folder}: its submission is a constant, which uses no column`);
  const known = await readImportance(folder);
  if (known?.solution === standing.solution) return known;
  const closings: Closing[] = [];
  const scratch = await mkdtemp(join(tmpdir(), "mle-star-importance-"));
  closings.push(() => rm(scratch, { recursive: true, force: true }));
  try {
    const run = await openAgain(past, scratch, { kept: "split", closings });
    const found = await measure(run, past, standing);
    await writeAtomically(runFiles(folder).importance, `${JSON.stringify(found, null, 2)}\n`);
    return found;
  } finally {
    for (const closing of closings.reverse()) await closing();
  }
}

async function openPast(folder: string, data: string | null, progress: Progress): Promise<Past> {
  const { events, started } = await readStarted(folder);
  if (started.mode === "self-reported")
    throw new RunRefused(`${folder}: a self-reported run has no rows that a referee holds`);
  if (!events.some(({ type }) => type === "run-ended"))
    throw new RunRefused(`${folder}: importance is measured when the run has ended`);
  const competition = await findCompetition(started, data);
  if ("problem" in competition) throw new RunRefused(competition.problem);
  if ((await dataHash(competition)) !== started.dataHash)
    throw new RunRefused(`${competition.folder} is not the data that the run was made on`);
  return { folder, events, started, competition, environment: readEnvironment(), progress };
}

/** One execution per script where rows can stand in a table several times, else one per script and column. */
async function measure(run: Run, past: Past, standing: StandingScripts): Promise<Importance> {
  const { solution, scripts } = standing;
  const { progress } = past;
  const stacked = await run.referee.permute(solution, true);
  if (stacked.views.length > 0) {
    progress.line(planOf(past, standing, stacked.views.length));
    if ((await failures(run, standing, stacked.views)).length === 0) {
      const { isSame, ...found } = await run.referee.importance(solution, stacked.views);
      const { leftOut } = stacked;
      if (isSame) return { solution, ...found, leftOut, failed: [], executions: scripts.length };
    }
    progress.line("its predictions depend on the other rows: each column gets an execution");
  }
  const single = await run.referee.permute(solution, false);
  const views = single.views.slice(0, Math.max(1, Math.floor(MAX_EXECUTIONS / scripts.length)));
  if (views.length === 0) throw new RunRefused("no column of the test table varies");
  progress.line(planOf(past, standing, views.length));
  const failed = await failures(run, standing, views);
  const measured = views.filter(({ view }) => !failed.some((each) => each.view === view));
  if (measured.length === 0)
    throw new RunRefused(`${solution} ran on none of the mixed columns, see the lines above`);
  const { isSame: _, ...found } = await run.referee.importance(solution, measured);
  return {
    solution,
    ...found,
    leftOut: single.leftOut + single.views.length - views.length,
    failed: failed.flatMap(({ columns }) => columns),
    executions: views.length * scripts.length,
  };

  function failures(own: Run, { scripts: all }: StandingScripts, on: readonly PermutedView[]) {
    return failuresOf(own, all, on, progress);
  }
}

/** The views on which a script failed; the reasons are told. */
async function failuresOf(
  run: Run,
  scripts: StandingScripts["scripts"],
  views: readonly PermutedView[],
  progress: Progress,
): Promise<PermutedView[]> {
  const ran = await Promise.all(
    views.map(async (each) => {
      const outcomes = await Promise.all(
        scripts.map((script) => executeView(run, script, each.view)),
      );
      const broken = outcomes.find((outcome) => outcome?.status !== "scored");
      if (broken === undefined) return null;
      progress.line(`${each.view}: ${broken?.reason?.split("\n")[0] ?? "it was not run"}`);
      return each;
    }),
  );
  return ran.filter((each) => each !== null);
}

function planOf({ events, started }: Past, { scripts }: StandingScripts, views: number): string {
  const split: Split = started.split;
  const seconds = scripts.map(({ id }) => forecast(events, split, id, "fold-0"));
  const each = showSeconds(Math.max(0, ...seconds));
  return `importance of columns: ${showPlural(views * scripts.length, "execution")}, about ${each} each`;
}
