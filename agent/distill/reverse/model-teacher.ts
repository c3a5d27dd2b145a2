import { messageOf } from "./debug-tasks.ts";
import { around, patchOf } from "./patch.ts";
import type { ReverseTask, Taught, Teacher } from "./task.ts";

/** Asks a language model; null: it gave no answer. */
export type AskTeacher = (task: ReverseTask, prompt: string) => Promise<string | null>;

/** Lines around a correction that the teacher is shown for the question back. */
const CONTEXT = 2;

/** A language model as teacher: what it says is filtered like what anybody else says. */
export function modelTeacher(name: string, ask: AskTeacher): Teacher {
  return {
    name,
    forward: (task, way) => ask(task, forwardPrompt(task, way)),
    question: (task, forward) => ask(task, questionPrompt(task, forward)),
    backward: (task, question) => ask(task, backwardPrompt(task, question)),
    async consistent(task, taught) {
      const said = await ask(task, judgePrompt(task, taught));
      return /^\W*(?:yes|consistent)\b/iu.test(said ?? "");
    },
  };
}

function forwardPrompt(task: ReverseTask, way: number): string {
  const question = task.question.at(-1)?.content ?? "";
  const cause =
    task.role === "debugger" ? "\nFirst say in one or two sentences what the cause is." : "";
  const again = way === 0 ? "" : `\nSay it in other words than before (way ${way + 1}).`;
  return `${question}${cause}${again}\n`;
}

/** As the paper has it: the answer is known to whom asks back. */
function questionPrompt(task: ReverseTask, forward: string): string {
  const given = `# Question\n${task.question.at(-1)?.content ?? ""}\n\n# Its answer\n${forward}\n\n`;
  switch (task.role) {
    case "debugger": {
      const patch = task.mended === null ? null : patchOf(task.broken, task.mended);
      const shown = patch === null ? "" : around(task.mended ?? "", patch.added, CONTEXT);
      return `${given}# Task\nWrite the question that asks back: it shows the corrected lines as they run now and asks what stood there before, and which exception that raised.${shown === "" ? "" : ` The corrected lines with those around them:\n\`\`\`python\n${shown}\n\`\`\``}\nAnswer with the question alone.`;
    }
    case "leakage":
      return `${given}# Task\nWrite the question that asks back: it names the kind of the leak and asks for the lines that would leak so in the clean script. Answer with the question alone.`;
    case "ablation":
      return `${given}# Task\nWrite the question that asks back: it names the most influential block and the order of the others, and asks for the importances of the table. Answer with the question alone.`;
  }
}

const FORMS = {
  debugger: "Before:\n<the lines that stood there, exactly>\nRaises: <class of the exception>",
  leakage:
    "Lines:\n<the lines that leak>\nLeaks: <one of fit-on-test, target-in-features, target-encoding, future-rows>",
  ablation: "<block>: <importance>, one a line, most important first",
} as const;

function backwardPrompt(task: ReverseTask, question: string): string {
  return `# Question\n${question}\n\n# Answer\nReason in one or two sentences, then end in exactly this form:\n${FORMS[task.role]}\n`;
}

function judgePrompt(task: ReverseTask, { forward, question, backward }: Taught): string {
  const failure =
    task.role === "debugger"
      ? ` (it failed with ${task.exception}: ${messageOf(task.traceback)})`
      : "";
  return `# Question\n${task.question.at(-1)?.content ?? ""}\n\n# Answer\n${forward[0] ?? ""}\n\n# Question back\n${question}\n\n# Its answer\n${backward}\n\n# Task\nDoes the last answer lead back to what the first question began with${failure}? Answer with yes or no.`;
}
