import type { Trajectory } from "../../../../runs/report/across/trajectories.ts";
import type { Competition } from "../../../../tasks/competition.ts";
import { ablationTasks } from "../../../distill/reverse/ablation-tasks.ts";
import type { Checks } from "../../../distill/reverse/checks.ts";
import {
  failedTask,
  type Planted,
  plantedTasks,
  recordedTasks,
} from "../../../distill/reverse/debug-tasks.ts";
import { type Findings, leakTasks } from "../../../distill/reverse/leak-tasks.ts";
import { probeRow, probesOf } from "../../../distill/reverse/probes.ts";
import type {
  DebugTask,
  ReverseRole,
  ReverseTask,
  Teacher,
} from "../../../distill/reverse/task.ts";
import type { Row } from "../../../distill/row.ts";
import { openPython, type PythonSource } from "../../../python-source/python-source.ts";
import type { CommandContext } from "../../runs/context.ts";
import { readCalls, type Source } from "../calls.ts";
import type { Executor } from "./executor.ts";

export type Wanted = {
  role: ReverseRole;
  /** Bugs planted into each script. */
  bugs: number;
  licenses: ReadonlyMap<string, string>;
  report: (line: string) => void;
};

type Found = {
  tasks: ReverseTask[];
  dropped: { dropped: string }[];
  runsLeftOut: number;
  passedOver: string[];
};

/** The tasks of a role among the calls of runs, each once. */
export async function readTasks(
  source: Source,
  wanted: Wanted,
  { context, executor }: { context: CommandContext; executor: Executor },
): Promise<Found> {
  const byRun: Trajectory[][] = [];
  const read = await readCalls(source, context, (calls) => void byRun.push([...calls]));
  const tasks: ReverseTask[] = [];
  const dropped: { dropped: string }[] = [];
  const python = await openPython();
  for (const calls of byRun) {
    const found = await tasksOf(calls, wanted, { executor, python });
    tasks.push(...found.tasks);
    dropped.push(...found.dropped);
  }
  return { tasks: once(tasks), dropped, ...read };
}

type Means = { executor: Executor; python: PythonSource };

async function tasksOf(
  calls: readonly Trajectory[],
  { role, bugs, licenses, report }: Wanted,
  { executor, python }: Means,
): Promise<Pick<Found, "tasks" | "dropped">> {
  const [first] = calls;
  if (first === undefined) return { tasks: [], dropped: [] };
  // A table needs no data: it was measured.
  if (role === "ablation") return { tasks: ablationTasks(calls, licenses), dropped: [] };
  const competition = await executor.competitionOf(first);
  if ("problem" in competition) {
    report(`passed over: ${first.competition}/${first.run}: ${competition.problem}`);
    return { tasks: [], dropped: [] };
  }
  if (role === "debugger") {
    const planted = plantedTasks(calls, { perScript: bugs, licenses });
    const failed = await failures(planted, executor, report);
    return { ...failed, tasks: [...recordedTasks(calls, licenses), ...failed.tasks] };
  }
  const findings = findingsFor(competition, python);
  const target = competition.target_columns[0] ?? "";
  return { tasks: leakTasks(calls, { findings, target, licenses }), dropped: [] };
}

/** The tasks of planted bugs that fail with an exception; the others are counted. */
async function failures(
  planted: readonly Planted[],
  executor: Executor,
  report: (line: string) => void,
): Promise<{ tasks: DebugTask[]; dropped: { dropped: string }[] }> {
  const tasks: DebugTask[] = [];
  const dropped: { dropped: string }[] = [];
  for (const each of planted) {
    const { exception, traceback } = await executor.run(each.provenance, each.broken);
    report(`${executor.count} executions`);
    if (exception === null || traceback === null)
      dropped.push({ dropped: "planted bug: raises nothing" });
    else tasks.push(failedTask(each, { exception, traceback }));
  }
  return { tasks, dropped };
}

/** Tasks of one competition that are the same but for the run. */
function once(tasks: readonly ReverseTask[]): ReverseTask[] {
  const seen = new Set<string>();
  return tasks.filter((task) => {
    const { competition } = task.provenance;
    const what = task.role === "debugger" ? task.broken : (task.question.at(-1)?.content ?? "");
    const key = JSON.stringify([competition, what]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What tells whether a teacher is right; `judge`: the teacher itself, in place of executions. */
export async function openChecks(executor: Executor, judge: Teacher | null): Promise<Checks> {
  const python = await openPython();
  const known = new Map<string, Competition>();
  return {
    judge,
    async run(task, code) {
      return await executor.run(task.provenance, code);
    },
    async findings(task) {
      const { competition: id } = task.provenance;
      const competition = known.get(id) ?? (await executor.competitionOf(task.provenance));
      if ("problem" in competition) return () => [];
      known.set(id, competition);
      return findingsFor(competition, python);
    },
  };
}

function findingsFor(competition: Competition, python: PythonSource): Findings {
  const task = {
    targets: competition.target_columns,
    id: competition.id_column,
    mode: "referee" as const,
    vocabulary: new Set<string>(),
  };
  return (code) => python.staticFindings(code, task);
}

/** Probes about the mended script of a task, with the answers that their executions gave. */
export async function probesFor(
  task: DebugTask,
  count: number,
  executor: Executor,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const probe of probesOf(task, count)) {
    const { exception } = await executor.run(task.provenance, probe.code);
    rows.push(probeRow(task, probe, exception));
  }
  return rows;
}
