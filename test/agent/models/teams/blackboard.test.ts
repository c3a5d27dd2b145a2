import { expect, test } from "vitest";
import { memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";

const members = ["a", "b"].map((id) => memberWho(id, () => `Plan of ${id}.`));

test.each([
  ["track-1/refine-1/attempt-1/planner/1", "Plan of a."],
  ["track-2/refine-1/attempt-1/planner/1", "Plan of b."],
  ["track-3/refine-1/attempt-1/planner/1", "Plan of a."],
  ["ensemble/attempt-1/planner/1", "Plan of a."],
])("%s is played by the member of its track", async (at, text) => {
  const { answer } = await putTo(teamOf("blackboard", members), question("planner", "?", at));
  expect(answer).toMatchObject({ text });
});
