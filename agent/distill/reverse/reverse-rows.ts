import { oneCodeBlock } from "../../roles/reply/readers.ts";
import { Unreadable } from "../../roles/role.ts";
import { type Asked, IN_FULL, shown } from "../asked.ts";
import type { Judged, Part, Row } from "../row.ts";
import { backwardProblem, type Checks, forwardProblem } from "./checks.ts";
import { patchOf, patchText } from "./patch.ts";
import type { ReverseRole, ReverseTask, Taught, Teacher } from "./task.ts";

/** Ways of saying an answer that the baseline of answer augmentation learns: as many parts as the method has. */
export const WAYS = 3;

/** What is learned of a row; the first is RevThink (arXiv 2411.19865), the second its strongest baseline. */
export const OBJECTIVES = {
  revthink: ["forward", "backward-question", "backward"],
  answers: ["forward", "forward-2", "forward-3"],
  forward: ["forward"],
  probes: ["forward", "backward-question", "backward", "probe"],
} as const;

/** How a small student is asked in each role: the rules above are the same in every question. */
const SHORT: Readonly<Record<ReverseRole, Asked>> = {
  debugger: { brief: false, from: "# Script", ownFrames: true, patch: true },
  leakage: { brief: false, from: "# Script", ownFrames: false, patch: false },
  ablation: { brief: false, from: "# Ablation study", ownFrames: false, patch: false },
};

/** `full`: as any model is asked. */
export function askedAs(role: ReverseRole, prompt: "full" | "short"): Asked {
  return prompt === "full" ? IN_FULL : SHORT[role];
}

/** Asks a teacher about a task and filters what it says: a row, or why there is none. */
export async function taughtRow(
  task: ReverseTask,
  teacher: Teacher,
  { checks, asked }: { checks: Checks; asked: Asked },
): Promise<Judged> {
  const first = await teacher.forward(task, 0);
  if (first === null) return { dropped: "forward: the teacher has no answer" };
  const wrong = await forwardProblem(task, first, checks);
  if (wrong !== null) return { dropped: wrong };
  const forward = [first, ...(await otherWays(task, teacher, checks))];
  // A script without a leak has nothing to ask back for.
  if (task.role === "leakage" && task.rule === null)
    return { row: reverseRow(task, { forward, question: "", backward: "" }, { teacher, asked }) };
  const question = await teacher.question(task, first);
  const backward = question === null ? null : await teacher.backward(task, question);
  if (question === null || backward === null)
    return { dropped: "backward: the teacher has no question or no answer" };
  const taught = { forward, question, backward };
  const inconsistent =
    checks.judge === null
      ? await backwardProblem(task, taught, checks)
      : await judged(task, taught, checks.judge);
  if (inconsistent !== null) return { dropped: inconsistent };
  return { row: reverseRow(task, taught, { teacher, asked }) };
}

/** Further answers that pass the first filter. */
async function otherWays(task: ReverseTask, teacher: Teacher, checks: Checks): Promise<string[]> {
  const found: string[] = [];
  for (let way = 1; way < WAYS; way++) {
    const said = await teacher.forward(task, way);
    if (said !== null && (await forwardProblem(task, said, checks)) === null) found.push(said);
  }
  return found;
}

async function judged(task: ReverseTask, taught: Taught, judge: Teacher): Promise<string | null> {
  if (judge.consistent === null) return "backward: the teacher cannot judge";
  return (await judge.consistent(task, taught))
    ? null
    : "backward: the teacher finds it inconsistent";
}

/** Asks for the question back: a student that is to mend is never asked so. */
const ASK_BACK =
  "Do not answer this. Write the question that asks back: it gives the answer and asks for what this began with.";

/** The parts of a task, each a conversation of its own; the first is what the role is asked, and nothing more. */
function reverseRow(
  task: ReverseTask,
  { forward, question, backward }: Taught,
  { teacher, asked }: { teacher: Teacher; asked: Asked },
): Row {
  const messages = shown(task.question, asked);
  const ways = forward.map((said, way): Part => {
    const name = way === 0 ? "forward" : `forward-${way + 1}`;
    return { name, messages: [...messages, answer(answerOf(task, said, asked))] };
  });
  const back: Part[] =
    question === ""
      ? []
      : [
          {
            name: "backward-question",
            messages: [...askingBack(messages), answer(question)],
          },
          { name: "backward", messages: [{ role: "user", content: question }, answer(backward)] },
        ];
  const { provenance } = task;
  return {
    id: task.id,
    role: task.role,
    split: task.split,
    provenance: { ...provenance, model: `${provenance.model}; taught by ${teacher.name}` },
    parts: [...ways, ...back],
    measured: { gain: null, noise: null, planScore: null },
  };
}

function askingBack(messages: Part["messages"]): Part["messages"] {
  return messages.map((message, index) =>
    index === messages.length - 1
      ? { ...message, content: `${message.content}\n\n${ASK_BACK}` }
      : message,
  );
}

/** The answer as the student writes it: where it writes patches, the cause and the lines that differ. */
function answerOf(task: ReverseTask, said: string, { patch: asPatch }: Asked): string {
  if (!asPatch || task.role !== "debugger") return said;
  const code = oneCodeBlock.read(said);
  const patch = code instanceof Unreadable ? null : patchOf(task.broken, code);
  if (patch === null) return said;
  const [cause = ""] = said.split(/\n*`{3,}/u);
  return [cause.trim(), patchText(patch)].filter((part) => part !== "").join("\n");
}

function answer(content: string): Part["messages"][number] {
  return { role: "assistant", content };
}
