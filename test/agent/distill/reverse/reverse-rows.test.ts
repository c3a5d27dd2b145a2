import { expect, test } from "vitest";
import type { Checks, Ran } from "../../../../agent/distill/reverse/checks.ts";
import {
  failedTask,
  plantedTasks,
  recordedTasks,
} from "../../../../agent/distill/reverse/debug-tasks.ts";
import { askedAs, taughtRow } from "../../../../agent/distill/reverse/reverse-rows.ts";
import { ruleTeacher } from "../../../../agent/distill/reverse/rule-teacher.ts";
import type { DebugTask, Teacher } from "../../../../agent/distill/reverse/task.ts";
import { madeCall } from "../made-calls.ts";
import { shortScript } from "./short-scripts.ts";

const working = shortScript({ id: "id", target: "pay" });
const traceback = `Traceback (most recent call last):
  File "/box/solution.py", line 20, in <module>
    sub = pd.DataFrame({"id": test["id"], "pay": pred})
  File "/lib/pandas/frame.py", line 3, in __init__
    raise error
KeyError: 'id_'`;

function madeTask(): DebugTask {
  const [planted] = plantedTasks([madeCall({ role: "coder", codeAfter: working })], {
    perScript: 1,
    licenses: new Map(),
  });
  if (planted === undefined) throw new Error("no bug found a place");
  const broken = working.replace('test["id"]', 'test["id_"]');
  return failedTask(
    { ...planted, kind: "column name", broken },
    { exception: "KeyError", traceback },
  );
}

/** Scripts that are known, and how they go; any other one runs. */
function checksWith(known: Readonly<Record<string, Ran>>): Checks {
  return {
    run: async (_, code) => known[code.trim()] ?? { isDone: true, exception: null },
    findings: async () => () => [],
    judge: null,
  };
}

const task = madeTask();
const breaks = checksWith({ [task.broken.trim()]: { isDone: false, exception: "KeyError" } });
const asked = askedAs("debugger", "short");

test("a task becomes a row of three parts, and of answers said in two more ways", async () => {
  const judged = await taughtRow(task, ruleTeacher, { checks: breaks, asked });
  if ("dropped" in judged) throw new Error(judged.dropped);
  const { parts, provenance } = judged.row;
  expect(parts.map(({ name }) => name)).toEqual([
    "forward",
    "forward-2",
    "forward-3",
    "backward-question",
    "backward",
  ]);
  expect(provenance.model).toBe(
    "playbook, with a bug by rules; taught by rules (rule-based, no language model)",
  );
  const said = new Map(parts.map(({ name, messages }) => [name, messages]));
  expect(said.get("forward")?.at(-1)?.content).toMatchInlineSnapshot(`
    "Cause: KeyError: 'id_'. It says \`sub = pd.DataFrame({"id": test["id_"], "pay": pred})\` where it must say \`sub = pd.DataFrame({"id": test["id"], "pay": pred})\`.
    Replace:
    sub = pd.DataFrame({"id": test["id_"], "pay": pred})
    With:
    sub = pd.DataFrame({"id": test["id"], "pay": pred})"
  `);
  const [question] = said.get("forward") ?? [];
  expect(said.get("forward")).toHaveLength(2);
  expect(question?.content).toMatch(/^# Script\n```python\nimport numpy as np\n/u);
  expect(question?.content).toContain('File "solution.py", line 20');
  expect(question?.content).not.toContain("frame.py");
  expect(said.get("backward-question")?.[0]?.content).toContain(
    "Write the question that asks back",
  );
  expect(said.get("backward")?.[0]?.content).toBe(said.get("backward-question")?.at(-1)?.content);
  expect(said.get("backward")?.at(-1)?.content).toMatch(
    /\nBefore:\nsub = pd\.DataFrame\(.*\)\nRaises: KeyError$/u,
  );
});

test("the forward part asks what the role is asked, and nothing more", async () => {
  const judged = await taughtRow(task, ruleTeacher, {
    checks: breaks,
    asked: askedAs("debugger", "full"),
  });
  if ("dropped" in judged) throw new Error(judged.dropped);
  const [forward] = judged.row.parts;
  expect(forward?.messages.slice(0, -1)).toEqual(task.question);
  expect(forward?.messages.at(-1)?.content).toContain("```python\nimport numpy as np");
});

const saying = (some: Partial<Teacher>): Teacher => ({ ...ruleTeacher, ...some });
const fenced = (code: string) => `It failed.\n\n\`\`\`python\n${code}\n\`\`\``;
const ran = (exception: string | null): Ran => ({ isDone: exception === null, exception });

test.for<{ why: string; teacher: Teacher; checks?: Checks; of?: DebugTask }>([
  {
    why: "forward: the teacher has no answer",
    teacher: ruleTeacher,
    of: { ...task, mended: null },
  },
  {
    why: "forward: no script could be read",
    teacher: saying({ forward: async () => "It cannot be mended." }),
  },
  {
    why: "forward: the script is the same",
    teacher: saying({ forward: async () => fenced(task.broken) }),
  },
  {
    why: "forward: the mended script does not run",
    teacher: ruleTeacher,
    checks: checksWith({ [working.trim()]: ran("ValueError") }),
  },
  {
    why: "backward: no bug could be read",
    teacher: saying({ backward: async () => "Something else." }),
  },
  {
    why: "backward: another exception is named",
    teacher: saying({ backward: async () => "Before:\nx\nRaises: NameError" }),
  },
  {
    why: "backward: the bug, put back, raises nothing",
    teacher: ruleTeacher,
    checks: checksWith({}),
  },
  {
    why: "backward: the bug, put back, raises another exception",
    teacher: ruleTeacher,
    checks: checksWith({ [task.broken.trim()]: ran("NameError") }),
  },
])("it is dropped, and counted: $why", async ({ why, teacher, checks = breaks, of = task }) => {
  expect(await taughtRow(of, teacher, { checks, asked })).toEqual({ dropped: why });
});

test("a failure that a run mended is a task with its own question, one that it gave up has no known answer", () => {
  const call = madeCall({
    role: "debugger",
    codeBefore: task.broken,
    codeAfter: working,
    messages: [...task.question, { role: "assistant", content: fenced(working) }],
  });
  const [mended] = recordedTasks([call], new Map());
  expect(mended).toMatchObject({
    kind: "of a run",
    exception: "KeyError",
    mended: working,
    question: task.question,
  });
  expect(mended?.traceback).toBe(traceback);
  expect(recordedTasks([{ ...call, scoreAfter: null }], new Map())).toMatchObject([
    { mended: null },
  ]);
});
