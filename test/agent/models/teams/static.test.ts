import { expect, test } from "vitest";
import { ModelUnavailable } from "../../../../runs/errors.ts";
import { memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";

test("the first member answers; where it is down the next one does, and that is on record", async () => {
  const second = memberWho("second", () => "Plan of second.");
  const up = memberWho("first", () => "Plan of first.");
  const sound = await putTo(teamOf("static", [up, second]), question("planner", "?"));
  expect(sound.answer).toMatchObject({ text: "Plan of first." });
  expect(second.asked).toEqual([]);

  const down = memberWho("first", () => new ModelUnavailable("no route"));
  const { answer, decided, events } = await putTo(
    teamOf("static", [down, second]),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "Plan of second." });
  expect(decided?.why).toBe("first: no route; second answered");
  const absent = events.find((event) => event.type === "member-absent");
  expect(absent?.value).toEqual({
    role: "planner",
    member: "first",
    why: "no route",
    hasNoRoom: false,
  });
});

test("a line of code that looks like a stated confidence stays where none was asked for", async () => {
  const code = "```python\nconfidence = 0.95\nstrength = 7000 * confidence\n```";
  const member = memberWho("a", () => code);
  const { answer } = await putTo(teamOf("static", [member], {}, "coder"), question("coder", "?"));
  expect(answer).toMatchObject({ text: code });
});
