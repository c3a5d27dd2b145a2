import { expect, test } from "vitest";
import { memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";

const drafter = (id: string, word: string) =>
  memberWho(id, (prompt) => {
    const drafts = [...prompt.matchAll(/Answer \d+\. Data[^\n]*\n```text\n(.*)\n```/gu)].map(
      ([, text]) => text,
    );
    return drafts.length === 0 ? word : `fused: ${drafts.join(" + ")}`;
  });

test("the last member, or the judge, makes one answer of all drafts", async () => {
  const members = [drafter("a", "trees"), drafter("b", "lines")];
  const { answer, decided } = await putTo(teamOf("fuse", members), question("planner", "?"));
  expect(answer).toMatchObject({ text: "fused: trees + lines" });
  expect(decided).toMatchObject({ why: "b fused 2 drafts", turns: [{}, {}, { member: "b" }] });
  const judged = await putTo(teamOf("fuse", members, { judge: "a" }), question("planner", "?"));
  expect(judged.decided?.turns[2]?.member).toBe("a");
});

test("one draft needs no fusion, and a fusion that cannot be used leaves the first draft", async () => {
  const silent = memberWho("b", () => "");
  const alone = await putTo(
    teamOf("fuse", [drafter("a", "trees"), silent]),
    question("planner", "?"),
  );
  expect(alone.answer).toMatchObject({ text: "trees" });
  expect(alone.calls).toHaveLength(2);
  const spoiler = memberWho("c", (prompt) =>
    prompt.includes("Drafts of several") ? "" : "spoilt",
  );
  const { answer } = await putTo(
    teamOf("fuse", [drafter("a", "trees"), spoiler]),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "trees" });
});
