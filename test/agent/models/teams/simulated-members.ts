import type { Member } from "../../../../agent/models/teams/team.ts";
import type { MemberRecord } from "../../../../runs/events/teams.ts";
import { costing, memberWho } from "../../../fakes/team-run.ts";

/** Costs and accuracies of the three simulated models of the specification; their errors are independent. */
const LEVELS = [
  { id: "small", cost: 1, accuracy: 0.5 },
  { id: "middle", cost: 5, accuracy: 0.7 },
  { id: "big", cost: 20, accuracy: 0.9 },
] as const;
/** Distance of the two normal distributions of a confidence whose AUC is 0.85: sqrt(2) times the quantile of .85. */
const DISTANCE = Math.SQRT2 * 1.036433;

export type Simulated = {
  member: Member;
  cost: number;
  isRight(item: number): boolean;
  /** What is known of its answers to items of a range. */
  record(from: number, to: number): MemberRecord;
};

/** Members that read the number of an item in the prompt, and answer it right or wrong, more or less sure. */
export function simulated(seed = 1): Simulated[] {
  return LEVELS.map(({ id, cost, accuracy }, level) => {
    const isRight = (item: number) => draw(seed, level, item, 0) < accuracy;
    const confidence = (item: number) => {
      const u = Math.max(1e-12, draw(seed, level, item, 1));
      const normal =
        Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * draw(seed, level, item, 2));
      const latent = normal + (isRight(item) ? DISTANCE : 0);
      return Math.round(1000 / (1 + Math.exp(-latent + DISTANCE / 2))) / 1000;
    };
    const member = memberWho(id, (prompt) => {
      const item = Number(/^Item (\d+)\./mu.exec(prompt)?.[1] ?? Number.NaN);
      const states = prompt.includes("Confidence: <0 to 100>");
      const said = states ? `\nConfidence: ${(100 * confidence(item)).toFixed(1)}` : "";
      return costing(`${isRight(item) ? "Right" : "Wrong"} plan.${said}`, cost);
    });
    const record = (from: number, to: number): MemberRecord => {
      const items = Array.from({ length: to - from }, (_, index) => from + index);
      const stated = items.map((item): [number, number] => [
        confidence(item),
        isRight(item) ? 1 : 0,
      ]);
      return {
        role: "planner",
        model: member.name,
        task: "regression, small",
        answers: items.length,
        outcome: stated.reduce((sum, [, outcome]) => sum + outcome, 0),
        tokens: cost * items.length,
        calls: items.length,
        usd: null,
        stated,
      };
    };
    return { member, cost, isRight, record };
  });
}

/** A number from 0 to 1 that is always the same for these numbers (mulberry32 over a hash of them). */
export function draw(...numbers: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const number of numbers)
    state = Math.imul(state ^ (number + 0x7f4a7c15), 0x85ebca6b) ^ (state >>> 13);
  for (let round = 0; round < 3; round++) {
    state = Math.imul(state ^ (state >>> 15), 1 | state);
    state ^= state + Math.imul(state ^ (state >>> 7), 61 | state);
  }
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
}
