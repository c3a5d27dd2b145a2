import { messageOf } from "./debug-tasks.ts";
import { around, type Patch, patchOf } from "./patch.ts";
import type { AblationTask, DebugTask, LeakTask, ReverseTask, Teacher } from "./task.ts";

/** Lines around a correction that the question back shows. */
const CONTEXT = 2;

/**
 * Teaches by rules, without a language model: it knows a correction only where one is known to run, and names causes
 * from the exception and the lines that differ.
 */
export const ruleTeacher: Teacher = {
  name: "rules (rule-based, no language model)",
  forward: async (task, way) => forwardOf(task, way),
  question: async (task) => questionOf(task),
  backward: async (task) => backwardOf(task),
  consistent: null,
};

function forwardOf(task: ReverseTask, way: number): string | null {
  switch (task.role) {
    case "debugger":
      return debugForward(task, way);
    case "leakage":
      return leakForward(task, way);
    case "ablation":
      return ablationForward(task, way);
  }
}

function questionOf(task: ReverseTask): string | null {
  switch (task.role) {
    case "debugger":
      return debugQuestion(task);
    case "leakage":
      return task.rule === null ? null : leakQuestion(task, task.rule);
    case "ablation":
      return `An ablation study found that ${task.table[0]?.block} carries the score most, ahead of ${rest(task)}. Which importance did each block have, most important first?`;
  }
}

function backwardOf(task: ReverseTask): string | null {
  switch (task.role) {
    case "debugger":
      return debugBackward(task);
    case "leakage":
      return task.rule === null ? null : `Lines:\n${task.leak.join("\n")}\nLeaks: ${task.rule}`;
    case "ablation":
      return task.table.map(({ block, importance }) => `${block}: ${importance}`).join("\n");
  }
}

function debugForward(task: DebugTask, way: number): string | null {
  const patch = patchIn(task);
  if (task.mended === null || patch === null) return null;
  return `${causeOf(task, patch, way)}\n\n\`\`\`python\n${task.mended.trimEnd()}\n\`\`\``;
}

function causeOf({ exception, traceback }: DebugTask, patch: Patch, way: number): string {
  const message = messageOf(traceback);
  const said = message === "" ? exception : `${exception}: ${message}`;
  const [wrong, right] = differing(patch);
  switch (way % 3) {
    case 0:
      return `Cause: ${said}. It says \`${wrong}\` where it must say \`${right}\`.`;
    case 1:
      return `Cause: \`${wrong}\` is wrong, so that the script ends with ${said}. \`${right}\` mends it.`;
    default:
      return `Cause: the script needs \`${right}\`, but has \`${wrong}\`: ${said}.`;
  }
}

function debugQuestion(task: DebugTask): string | null {
  const patch = patchIn(task);
  if (task.mended === null || patch === null) return null;
  const shown = around(task.mended, patch.added, CONTEXT);
  return `These lines of a script run:\n\`\`\`python\n${shown}\n\`\`\`\nOf them, this is a correction:\n\`\`\`python\n${patch.added.join("\n")}\n\`\`\`\nWhat stood there before, and which exception did that raise?`;
}

function debugBackward(task: DebugTask): string | null {
  const patch = patchIn(task);
  if (patch === null) return null;
  const message = messageOf(task.traceback);
  const [wrong] = differing(patch);
  const why = message === "" ? "" : ` (${message})`;
  return `\`${wrong}\` cannot work there${why}.\nBefore:\n${patch.removed.join("\n")}\nRaises: ${task.exception}`;
}

function patchIn({ broken, mended }: DebugTask): Patch | null {
  return mended === null ? null : patchOf(broken, mended);
}

/** The first line that is wrong, and the one that is right. */
function differing({ removed, added }: Patch): [string, string] {
  const at = removed.findIndex((line, index) => line !== added[index]);
  const place = at === -1 ? removed.length : at;
  return [(removed[place] ?? "nothing").trim(), (added[place] ?? "nothing").trim()];
}

/** What each rule means, in a few words. */
const LEAK_MEANINGS: Readonly<Record<string, string>> = {
  "fit-on-test": "a transformer is fitted on training and test rows together",
  "target-in-features": "a column that is computed from the target is kept as a feature",
  "target-encoding": "a category is encoded by its mean target, the own row's target included",
  "future-rows": "a row sees later rows",
};

function leakForward({ rule, leak }: LeakTask, way: number): string {
  if (rule === null) return JSON.stringify({ leaky: false, block: "", why: "" });
  const meaning = LEAK_MEANINGS[rule] ?? rule;
  const ways = [meaning, `${rule}: ${meaning}`, `it must not be: ${meaning}`];
  return JSON.stringify({ leaky: true, block: leak.join("\n"), why: ways[way % ways.length] });
}

function leakQuestion({ code, leak }: LeakTask, rule: string): string {
  const [first = ""] = around(code, leak, 1).split("\n");
  return `A script without a leak has this line:\n\`\`\`python\n${first}\n\`\`\`\nWhich lines below it would leak like this: ${LEAK_MEANINGS[rule] ?? rule}?`;
}

function ablationForward({ table }: AblationTask, way: number): string {
  const [top] = table;
  const lost = top?.importance ?? 0;
  const others = table.slice(1).map(({ block, importance }) => `${block} ${importance}`);
  const tail = ` Then come ${others.join(", ")}.`;
  switch (way % 3) {
    case 0:
      return `${top?.block} (${top?.what}) carries the score most: without it the score loses ${lost}.${tail}`;
    case 1:
      return `The score rests on ${top?.block}, whose change (${top?.what}) costs ${lost}.${tail}`;
    default:
      return `${top?.block} matters most: ${lost} is lost by "${top?.what}".${tail}`;
  }
}

function rest({ table }: AblationTask): string {
  return table
    .slice(1)
    .map(({ block }) => block)
    .join(", ");
}
