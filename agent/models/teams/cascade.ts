import * as z from "zod";
import {
  type Decision,
  type Member,
  type Policy,
  placeOfTurn,
  type Teamwork,
  type Turn,
} from "./team.ts";
import { fitThresholds } from "./thresholds.ts";

/**
 * Cheap first: a member is asked only where the answer of the one before it failed its check, or is less sure than
 * past outcomes want. What failed to run before begins higher up: the question itself says so.
 */
export const playCascade: Policy = async (work) => {
  const { members, request, settings } = work;
  const states = settings.confidence === "stated";
  const wanted = states ? await thresholdsOf(work) : members.map(() => 0);
  const start = Math.min(setbacksOf(request.input), members.length - 1);
  const asked: { turn: Turn; lacks: number }[] = [];
  const passed: string[] = start === 0 ? [] : [`${start} failed before`];
  for (const [index, member] of members.slice(start).entries()) {
    const turn = await work.ask(member, placeOfTurn(index), { states });
    const least = wanted[start + index] ?? 0;
    const isLast = start + index === members.length - 1;
    if (turn.problem === null && (isLast || isSure(turn, least, states)))
      return { turn, why: [...passed, `${member.id} answered`].join("; ") };
    asked.push({ turn, lacks: least - (turn.confidence ?? 0) });
    passed.push(turn.problem ?? unsure(member, turn, least));
  }
  return surest(asked, passed);
};

/** A member that does not say how sure it is has not passed the check. */
function isSure({ confidence }: Turn, least: number, states: boolean): boolean {
  return !states || (confidence !== null && confidence >= least);
}

function unsure(member: Member, { confidence }: Turn, least: number): string {
  const said =
    confidence === null ? "does not say how sure it is" : `is ${percent(confidence)} sure`;
  const wanted = Number.isFinite(least)
    ? `, ${percent(least)} wanted`
    : ", and is never sure enough";
  return `${member.id} ${said}${wanted}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** The last member's answer is of no use: the answer that lacked least is taken. */
function surest(
  asked: readonly { turn: Turn; lacks: number }[],
  passed: readonly string[],
): Decision {
  const left = asked.filter(({ turn }) => turn.problem === null);
  if (left.length === 0) return { turn: null, why: passed.join("; ") };
  const { turn } = left.reduce((a, b) => (b.lacks < a.lacks ? b : a));
  return { turn, why: `${passed.join("; ")}; the answer of ${turn.member} is the best there is` };
}

/** From past outcomes where there are enough, else as set. */
async function thresholdsOf({ members, settings, known, request }: Teamwork): Promise<number[]> {
  const records = await known();
  const levels = members.map(({ name }) => {
    const own = records.filter(({ role, model }) => role === request.role && model === name);
    const calls = own.reduce((sum, record) => sum + record.calls, 0);
    const usd = own.reduce<number | null>(
      (sum, record) => (sum === null || record.usd === null ? null : sum + record.usd),
      0,
    );
    const tokens = own.reduce((sum, record) => sum + record.tokens, 0);
    return { stated: own.flatMap(({ stated }) => stated), usd, tokens, calls: Math.max(1, calls) };
  });
  const isPriced = levels.every(({ usd }) => usd !== null && usd > 0);
  const fitted = fitThresholds(
    levels.map(({ stated, usd, tokens, calls }) => ({
      stated,
      cost: (isPriced ? (usd ?? 0) : tokens) / calls,
    })),
  );
  const fixed = settings.minConfidence ?? 0;
  return fitted ?? members.map(() => fixed);
}

const Setbacks = z.object({
  round: z.number().optional(),
  history: z.array(z.object({ status: z.string() })).optional(),
});

/** How often in a row what was answered before did not run, as the role's own input tells. */
export function setbacksOf(input: unknown): number {
  const read = Setbacks.safeParse(input);
  if (!read.success) return 0;
  const { round, history = [] } = read.data;
  if (round !== undefined) return Math.max(0, round - 1);
  const lastRan = history.findLastIndex(({ status }) => status === "scored");
  return history.length - 1 - lastRan;
}
