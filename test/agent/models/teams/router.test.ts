import { expect, test } from "vitest";
import type { MemberRecord } from "../../../../runs/events/teams.ts";
import { runWorld, values } from "../../../fakes/run-world.ts";
import { costing, memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";
import { scoreOf } from "../../../fakes/world.ts";
import { draw, simulated } from "./simulated-members.ts";

const TASK = "regression, small";

/** Records that grow by what came of each answer, as the journals of runs would say. */
function openRecords(names: readonly string[], role: string, task = TASK): MemberRecord[] {
  const blank = { role, task, answers: 0, outcome: 0, tokens: 0, calls: 0, usd: null };
  return names.map((model) => ({ ...blank, model, stated: [] }));
}

test("in 200 calls the member that does best in the role is asked most, by outcomes alone", async () => {
  const members = simulated(3);
  const team = teamOf(
    "router",
    members.map(({ member }) => member),
    { downgrade: false },
  );
  const known = openRecords(
    members.map(({ member }) => member.name),
    "planner",
  );
  for (let item = 0; item < 200; item++) {
    const { answer, decided } = await putTo(team, question("planner", `Item ${item}.`), { known });
    const asked = decided?.turns[0]?.member;
    const record = known.find(({ model }) => model === `model-${asked}`);
    if (record === undefined) throw new Error("nobody was asked");
    record.calls += 1;
    record.answers += 1;
    record.outcome += "text" in answer && answer.text.startsWith("Right") ? 1 : 0;
  }
  const counts = Object.fromEntries(known.map(({ model, calls }) => [model, calls]));
  expect(Math.max(...Object.values(counts))).toBe(counts["model-big"]);
});

test("roles and kinds of tasks are kept apart: who is best at one is not asked for another", async () => {
  const members = [memberWho("a", () => "Plan a."), memberWho("b", () => "Plan b.")];
  const team = teamOf("router", members);
  const record = (model: string, role: string, task: string, mean: number): MemberRecord => ({
    ...{ role, model, task, answers: 50, outcome: 50 * mean, tokens: 50, calls: 50, usd: null },
    stated: [],
  });
  const known = [
    record("model-a", "planner", TASK, 0.2),
    record("model-b", "planner", TASK, 0.8),
    record("model-a", "planner", "classification, large", 1),
    record("model-b", "planner", "classification, large", 0),
    record("model-a", "coder", TASK, 1),
    record("model-b", "coder", TASK, 0),
  ];
  const { answer, events } = await putTo(team, question("planner", "?"), { known });
  expect(answer).toMatchObject({ text: "Plan b." });
  const routed = events.find((event) => event.type === "routed");
  expect(routed?.value).toMatchObject({ role: "planner", task: TASK, order: ["b", "a"] });
});

test("a role goes down to the cheaper member once outcomes show that it is as good", async () => {
  const members = [
    memberWho("dear", () => costing("Plan.", 20)),
    memberWho("cheap", () => costing("Plan.", 1)),
  ];
  const team = teamOf("router", members);
  const known = openRecords(["model-dear", "model-cheap"], "planner");
  const chosen: string[] = [];
  for (let item = 0; item < 600; item++) {
    const { decided } = await putTo(team, question("planner", "?"), { known });
    const asked = decided?.turns[0]?.member ?? "";
    chosen.push(asked);
    const record = known.find(({ model }) => model === `model-${asked}`);
    if (record === undefined) throw new Error("nobody was asked");
    record.calls += 1;
    record.answers += 1;
    record.tokens += asked === "dear" ? 20 : 1;
    record.outcome += draw(5, item) < 0.8 ? 1 : 0;
  }
  expect(chosen.slice(-100).filter((id) => id === "cheap").length).toBeGreaterThanOrEqual(95);
  expect(chosen.slice(0, 100)).toContain("dear");
});

test("where the chosen member fails, the next best answers, and a resumed run chooses alike", async () => {
  const members = [memberWho("a", () => ({ stop: "refusal" })), memberWho("b", () => "Plan b.")];
  const { answer, decided, events } = await putTo(
    teamOf("router", members),
    question("planner", "?"),
  );
  expect(answer).toMatchObject({ text: "Plan b." });
  expect(decided).toMatchObject({
    turns: [
      { member: "a", problem: "it was a refusal" },
      { member: "b", problem: null },
    ],
    why: "a: it was a refusal; b answered",
  });
  expect(events.filter(({ type }) => type === "routed")).toHaveLength(1);
});

test("the refiner of a run goes to the member whose changes score, by what the run itself measured", async () => {
  const changed = (code: string) =>
    `Change the model.\n\nblock-4:\n\`\`\`python\n# --- model\n${code}\n\`\`\``;
  let score = 0.6;
  const members = [
    memberWho("breaks", () => changed("quality = broken")),
    memberWho("helps", () => {
      score += 0.01;
      return changed(`quality = ${score.toFixed(2)}`);
    }),
  ];
  await using ran = await runWorld({
    teams: { refiner: teamOf("router", members, {}, "refiner") },
    config: { refinement: "script", outerSteps: 2, attempts: 6, debugRounds: 0, planVerify: "off" },
    behavior: (code) =>
      code.includes("broken")
        ? { outcome: "error", exitCode: 1, log: "NameError: broken" }
        : { score: scoreOf(code) },
  });
  const routed = values(ran.world, "routed");
  expect(routed.slice(0, 2).map(({ order }) => order[0])).toEqual(["breaks", "helps"]);
  const [breaks = 0, helps = 0] = members.map(({ asked }) => asked.length);
  expect(breaks + helps).toBe(12);
  expect(helps).toBeGreaterThan(2 * breaks);
});
