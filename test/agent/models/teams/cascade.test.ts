import { expect, test } from "vitest";
import { setbacksOf } from "../../../../agent/models/teams/cascade.ts";
import type { MemberRecord } from "../../../../runs/events/teams.ts";
import { allTokens } from "../../../../runs/ledger.ts";
import { costing, memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";
import { simulated } from "./simulated-members.ts";

test("a cascade of three simulated models is within 2 % of the best at no more than 60 % of its cost", async () => {
  const members = simulated();
  const team = teamOf(
    "cascade",
    members.map(({ member }) => member),
  );
  const known = members.map(({ record }) => record(0, 800));
  const [best] = members.slice(-1);
  const found = { right: 0, tokens: 0, best: 0, bestTokens: 0 };
  for (let item = 10_000; item < 11_500; item++) {
    const { answer, calls } = await putTo(team, question("planner", `Item ${item}.`), { known });
    found.right += "text" in answer && answer.text.startsWith("Right") ? 1 : 0;
    found.tokens += calls.reduce((sum, { tokens }) => sum + allTokens(tokens), 0);
    found.best += best?.isRight(item) === true ? 1 : 0;
    found.bestTokens += best?.cost ?? 0;
  }
  expect(found.right).toBeGreaterThanOrEqual(0.98 * found.best);
  expect(found.tokens).toBeLessThanOrEqual(0.6 * found.bestTokens);
});

const sure = (id: string, confidence: string) =>
  memberWho(id, () => costing(`Plan of ${id}.\nConfidence: ${confidence}`, 10));

test("a member that is not sure enough defers, and the line with its confidence is no part of the answer", async () => {
  const [small, big] = [sure("small", "40"), sure("big", "90")];
  const { answer, decided } = await putTo(
    teamOf("cascade", [small, big]),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "Plan of big." });
  expect(decided?.why).toBe("small is 40 % sure, 70 % wanted; big answered");
  expect(small.asked[0]?.prompt).toMatch(/Confidence: <0 to 100>/u);
});

test("a member that is sure is enough: the dearer one is not asked", async () => {
  const [small, big] = [sure("small", "80"), sure("big", "90")];
  const { answer, decided } = await putTo(
    teamOf("cascade", [small, big]),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "Plan of small." });
  expect(decided).toMatchObject({ turns: [{ member: "small", confidence: 0.8, problem: null }] });
  expect(big.asked).toEqual([]);
});

test("code that is sure but fails its check is deferred, too", async () => {
  const small = memberWho("small", () => "no code\nConfidence: 100");
  const big = memberWho("big", () => "```python\nx = 1\n```\nConfidence: 50");
  const { answer, decided } = await putTo(
    teamOf("cascade", [small, big], {}, "coder"),
    question("coder", "?"),
  );
  expect(answer).toMatchObject({ text: "```python\nx = 1\n```" });
  expect(decided?.turns[0]?.problem).toMatch(/no code/u);
});

test("where the last member fails, the answer that lacked least is taken", async () => {
  const members = [sure("a", "10"), sure("b", "60"), memberWho("c", () => "")];
  const { answer } = await putTo(teamOf("cascade", members), question("planner", "?"));
  expect(answer).toMatchObject({ text: "Plan of b." });
});

test("what did not run before begins with the next member", async () => {
  const [small, big] = [sure("small", "100"), sure("big", "100")];
  const request = { ...question("debugger", "?"), input: { round: 2 } };
  const team = teamOf("cascade", [small, big], { confidence: "none" }, "debugger");
  await putTo(team, request);
  expect([small.asked.length, big.asked.length]).toEqual([0, 1]);
  expect(setbacksOf({ round: 1 })).toBe(0);
  const history = ["scored", "failed", "timed-out"].map((status) => ({ status }));
  expect(setbacksOf({ history })).toBe(2);
  expect(setbacksOf({ history: history.slice(0, 1) })).toBe(0);
  expect(setbacksOf("text")).toBe(0);
});

test("a member whose confidence has said nothing in the past is not believed", async () => {
  // Always sure, right one time in two: every threshold keeps all of its answers or none.
  const record = (model: string, outcomes: number[]): MemberRecord => ({
    role: "planner",
    model: `model-${model}`,
    task: "regression, small",
    answers: outcomes.length,
    outcome: outcomes.reduce((sum, each) => sum + each, 0),
    tokens: 10 * outcomes.length,
    calls: outcomes.length,
    usd: null,
    stated: outcomes.map((outcome) => [1, outcome]),
  });
  const known = [
    record(
      "bluff",
      Array.from({ length: 100 }, (_, index) => index % 2),
    ),
    record(
      "big",
      Array.from({ length: 100 }, () => 1),
    ),
  ];
  const members = [sure("bluff", "100"), sure("big", "60")];
  const { answer, decided } = await putTo(teamOf("cascade", members), question("planner", "?"), {
    known,
  });
  expect(answer).toMatchObject({ text: "Plan of big." });
  expect(decided?.why).toContain("bluff is 100 % sure, and is never sure enough");
});
