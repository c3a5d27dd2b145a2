import { expect, test } from "vitest";
import { memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";

/** Divides a question with two numbers in it, squares the one of its part, adds up what was found. */
const squarer = (id: string) =>
  memberWho(id, (prompt) => {
    const part = /# Part\nSquare (\d+)/u.exec(prompt)?.[1];
    if (part !== undefined) return String(Number(part) ** 2);
    const found = [
      ...prompt.matchAll(/# Part \d+: Square[^\n]*\nData[^\n]*\n```text\n(\d+)\n```/gu),
    ];
    if (found.length > 0) return `Sum ${found.reduce((sum, [, value]) => sum + Number(value), 0)}`;
    const numbers = prompt.match(/\d+/gu) ?? [];
    return prompt.includes("First divide it")
      ? JSON.stringify({ parts: numbers.slice(0, 2).map((each) => `Square ${each}`) })
      : "Sum unknown";
  });

test("the lead divides, each member works on a part, and the lead puts the parts together", async () => {
  const members = [squarer("a"), squarer("b")];
  const { answer, decided, calls } = await putTo(
    teamOf("divide", members),
    question("planner", "Squares of 3 and 4?"),
  );
  expect(answer).toMatchObject({ text: "Sum 25" });
  expect(decided?.turns.map(({ member }) => member)).toEqual(["a", "a", "b", "a"]);
  expect(calls.map(({ role }) => role)).toEqual([
    "planner/parts",
    "planner/part",
    "planner/part",
    "planner",
  ]);
});

test("where the question is not divided, or the lead fails, one member answers it alone", async () => {
  const undivided = memberWho("a", (prompt) =>
    prompt.includes("First divide") ? "I will not" : "Plan.",
  );
  const { answer, decided } = await putTo(
    teamOf("divide", [undivided, squarer("b")]),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "Plan." });
  expect(decided?.why).toMatch(/^a answered from 0 of 0 parts \(a: /u);
  const dead = memberWho("a", () => "");
  const second = await putTo(teamOf("divide", [dead, squarer("b")]), question("planner", "?"));
  expect(second.answer).toMatchObject({ text: "Sum unknown" });
});
