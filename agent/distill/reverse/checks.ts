import { leakageChecker } from "../../roles/leakage-checker.ts";
import { oneCodeBlock } from "../../roles/reply/readers.ts";
import { Unreadable } from "../../roles/role.ts";
import { blocksNamed } from "./ablation-tasks.ts";
import { type Findings, leaksIn } from "./leak-tasks.ts";
import { patchOf, replaced } from "./patch.ts";
import type { DebugTask, LeakTask, ReverseTask, Taught, Teacher } from "./task.ts";

/** How a script went on the data of a task. */
export type Ran = {
  /** Whether it ran to its end and wrote a submission of the expected form. */
  isDone: boolean;
  exception: string | null;
};

/** What tells whether something said is true. */
export type Checks = {
  run(task: ReverseTask, code: string): Promise<Ran>;
  findings(task: ReverseTask): Promise<Findings>;
  /** Asked whether the two directions agree, in place of an execution; null: they are executed. */
  judge: Teacher | null;
};

/** Why a teacher's answer is wrong, or null: the first filter. */
export async function forwardProblem(
  task: ReverseTask,
  said: string,
  checks: Pick<Checks, "run" | "findings">,
): Promise<string | null> {
  switch (task.role) {
    case "debugger": {
      const code = oneCodeBlock.read(said);
      if (code instanceof Unreadable) return "forward: no script could be read";
      if (patchOf(task.broken, code) === null) return "forward: the script is the same";
      const { isDone } = await checks.run(task, code);
      return isDone ? null : "forward: the mended script does not run";
    }
    case "leakage":
      return leakProblem(task, said, await checks.findings(task));
    case "ablation":
      return blocksNamed(said)[0] === task.table[0]?.block
        ? null
        : "forward: another block is named first";
  }
}

/** Why the answer to the question back does not lead back, or null: the second filter. */
export async function backwardProblem(
  task: ReverseTask,
  { forward, backward }: Taught,
  { run, findings }: Pick<Checks, "run" | "findings">,
): Promise<string | null> {
  switch (task.role) {
    case "debugger":
      return await bugProblem(task, { forward: forward[0] ?? "", backward }, run);
    case "leakage":
      return putBackProblem(task, backward, await findings(task));
    case "ablation": {
      const ranked = [...backward.matchAll(/^(block-\d+): /gmu)].map(([, block]) => block);
      const isSame =
        JSON.stringify(ranked) === JSON.stringify(task.table.map((each) => each.block));
      return isSame ? null : "backward: another ranking than the table's";
    }
  }
}

/** What the answer to the question back says of a bug. */
export function readBug(text: string): { lines: string[]; exception: string } | null {
  const [, lines, exception] = /^Before:\n([\s\S]*?)\nRaises: ([\w.]+)\s*$/mu.exec(text) ?? [];
  return lines === undefined || exception === undefined
    ? null
    : { lines: lines.split("\n"), exception };
}

/** The described bug is put back into the mended script, which must then raise the same class of exception. */
async function bugProblem(
  task: DebugTask,
  { forward, backward }: { forward: string; backward: string },
  run: Checks["run"],
): Promise<string | null> {
  const bug = readBug(backward);
  const mended = oneCodeBlock.read(forward);
  if (bug === null || mended instanceof Unreadable) return "backward: no bug could be read";
  if (bug.exception !== task.exception) return "backward: another exception is named";
  const patch = patchOf(task.broken, mended);
  const broken = patch === null ? null : replaced(mended, patch.added, bug.lines);
  if (broken === null) return "backward: the bug has no place in the mended script";
  const { exception } = await run(task, broken);
  if (exception === null) return "backward: the bug, put back, raises nothing";
  return exception === task.exception
    ? null
    : "backward: the bug, put back, raises another exception";
}

function leakProblem(task: LeakTask, said: string, findings: Findings): string | null {
  const verdict = leakageChecker.reply.read(said);
  if (verdict instanceof Unreadable) return "forward: no verdict could be read";
  if (verdict.leaky !== (task.rule !== null)) return "forward: the verdict is wrong";
  if (!verdict.leaky) return null;
  const lines = verdict.block.trim().split("\n");
  const without = replaced(task.code, lines, []);
  if (without === null) return "forward: the block is not in the script";
  return leaksIn(findings, without).length === 0
    ? null
    : "forward: the leak is in other lines than the block";
}

function putBackProblem(task: LeakTask, backward: string, findings: Findings): string | null {
  const [, lines, rule] = /^Lines:\n([\s\S]*?)\nLeaks: ([\w-]+)\s*$/mu.exec(backward) ?? [];
  if (lines === undefined || rule === undefined) return "backward: no leak could be read";
  if (rule !== task.rule) return "backward: another kind of leak is named";
  const leaky = replaced(task.code, task.leak, lines.split("\n")) ?? task.clean;
  return leaksIn(findings, leaky).includes(rule)
    ? null
    : "backward: the rules find no such leak in the lines, put back";
}
