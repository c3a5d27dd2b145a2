import { expect, test } from "vitest";
import { memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";

/** Adds one to the number in the answer it is shown. */
const adder = (id: string) =>
  memberWho(
    id,
    (prompt) => `Plan ${Number(/Answer of another[\s\S]*Plan (\d+)/u.exec(prompt)?.[1] ?? 0) + 1}`,
  );

test("each improves on the answer of the one before it, for as many rounds as are set", async () => {
  const members = [adder("a"), adder("b")];
  const { answer, decided } = await putTo(
    teamOf("refine", members, { rounds: 2 }),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "Plan 4" });
  expect(decided?.turns.map(({ member }) => member)).toEqual(["a", "b", "a", "b"]);
});

test("an improvement that cannot be used changes nothing, and nobody improves on its own answer", async () => {
  const members = [adder("a"), memberWho("b", () => "")];
  const { answer, decided } = await putTo(
    teamOf("refine", members, { rounds: 2 }),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "Plan 1" });
  expect(decided?.turns.map(({ member }) => member)).toEqual(["a", "b", "b"]);
  expect(decided?.why).toMatch(/^a had the last word after 0 revisions; b: /u);
});
