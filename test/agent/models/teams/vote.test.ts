import { expect, test } from "vitest";
import { majority } from "../../../../agent/models/teams/ballots.ts";
import { memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";
import { draw } from "./simulated-members.ts";

const verdict = (leaky: boolean) =>
  JSON.stringify({ leaky, block: leaky ? "x = y" : "", why: "seen" });

/** Answers whether item n is leaky (all are); right as often as said, alike where `shared` says so. */
function voter(index: number, shared: boolean) {
  return memberWho(`m${index}`, (prompt) => {
    const item = Number(/^Item (\d+)\./mu.exec(prompt)?.[1]);
    return verdict(draw(11, item, shared ? 0 : index + 1) < 0.7);
  });
}

async function shareRight(shared: boolean, items: number): Promise<number> {
  const team = teamOf(
    "vote",
    [0, 1, 2].map((index) => voter(index, shared)),
    {},
    "leakage-checker",
  );
  let right = 0;
  for (let item = 0; item < items; item++) {
    const { answer } = await putTo(team, question("leakage-checker", `Item ${item}.`));
    right += "text" in answer && answer.text.includes('"leaky":true') ? 1 : 0;
  }
  return right / items;
}

test("three independent members that are right in .7 are right in .784 together", async () => {
  expect(Math.abs((await shareRight(false, 2500)) - 0.784)).toBeLessThanOrEqual(0.02);
});

test("three members that err together are right in .7, as one is", async () => {
  expect(Math.abs((await shareRight(true, 2500)) - 0.7)).toBeLessThanOrEqual(0.02);
});

test("a member that refuses or says nothing of use has no vote, however often it would cast one", async () => {
  const members = [
    memberWho("a", () => ({ stop: "refusal", text: verdict(false) })),
    memberWho("b", () => `${verdict(true)}`),
    memberWho("c", () => "no no no no"),
  ];
  const { answer, decided } = await putTo(
    teamOf("vote", members, {}, "leakage-checker"),
    question("leakage-checker", "?"),
  );
  expect(answer).toMatchObject({ text: verdict(true) });
  expect(decided?.why).toMatch(/^1 of 1 votes \(a: it was a refusal; c: /u);
});

test("of as many votes those count that were named first; the block is what extractors vote on", async () => {
  expect(majority(["x", "y", "y", "x"])).toEqual({ choice: "x", count: 2, of: 4 });
  expect(majority([null, null])).toBeNull();
  const target = (block: string, plan: string) =>
    memberWho(plan, () => JSON.stringify({ block, plan }));
  const members = [target("block-1", "one"), target("block-2", "two"), target("block-2", "three")];
  const { answer } = await putTo(
    teamOf("vote", members, {}, "extractor"),
    question("extractor", "?"),
  );
  expect(answer).toMatchObject({ text: JSON.stringify({ block: "block-2", plan: "two" }) });
});
