import type { Member, Team } from "../../../agent/models/teams/team.ts";
import type { PolicyName } from "../../../agent/models/teams/team-settings.ts";
import type { MemberRecord, TeamTurn } from "../../../runs/events/teams.ts";
import { allTokens } from "../../../runs/ledger.ts";
import { putTo, question, teamOf } from "../../fakes/team-run.ts";

/** What one way of answering came to: of each item whether it was right, and its tokens. */
export type Played = { name: string; right: number[]; tokens: number[] };

/** Questions to one role, and who knows which answers are right. */
export type Questions = {
  role: string;
  /** One a question. */
  prompts: readonly string[];
  isRight: (text: string, item: number) => boolean;
};

/** Puts every question to a team; a router learns what came of each answer before the next one. */
export async function play(
  policy: PolicyName,
  members: readonly Member[],
  { role, prompts, isRight }: Questions,
  known: readonly MemberRecord[] = [],
): Promise<Played> {
  const team = teamOf(policy, members, {}, role);
  const played: Played = { name: policy, right: [], tokens: [] };
  for (const [item, prompt] of prompts.entries()) {
    const { answer, calls, decided } = await putTo(team, question(role, prompt), { known });
    const right = "text" in answer && isRight(answer.text, item) ? 1 : 0;
    played.right.push(right);
    if (policy === "router") learn(known, team, decided?.turns ?? [], right);
    played.tokens.push(calls.reduce((sum, { tokens }) => sum + allTokens(tokens), 0));
  }
  return played;
}

/** Questions that a simulated member knows by their number. */
export function numbered(
  items: number,
  role: string,
  isRight: (text: string) => boolean,
): Questions {
  const prompts = Array.from({ length: items }, (_, item) => `Item ${item}.`);
  return { role, prompts, isRight };
}

/** The number of the question that a prompt begins with. */
export function itemIn(prompt: string): number {
  return Number(/^Item (\d+)\./mu.exec(prompt)?.[1]);
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
