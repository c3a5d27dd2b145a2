import type { MemberRecord } from "../../../runs/events/teams.ts";
import { type Arm, orderArms } from "./bandit.ts";
import { firstUsable, type Member, type Policy, type Teamwork } from "./team.ts";

/**
 * A bandit over the members: who did best in this role on tasks of this kind, by what came of the answers when they
 * were executed, answers; the next one stands in where it fails.
 */
export const playRouter: Policy = async (work) => {
  const order = await work.route(async () => {
    const records = await work.known();
    const arms = work.members.map((member) => armOf(work, member, records));
    return orderArms(comparable(arms), { downgrade: work.settings.downgrade === true });
  });
  const members = order.flatMap((id) => work.members.filter((member) => member.id === id));
  return firstUsable(work, members);
};

type Costs = { usd: number | null; tokens: number | null };

function armOf(
  { request, task }: Teamwork,
  { id, name }: Member,
  records: readonly MemberRecord[],
): Omit<Arm, "cost"> & Costs {
  const own = records.filter(({ role, model }) => role === request.role && model === name);
  const here = own.filter((record) => record.task === task);
  const elsewhere = own.filter((record) => record.task !== task);
  const calls = sum(own, (record) => record.calls);
  const isPriced = calls > 0 && own.every(({ usd }) => usd !== null);
  return {
    id,
    here: outcomesOf(here),
    elsewhere: outcomesOf(elsewhere),
    usd: isPriced ? sum(own, ({ usd }) => usd ?? 0) / calls : null,
    tokens: calls === 0 ? null : sum(own, ({ tokens }) => tokens) / calls,
  };
}

/** Costs of all in dollars where all have a price that is more than nothing, else in tokens. */
function comparable(arms: readonly (Omit<Arm, "cost"> & Costs)[]): Arm[] {
  const tried = arms.filter(({ tokens }) => tokens !== null);
  const isPriced = tried.every(({ usd }) => usd !== null) && tried.some(({ usd }) => usd !== 0);
  return arms.map(({ usd, tokens, ...arm }) => ({ ...arm, cost: isPriced ? usd : tokens }));
}

function outcomesOf(records: readonly MemberRecord[]): Arm["here"] {
  return {
    answers: sum(records, ({ answers }) => answers),
    outcome: sum(records, ({ outcome }) => outcome),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
