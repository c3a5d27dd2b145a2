import { expect, test } from "vitest";
import { givenFor, translate } from "../../../../../../agent/cli/distill/tools/making/translate.ts";
import { registryGraph } from "../../../../../../agent/cli/distill/tools/registry-graph.ts";
import type { CallsInput } from "../../../../../../agent/roles/tool-data/inputs.ts";
import { values } from "../../../../../fakes/run-world.ts";
import { openWorld } from "../../../../../fakes/world.ts";
import { pathOf, quiet, teacherSaying, translationContextIn } from "./translation-context.ts";

const long = pathOf(
  ["write_script", "score<write_script"],
  ["edit_block", "score<edit_block", "read_log<score"],
  ["remember", "ablate"],
  ["submit"],
);

test("every call of a path is executed, placeholders are filled by answers, and the state is what the calls mean", async () => {
  await using world = await openWorld({ config: quiet });
  const { task, dropped } = await translate(translationContextIn(world), { id: "p", path: long });
  expect(dropped).toEqual([]);
  const called = values(world, "tool-called");
  expect(called.map(({ tool }) => tool)).toEqual([
    ...["write_script", "score", "edit_block", "score", "read_log", "remember", "ablate", "submit"],
  ]);
  expect(called.every(({ isError }) => !isError)).toBe(true);
  expect(JSON.stringify(called.map(({ arguments: given }) => given))).not.toContain("$");
  const calls = task?.turns.flatMap((turn) => turn.calls) ?? [];
  const tags = calls.map(({ tool, sources }) => [tool, sources.map(({ from }) => from)]);
  expect(tags).toContainEqual(["read_log", ["answer"]]);
  expect(calls.find(({ tool }) => tool === "read_log")?.sources[0]).toMatchObject({ call: 3 });
  expect(tags[0]).toEqual(["write_script", ["question", "question"]]);
  // Calls that wait for an answer are made in a later reply.
  expect(task?.turns[1]?.calls.map(({ step }) => step)).toEqual([0, 1, 2]);
  const { state } = task ?? expect.fail();
  expect(state).toMatchObject({ isOver: true, notes: [{ kind: "fact" }] });
  expect(state.attempts.map(({ status }) => status)).toEqual(["scored", "scored", "scored"]);
  expect(Object.keys(state.scripts)).toHaveLength(1);
});

test("what a path needs at its beginning is made by real calls before its first question", async () => {
  const { tools } = registryGraph({ hasWeb: false });
  const given = (...turns: string[][]) => givenFor(pathOf(...turns), tools);
  expect(given(["list_files"], ["preview"])).toBe("nothing");
  expect(given(["write_script"], ["score"])).toBe("nothing");
  expect(given(["score"])).toBe("script");
  expect(given(["write_script"], ["read_log"])).toBe("solution");
  expect(given(["submit"])).toBe("solution");
  await using world = await openWorld({ config: quiet });
  const { task } = await translate(translationContextIn(world), {
    id: "p",
    path: pathOf(["submit"]),
  });
  expect(values(world, "tool-called").map(({ tool }) => tool)).toEqual([
    ...["write_script", "score", "submit"],
  ]);
  expect(task?.state.attempts).toHaveLength(1);
});

const wrong: [string, Parameters<typeof teacherSaying>[0], RegExp][] = [
  [
    "a placeholder that no answer fills",
    (role) =>
      role === "tool-call-writer"
        ? '{"calls": [{"id": 0, "tool": "read_log", "arguments": {"solution": "$7.solution"}}]}'
        : null,
    /^no answer gives solution/u,
  ],
  [
    "a value from nowhere",
    (role) =>
      role === "tool-call-writer"
        ? '{"calls": [{"id": 0, "tool": "read_log", "arguments": {"solution": "native/attempt-9"}}]}'
        : null,
    /^read_log\.solution comes from nowhere$/u,
  ],
  [
    "a call that is refused",
    (role) => {
      if (role === "tool-question-writer") return "What did native/attempt-9 print?";
      return role === "tool-call-writer"
        ? '{"calls": [{"id": 0, "tool": "read_log", "arguments": {"solution": "native/attempt-9"}}]}'
        : null;
    },
    /^read_log was refused$/u,
  ],
  [
    "other calls than planned",
    (role) =>
      role === "tool-call-writer"
        ? '{"calls": [{"id": 0, "tool": "list_files", "arguments": {}}]}'
        : null,
    /^other calls than those of the path$/u,
  ],
  [
    "a question that names a tool",
    (role) => (role === "tool-question-writer" ? "Please call read_log." : null),
    /^the question names a tool$/u,
  ],
  [
    "no calls at all",
    (role) => (role === "tool-call-writer" ? "I would rather not." : null),
    /^no calls: /u,
  ],
];

test.each(wrong)("%s drops the turn, and no task is left of it", async (_, otherwise, why) => {
  await using world = await openWorld({ config: quiet });
  const context = translationContextIn(world, teacherSaying(otherwise));
  const { task, dropped } = await translate(context, { id: "p", path: pathOf(["read_log"]) });
  expect(task).toBeNull();
  expect(dropped).toEqual([expect.stringMatching(why)]);
});

test("a turn that fails is dropped with all behind it; what stands before it is a task of its own", async () => {
  await using world = await openWorld({ config: quiet });
  const path = pathOf(["write_script", "score"], ["remember"], ["edit_block"], ["score"]);
  const teacher = teacherSaying((role, input) =>
    role === "tool-call-writer" && (input as CallsInput).calls[0]?.tool === "edit_block"
      ? '{"calls": [{"id": 3, "tool": "edit_block", "arguments": {"script": "none.py", "old": "a", "new": "b"}}]}'
      : null,
  );
  const { task, dropped } = await translate(translationContextIn(world, teacher), {
    id: "p",
    path,
  });
  expect(dropped).toEqual(["edit_block.script comes from nowhere"]);
  expect(task?.turns).toHaveLength(2);
  expect(task?.state.attempts).toHaveLength(1);
});
