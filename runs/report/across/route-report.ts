import { addUsd } from "../../ledger.ts";
import type { QuestionOutcome } from "./member-outcomes.ts";

/** What one way of answering a role's questions was worth, and what it cost. */
export type RouteRow = {
  role: string;
  /** Who answers, and by which policy; a model's name alone where it was asked alone. */
  way: string;
  policy: string;
  questions: number;
  /** Questions whose outcome is known, their mean outcome from 0 to 1, and its 95 % interval. */
  known: number;
  outcome: number | null;
  interval: [number, number] | null;
  /** Of a question, every member's calls together: ways are compared at what they cost. */
  tokens: number;
  /** Null: a price is not known. */
  usd: number | null;
  calls: number;
  /** Whether no other way of the role is both as good and as cheap, in tokens; null: its outcome is not known. */
  isOnFront: boolean | null;
};

/** Policies by which one member answers alone: who it was is told. */
const ALONE = new Set(["static", "router", "cascade", "blackboard"]);

/** Quality against cost of every way in which the questions of each role were answered, the best of a role first. */
export function routeReport(questions: readonly QuestionOutcome[]): RouteRow[] {
  const groups = new Map<string, QuestionOutcome[]>();
  for (const question of questions) {
    const key = JSON.stringify([question.role, wayOf(question)]);
    groups.set(key, [...(groups.get(key) ?? []), question]);
  }
  const rows = [...groups.values()].map(rowOf);
  const roles = [...new Set(rows.map(({ role }) => role))].sort();
  return roles.flatMap((role) =>
    markFront(rows.filter((row) => row.role === role)).sort(
      (a, b) => (b.outcome ?? -1) - (a.outcome ?? -1) || a.tokens - b.tokens,
    ),
  );
}

function wayOf({ policy, models, answeredBy }: QuestionOutcome): string {
  if (policy === "single") return answeredBy ?? "nobody";
  if (policy === "cascade" || !ALONE.has(policy)) return `${policy} of ${models.join(", ")}`;
  return `${policy}: ${answeredBy ?? "nobody"}`;
}

function rowOf(questions: readonly QuestionOutcome[]): RouteRow {
  const [first] = questions;
  if (first === undefined) throw new Error("a row of no question");
  const outcomes = questions.flatMap(({ outcome }) => outcome ?? []);
  const calls = questions.flatMap((question) => question.calls);
  const count = questions.length;
  const usd = calls.reduce<number | null>((sum, call) => addUsd(sum, call.usd), 0);
  return {
    role: first.role,
    way: wayOf(first),
    policy: first.policy,
    questions: count,
    known: outcomes.length,
    outcome: outcomes.length === 0 ? null : mean(outcomes),
    interval: intervalOf(outcomes),
    tokens: calls.reduce((sum, { tokens }) => sum + tokens, 0) / count,
    usd: usd === null ? null : usd / count,
    calls: calls.length / count,
    isOnFront: null,
  };
}

function markFront(rows: readonly RouteRow[]): RouteRow[] {
  return rows.map((row) => {
    const { outcome, tokens } = row;
    if (outcome === null) return row;
    const isBeaten = rows.some(
      (other) =>
        other.outcome !== null &&
        other.outcome >= outcome &&
        other.tokens <= tokens &&
        (other.outcome > outcome || other.tokens < tokens),
    );
    return { ...row, isOnFront: !isBeaten };
  });
}

const Z95 = 1.96;

/** Wilson's interval of a mean of numbers from 0 to 1: for shares exact in its form, for others a little too wide. */
function intervalOf(outcomes: readonly number[]): [number, number] | null {
  const n = outcomes.length;
  if (n === 0) return null;
  const p = mean(outcomes);
  const center = (p + Z95 ** 2 / (2 * n)) / (1 + Z95 ** 2 / n);
  const half = (Z95 * Math.sqrt((p * (1 - p)) / n + Z95 ** 2 / (4 * n ** 2))) / (1 + Z95 ** 2 / n);
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
