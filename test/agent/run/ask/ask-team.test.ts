import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Config } from "../../../../agent/config.ts";
import type { Model } from "../../../../agent/models/model.ts";
import { replayModel } from "../../../../agent/models/replay.ts";
import type { Member, Team } from "../../../../agent/models/teams/team.ts";
import { ask, NoAnswer } from "../../../../agent/run/ask/ask.ts";
import { ModelUnavailable } from "../../../../runs/errors.ts";
import { spentOn } from "../../../../runs/ledger.ts";
import { values } from "../../../fakes/run-world.ts";
import { costing, memberWho, teamOf } from "../../../fakes/team-run.ts";
import { openWorld, type World } from "../../../fakes/world.ts";

const AT = "track-1/refine-1/attempt-1";
const block = { id: "block-1", title: "model", text: "x = 1" };
const input = { block, history: [], baseline: 0.5, feedback: null, drawn: null, refused: [] };

async function worldOf(
  team: Team,
  { folder, config = {} }: { folder?: string; config?: Partial<Config> } = {},
): Promise<World> {
  const where = folder === undefined ? {} : { folder };
  const world = await openWorld({ teams: { planner: team }, config, ...where });
  onTestFinished(() => world.close());
  return world;
}

async function someFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-team-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const planOf = (world: World, at = AT) => ask(world.handle.run, at, "planner", input);
const keys = ({ journal }: World, type: string) =>
  journal.events.filter((event) => event.type === type).map(({ key }) => key);

/** Never answers, and does not end when it is told to, as far as `deaf`. */
function silent(id: string, deaf: boolean): Member {
  const model: Model = {
    name: id,
    worstCase: () => ({ tokens: 100, usd: 0.1 }),
    async ask(_, signal, allow) {
      await allow?.({ tokens: 100, usd: 0.1 }, id);
      return new Promise((_resolve, reject) => {
        if (!deaf) signal.addEventListener("abort", () => reject(new ModelUnavailable("stopped")));
      });
    },
  };
  return { id, name: id, model, context: null };
}

const planner = (id: string) => memberWho(id, () => costing(`Plan of ${id}.`, 50, 5));

test.each([false, true])(
  "a member that hangs (deaf to its end: %s) costs its turn only",
  async (deaf) => {
    const team = teamOf("refine", [silent("slow", deaf), planner("b")], { turnSeconds: 0.05 });
    const world = await worldOf(team);
    expect(await planOf(world)).toBe("Plan of b.");
    const [answered] = values(world, "team-answered");
    expect(answered?.turns[0]).toMatchObject({
      member: "slow",
      problem: expect.stringMatching(/0.05 s|stopped/u),
    });
    // It was sent, and what it cost nobody can tell: the ledger has its worst case.
    expect(spentOn(world.journal.events).tokens).toMatchObject(
      deaf ? { input: 150 } : { output: 5 },
    );
  },
);

test("a member whose question is too long for it is not asked", async () => {
  const small = memberWho("small", () => "Plan.", 300);
  const world = await worldOf(teamOf("static", [small, planner("b")]));
  expect(await planOf(world)).toBe("Plan of b.");
  expect(small.asked).toEqual([]);
  expect(values(world, "member-absent")[0]?.why).toMatch(/its context of 300 has no room/u);
});

test("garbage of every member is asked for once more, with what was wrong", async () => {
  let turn = 0;
  const shy = memberWho("a", () => (turn++ === 0 ? "" : "Plan after all."));
  const world = await worldOf(teamOf("static", [shy]));
  expect(await planOf(world)).toBe("Plan after all.");
  expect(shy.asked[1]?.prompt).toContain("Your last reply could not be used: the reply was empty");
  expect(keys(world, "team-answered")).toEqual([`${AT}/planner/1/team`, `${AT}/planner/2/team`]);
});

test("where nobody can be reached the run stops, and the members are asked again when it goes on", async () => {
  const folder = await someFolder();
  let isUp = false;
  const member = (id: string) =>
    memberWho(id, () => (isUp ? `Plan of ${id}.` : new ModelUnavailable(`${id}: no route`)));
  const team = teamOf("static", [member("a"), member("b")]);
  const first = await worldOf(team, { folder });
  await expect(planOf(first)).rejects.toThrow(
    `no member of the team answered ${AT}/planner/1: a: a: no route; b: b: no route`,
  );
  await first.close();
  isUp = true;
  const second = await worldOf(team, { folder });
  expect(await planOf(second)).toBe("Plan of a.");
  await second.close();
  // What it answered then stands in every later session, whoever is there.
  isUp = false;
  const third = await worldOf(team, { folder });
  expect(await planOf(third)).toBe("Plan of a.");
  expect(keys(third, "answered")).not.toContain(`${AT}/planner/1/fallback`);
});

test("a team that has answered before is stood in for by the playbook, where that is the fallback", async () => {
  let isUp = true;
  const member = memberWho("a", () => (isUp ? "Plan of a." : new ModelUnavailable("no route")));
  const world = await worldOf(teamOf("static", [member]));
  expect(await planOf(world)).toBe("Plan of a.");
  isUp = false;
  const later = "track-1/refine-1/attempt-2";
  expect(await planOf(world, later)).not.toBeInstanceOf(NoAnswer);
  expect(keys(world, "answered")).toContain(`${later}/planner/1/fallback`);
  const strict = await worldOf(teamOf("static", [member]), { config: { fallback: "none" } });
  await expect(planOf(strict)).rejects.toThrow(ModelUnavailable);
});

test("where the question is too long for all of them the playbook stands in, at the first question and again later", async () => {
  const folder = await someFolder();
  const small = memberWho("small", () => "Plan.", 300);
  const refusing = memberWho(
    "refusing",
    () =>
      new ModelUnavailable("a (400): maximum context length is 300 tokens, 400 in the messages"),
  );
  const team = teamOf("static", [small, refusing]);
  const first = await worldOf(team, { folder });
  const plan = await planOf(first);
  expect(plan).not.toBeInstanceOf(NoAnswer);
  expect(keys(first, "answered")).toEqual([`${AT}/planner/1/fallback`]);
  await first.close();
  const resumed = await worldOf(team, { folder });
  expect(await planOf(resumed)).toEqual(plan);
  expect(refusing.asked).toHaveLength(1);
  await resumed.close();
  const strict = await worldOf(team, { config: { fallback: "none" } });
  await expect(planOf(strict)).rejects.toThrow(/; name a member with a larger context$/u);
});

test("what was absent stays absent when a killed run goes on, since later turns depend on it; only missing turns are asked", async () => {
  const folder = await someFolder();
  let isKilled = true;
  const flaky = memberWho("flaky", () =>
    isKilled ? new ModelUnavailable("no route") : "Plan of flaky.",
  );
  const second = planner("second");
  const third = memberWho("third", () => (isKilled ? new TypeError("killed") : "Plan of third."));
  const team = teamOf("refine", [flaky, second, third]);
  const first = await worldOf(team, { folder });
  await expect(planOf(first)).rejects.toThrow("killed");
  await first.close();
  isKilled = false;
  const resumed = await worldOf(team, { folder });
  expect(await planOf(resumed)).toBe("Plan of third.");
  expect([flaky.asked.length, second.asked.length, third.asked.length]).toEqual([1, 1, 2]);
  const [answered] = values(resumed, "team-answered");
  expect(answered?.turns).toMatchObject([
    { problem: "no route" },
    { problem: null },
    { problem: null },
  ]);
});

test("a limit of the run ends a team's turns, and is no member's failure", async () => {
  const dear = (id: string) => {
    const { model, ...member } = planner(id);
    return { ...member, model: { ...model, worstCase: () => ({ tokens: 600, usd: 0 }) } };
  };
  const team = teamOf("debate", [dear("a"), dear("b")]);
  const world = await worldOf(team, { config: { maxTokens: 1000 } });
  // There is room for one of two that ask at the same time.
  expect(await planOf(world)).toMatch(/^Plan of [ab]\.$/u);
  expect(values(world, "member-absent")).toEqual([]);
  const poor = await worldOf(team, { config: { maxTokens: 500 } });
  expect(await planOf(poor)).toMatchObject({ why: "limit reached: tokens" });
});

test("tokens and dollars of every turn are in the ledger, by member", async () => {
  const paid = (id: string, usd: number) =>
    memberWho(id, () => ({ ...(costing(`Plan of ${id}.`, 100, 10) as object), usd }));
  const world = await worldOf(teamOf("fuse", [paid("a", 0.1), paid("b", 0.2)]));
  await planOf(world);
  expect(spentOn(world.journal.events)).toMatchObject({
    modelCalls: 3,
    tokens: { input: 300, output: 30 },
    usd: expect.closeTo(0.5),
  });
  const byMember = values(world, "answered").map(({ model, usd }) => [model, usd]);
  expect(byMember).toEqual([
    ["a", 0.1],
    ["b", 0.2],
    ["b", 0.2],
  ]);
});

test("what earlier runs say is read once, and what came of answers in this run is known at the next question", async () => {
  const members = [planner("a"), planner("b")];
  const world = await worldOf(teamOf("router", members));
  await planOf(world);
  await planOf(world, "track-1/refine-1/attempt-2");
  expect(keys(world, "teams-known")).toEqual(["teams-known"]);
  expect(values(world, "routed").map(({ order }) => order)).toEqual([
    ["a", "b"],
    ["a", "b"],
  ]);
});

test("a replayed run answers every turn of its teams from the journal", async () => {
  const members = [planner("a"), planner("b")];
  const world = await worldOf(teamOf("debate", members));
  const plan = await planOf(world);
  const recorded = replayModel(world.journal.events);
  const replayed = members.map((member) => ({ ...member, model: recorded }));
  const again = await worldOf(teamOf("debate", replayed));
  expect(await planOf(again)).toBe(plan);
  expect(members.map(({ asked }) => asked.length)).toEqual([3, 3]);
  expect(values(again, "team-answered")).toEqual(values(world, "team-answered"));
});
