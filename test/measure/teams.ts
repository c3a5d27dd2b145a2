import type { Member, Team } from "../../agent/models/teams/team.ts";
import type { PolicyName } from "../../agent/models/teams/team-settings.ts";
import { leakageChecker } from "../../agent/roles/leakage-checker.ts";
import { Unreadable } from "../../agent/roles/role.ts";
import type { MemberRecord, TeamTurn } from "../../runs/events/teams.ts";
import { allTokens } from "../../runs/ledger.ts";
import { draw, simulated } from "../agent/models/teams/simulated-members.ts";
import { costing, memberWho, putTo, question, teamOf } from "../fakes/team-run.ts";
import { type RecordedCalls, readRecorded, record } from "./recorded-calls.ts";
import { mean, type Report } from "./timing.ts";

/** What one way of answering came to: of each item whether it was right, and its tokens. */
type Played = { name: string; right: number[]; tokens: number[] };

/** Resamples of the paired bootstrap. */
const RESAMPLES = 1000;
/** Items whose outcomes are known before a cascade or a router is measured. */
const KNOWN = 400;

/**
 * Each policy on the same questions, whose right answer is known: the real policies, journal and prompts, members that
 * answer from what they read in the prompt by a table of draws. `single × k` is one member at the tokens of a team.
 */
export async function measureTeams({
  items,
  pairs,
}: {
  items: number;
  pairs: number | null;
}): Promise<Report> {
  if (pairs !== null) await record(pairs);
  const worlds = [
    {
      name: "unequal: .5, .7, .9 at 1, 5, 20 tokens",
      played: await playUnequal(items),
      rival: "big",
    },
    {
      name: "equal: three of .7, independent errors",
      played: await playEqual(items, 0),
      rival: null,
    },
    {
      name: "equal: three of .7, half of the errors shared",
      played: await playEqual(items, 0.5),
      rival: null,
    },
    {
      name: "equal: three of .7, all errors shared",
      played: await playEqual(items, 1),
      rival: null,
    },
  ];
  const recorded = await readRecorded();
  const models = [...new Set(recorded.flatMap(({ answers }) => answers.map(({ model }) => model)))];
  worlds.push({
    name: `recorded: ${recorded.length} leak checks by ${models.join(", ")}`,
    played: await playRecorded(recorded, models),
    rival: models[0] ?? null,
  });
  const table = [["", "right", "tokens a question", "right less that of", "paired 95 %"]];
  const data = [];
  for (const { name, played, rival } of worlds) {
    table.push([name, "", "", "", ""]);
    for (const each of played) {
      const other = played.find(({ name: own }) => own === rival) ?? equalIn(each, played);
      const [low, high] = pairedInterval(each.right, other.right);
      const difference = mean(each.right) - mean(other.right);
      const cells = [mean(each.right).toFixed(3), mean(each.tokens).toFixed(1)];
      table.push([
        `  ${each.name}`,
        ...cells,
        other.name,
        `${sign(difference)} [${sign(low)}, ${sign(high)}]`,
      ]);
      data.push({
        world: name,
        name: each.name,
        right: mean(each.right),
        tokens: mean(each.tokens),
        rival: other.name,
        difference,
        interval: [low, high],
      });
    }
  }
  return {
    title: `teams: ${items} questions with a known right answer, every policy on the same ones`,
    table,
    notes: [
      "simulated members: they show what the policies do with answers of such quality, not how good real models are together",
      "a member that is shown other answers goes over to what most of them say; a fuser takes the majority of the drafts; `× 3` asks one member three times and takes the majority; half of its errors are the same each time; each team is compared with the one whose tokens are nearest",
      "recorded: what real small models said of scripts of the cheat zoo and their honest twins; policies that show answers to others cannot be played from a record",
      "a team whose interval holds 0 or less is no better than one member at the same tokens",
    ],
    data,
  };
}

/** One member that is asked again and again, at the tokens that come nearest. */
function equalIn({ tokens }: Played, played: readonly Played[]): Played {
  const distance = (each: Played) => Math.abs(Math.log(mean(each.tokens) / mean(tokens)));
  const singles = played.filter(({ name }) => /^a(?: × \d+)?$/u.test(name));
  return singles.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}

async function playUnequal(items: number): Promise<Played[]> {
  const members = simulated(5);
  const known = members.map(({ record }) => record(-KNOWN, 0));
  const all = members.map(({ member }) => member);
  const ask = (policy: PolicyName, team: readonly Member[], records: readonly MemberRecord[]) =>
    play(policy, team, items, {
      role: "planner",
      isRight: (text) => text.startsWith("Right"),
      known: records,
    });
  const alone = await Promise.all(
    all.map(async (member) => ({ ...(await ask("static", [member], [])), name: member.id })),
  );
  return [...alone, await ask("cascade", all, known), await ask("router", all, known)];
}

async function playEqual(items: number, shared: number): Promise<Played[]> {
  const members = ["a", "b", "c"].map((id, index) => verdictOf(id, index, shared));
  const isRight = (text: string) => text.includes('"leaky":true');
  const ask = (policy: PolicyName, team: readonly Member[]) =>
    play(policy, team, items, { role: "leakage-checker", isRight, known: [] });
  const again = (times: number) =>
    Array.from({ length: times }, (_, time) => verdictOf(`a${time}`, 10 + time, 0.5, 0));
  const alone = await ask("static", members.slice(0, 1));
  const repeated: Played[] = [];
  for (const times of TIMES)
    repeated.push({ ...(await ask("vote", again(times))), name: `a × ${times}` });
  const played: Played[] = [{ ...alone, name: "a" }, ...repeated];
  for (const policy of ["vote", "debate", "fuse", "refine"] as const)
    played.push(await ask(policy, members));
  return played;
}

/** How often one member is asked, so that it costs about what the teams cost. */
const TIMES = [3, 5, 7, 11];

/** Right in .7 of the items, by a draw of its own or, in a share of them, by one that others share. */
function verdictOf(id: string, index: number, shared: number, group = 99): Member {
  return memberWho(id, (prompt) => {
    const item = Number(/^Item (\d+)\./mu.exec(prompt)?.[1]);
    const isShared = draw(21, item, 500) < shared;
    const own = draw(21, item, isShared ? group : index + 1) < 0.7;
    const added = prompt.slice(prompt.indexOf("\n"));
    const shown = [...added.matchAll(/"leaky":(true|false)/gu)].map(([, said]) => said === "true");
    // Its own last answer is among those shown.
    const votes = shown.length === 0 ? [own] : shown;
    const yes = votes.filter(Boolean).length;
    const isLeaky = 2 * yes === votes.length ? own : 2 * yes > votes.length;
    const text = JSON.stringify({ leaky: isLeaky, block: isLeaky ? "x" : "", why: "seen" });
    return costing(text, 10 * (1 + shown.length));
  });
}

/** What real models once said, played by the policies that need no further turn. */
async function playRecorded(recorded: RecordedCalls, models: readonly string[]): Promise<Played[]> {
  const role = "leakage-checker";
  const members = models.map((id) =>
    memberWho(id, (prompt) => {
      const item = recorded[Number(/^Item (\d+)\./mu.exec(prompt)?.[1])];
      const answer = item?.answers.find(({ model }) => model === id);
      return costing(answer?.text ?? "", answer?.tokens ?? 0);
    }),
  );
  const isRight = (text: string, item: number) => {
    const read = leakageChecker.reply.read(text);
    return !(read instanceof Unreadable) && read.leaky === recorded[item]?.leaky;
  };
  const ask = (policy: PolicyName, team: readonly Member[], known: MemberRecord[] = []) =>
    play(policy, team, recorded.length, { role, isRight, known });
  const alone = await Promise.all(
    members.map(async (member) => ({ ...(await ask("static", [member])), name: member.id })),
  );
  const blank = { role, task: "regression, small", answers: 0, outcome: 0, tokens: 0, calls: 0 };
  const open = members.map(({ name }) => ({ ...blank, model: name, usd: null, stated: [] }));
  return [
    ...alone,
    await ask("cascade", members),
    await ask("router", members, open),
    await ask("vote", members),
  ];
}

async function play(
  policy: PolicyName,
  members: readonly Member[],
  items: number,
  {
    role,
    isRight,
    known,
  }: {
    role: string;
    isRight: (text: string, item: number) => boolean;
    known: readonly MemberRecord[];
  },
): Promise<Played> {
  const team = teamOf(policy, members, {}, role);
  const played: Played = { name: policy, right: [], tokens: [] };
  for (let item = 0; item < items; item++) {
    const { answer, calls, decided } = await putTo(team, question(role, `Item ${item}.`), {
      known,
    });
    const right = "text" in answer && isRight(answer.text, item) ? 1 : 0;
    played.right.push(right);
    if (policy === "router") learn(known, team, decided?.turns ?? [], right);
    played.tokens.push(calls.reduce((sum, { tokens }) => sum + allTokens(tokens), 0));
  }
  return played;
}

/** What came of an answer is known before the next question. */
function learn(
  known: readonly MemberRecord[],
  { members }: Team,
  turns: readonly TeamTurn[],
  right: number,
): void {
  for (const { member, problem } of turns) {
    const name = members.find(({ id }) => id === member)?.name;
    const record = known.find(({ model }) => model === name);
    if (record === undefined) continue;
    record.calls += 1;
    record.answers += 1;
    record.outcome += problem === null ? right : 0;
  }
}

/** 95 % interval of the mean difference over the same items, by a bootstrap with fixed draws. */
function pairedInterval(a: readonly number[], b: readonly number[]): [number, number] {
  const differences = a.map((value, index) => value - (b[index] ?? 0));
  const means = Array.from({ length: RESAMPLES }, (_, round) => {
    let sum = 0;
    for (let at = 0; at < differences.length; at++)
      sum += differences[Math.floor(draw(31, round, at) * differences.length)] ?? 0;
    return sum / differences.length;
  }).sort((x, y) => x - y);
  return [means[Math.floor(0.025 * RESAMPLES)] ?? 0, means[Math.floor(0.975 * RESAMPLES)] ?? 0];
}

function sign(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}
