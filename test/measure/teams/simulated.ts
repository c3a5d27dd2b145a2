import type { Member } from "../../../agent/models/teams/team.ts";
import { draw, simulated } from "../../agent/models/teams/simulated-members.ts";
import { fenced } from "../../fakes/run-world.ts";
import { costing, memberWho } from "../../fakes/team-run.ts";
import { itemIn, numbered, type Played, play } from "./played.ts";

/** Items whose outcomes are known before a cascade or a router is measured. */
const KNOWN = 400;
/** How often one member is asked, so that it costs about what the teams cost. */
const TIMES = [3, 5, 7, 11];

/** Right in .5, .7 and .9, by themselves, as a cascade and behind a router. */
export async function playUnequal(items: number): Promise<Played[]> {
  const members = simulated(5);
  const known = members.map(({ record }) => record(-KNOWN, 0));
  const all = members.map(({ member }) => member);
  const asked = numbered(items, "planner", (text) => text.startsWith("Right"));
  const alone: Played[] = [];
  for (const member of all)
    alone.push({ ...(await play("static", [member], asked)), name: member.id });
  const cascade = await play("cascade", all, asked, known);
  return [...alone, cascade, await play("router", all, asked, known)];
}

/** Three that are right in .7, of whose errors a share is the same; beside them one of them that is asked again. */
export async function playEqual(items: number, shared: number): Promise<Played[]> {
  const members = ["a", "b", "c"].map((id, index) => verdictOf(id, index, shared));
  const asked = numbered(items, "leakage-checker", (text) => text.includes('"leaky":true'));
  const again = (times: number) =>
    Array.from({ length: times }, (_, time) => verdictOf(`a${time}`, 10 + time, 0.5, 0));
  const played: Played[] = [{ ...(await play("static", members.slice(0, 1), asked)), name: "a" }];
  for (const times of TIMES)
    played.push({ ...(await play("vote", again(times), asked)), name: `a × ${times}` });
  for (const policy of ["vote", "debate", "fuse", "refine"] as const)
    played.push(await play(policy, members, asked));
  return played;
}

/** Right in .7 of the items, by a draw of its own or, in a share of them, by one that others share. */
function verdictOf(id: string, index: number, shared: number, group = 99): Member {
  return memberWho(id, (prompt) => {
    const item = itemIn(prompt);
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

/** Tokens of a script, and of a verdict about one. */
const COSTS = { script: 20, verdict: 12, part: 8 };
/** An author's scripts run in .6; judges see a fault in .8 and one that is not there in .2; of right code an author that is doubted keeps .8. */
const REVIEW = { runs: 0.6, seen: 0.8, alarm: 0.2, kept: 0.8 };

/** Code that runs or does not, before it costs an execution: its author alone, with one judge, and with two. */
export async function playReviewed(items: number): Promise<Played[]> {
  const asked = numbered(items, "coder", (text) => text.includes("runs = True"));
  const judges = ["judge-1", "judge-2"].map(judgeOf);
  const alone = await play("static", [author], asked);
  const one = await play("review", [author, ...judges.slice(0, 1)], asked);
  const both = await play("review", [author, ...judges], asked);
  return [
    { ...alone, name: "a" },
    { ...one, name: "review by one" },
    { ...both, name: "review by two" },
    { ...afterExecution(items), name: "a × 2, the first executed" },
  ];
}

const author = memberWho("author", (prompt) => {
  const item = itemIn(prompt);
  const isDoubted = prompt.includes("What reviewers hold to be wrong");
  const kept = prompt.includes("runs = True") && draw(41, item, 3) < REVIEW.kept;
  const runs = isDoubted
    ? kept || (prompt.includes("runs = False") && draw(41, item, 2) < REVIEW.runs)
    : draw(41, item, 1) < REVIEW.runs;
  return costing(fenced(`runs = ${runs ? "True" : "False"}`), COSTS.script);
});

function judgeOf(id: string, index: number): Member {
  return memberWho(id, (prompt) => {
    const isFaulty = prompt.includes("runs = False");
    const objects = draw(42, itemIn(prompt), index) < (isFaulty ? REVIEW.seen : REVIEW.alarm);
    const verdict = objects
      ? { verdict: "revise", problems: "a name is not defined" }
      : { verdict: "pass", problems: "" };
    return costing(JSON.stringify(verdict), COSTS.verdict);
  });
}

/** What one model does with the same tokens: it runs its script, which costs an execution, and writes it again where that fails. */
function afterExecution(items: number): Omit<Played, "name"> {
  const ran = Array.from({ length: items }, (_, item) => draw(41, item, 1) < REVIEW.runs);
  return {
    right: ran.map((runs, item) => (runs || draw(41, item, 2) < REVIEW.runs ? 1 : 0)),
    tokens: ran.map((runs) => COSTS.script * (runs ? 1 : 2)),
  };
}

/** Parts of a question, and how often one is right where it is thought through alone, and as one of all. */
const PARTS = { count: 3, alone: 0.85, together: 0.7 };

/** Questions of three parts: answered by one at once, and divided among three. */
export async function playDivided(items: number): Promise<Played[]> {
  const asked = numbered(
    items,
    "planner",
    (text) => text === Array(PARTS.count).fill("right").join(" "),
  );
  const members = ["a", "b", "c"].map(dividerOf);
  return [
    { ...(await play("static", members.slice(0, 1), asked)), name: "a" },
    await play("divide", members, asked),
  ];
}

function dividerOf(id: string, index: number): Member {
  return memberWho(id, (prompt) => {
    const item = itemIn(prompt);
    const part = /# Part\nPart (\d+) of it/u.exec(prompt)?.[1];
    if (part !== undefined) {
      const isRight = draw(51, item, Number(part), index) < PARTS.alone;
      return costing(isRight ? "right" : "wrong", COSTS.part);
    }
    if (prompt.includes("First divide it")) {
      const parts = Array.from({ length: PARTS.count }, (_, at) => `Part ${at + 1} of it`);
      return costing(JSON.stringify({ parts }), COSTS.part);
    }
    const found = [...prompt.matchAll(/```text\n(right|wrong)\n```/gu)].map(([, word]) => word);
    if (found.length > 0) return costing(found.join(" "), COSTS.script);
    const words = Array.from({ length: PARTS.count }, (_, at) =>
      draw(52, item, at) < PARTS.together ? "right" : "wrong",
    );
    return costing(words.join(" "), COSTS.script);
  });
}
