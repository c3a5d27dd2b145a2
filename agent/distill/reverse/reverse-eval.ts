import { leakageChecker } from "../../roles/leakage-checker.ts";
import { oneCodeBlock } from "../../roles/reply/readers.ts";
import { Unreadable } from "../../roles/role.ts";
import { type Estimate, estimate } from "../intervals.ts";
import { blocksNamed } from "./ablation-tasks.ts";
import type { DevTask } from "./dev-tasks.ts";
import { patchOf } from "./patch.ts";

/** What an answer is worth: whether it could be read, and whether it is right. */
export type Worth = { read: number; right: number };

/** Who answered, and what came of it. */
export type ReverseScore = { who: string; read: Estimate; right: Estimate };

export type ReverseEvaluation = {
  role: DevTask["role"];
  tasks: number;
  competitions: number;
  scores: ReverseScore[];
  /** Right answers of the first one, minus those of each other one, task by task. */
  differences: { minus: string; difference: Estimate }[];
  /** Right answers by the kind of the task, of the first one. */
  kinds: { kind: string; tasks: number; right: number }[];
};

/** Judges an answer; `run` tells whether a script does its job on the data of the task. */
export async function worthOf(
  task: DevTask,
  answer: string,
  run: (code: string) => Promise<boolean>,
): Promise<Worth> {
  switch (task.role) {
    case "debugger": {
      const code = oneCodeBlock.read(answer);
      if (code instanceof Unreadable) return { read: 0, right: 0 };
      if (patchOf(task.code, code) === null) return { read: 1, right: 0 };
      return { read: 1, right: Number(await run(code)) };
    }
    case "leakage": {
      const verdict = leakageChecker.reply.read(answer);
      if (verdict instanceof Unreadable) return { read: 0, right: 0 };
      if (task.known === null || !verdict.leaky)
        return { read: 1, right: Number(verdict.leaky === (task.known !== null)) };
      return { read: 1, right: Number(sharesLine(verdict.block, task.known)) };
    }
    case "ablation": {
      const named = blocksNamed(answer);
      return { read: Number(named.length > 0), right: Number(named[0] === task.known) };
    }
  }
}

/** Puts together what each answered; the first is compared with the others. */
export function evaluated(
  role: DevTask["role"],
  tasks: readonly DevTask[],
  answered: readonly { who: string; worths: readonly Worth[] }[],
): ReverseEvaluation {
  const over = (value: (place: number) => number): Estimate =>
    estimate(
      tasks.map(({ competition }, place) => ({ cluster: competition, value: value(place) })),
    );
  const [first, ...others] = answered;
  const right = (worths: readonly Worth[] | undefined, place: number) =>
    worths?.[place]?.right ?? 0;
  const kinds = [...new Set(tasks.map(({ kind }) => kind))].sort();
  return {
    role,
    tasks: tasks.length,
    competitions: new Set(tasks.map(({ competition }) => competition)).size,
    scores: answered.map(({ who, worths }) => ({
      who,
      read: over((place) => worths[place]?.read ?? 0),
      right: over((place) => right(worths, place)),
    })),
    differences: others.map(({ who, worths }) => ({
      minus: who,
      difference: over((place) => right(first?.worths, place) - right(worths, place)),
    })),
    kinds: kinds.map((kind) => {
      const places = tasks.flatMap((task, place) => (task.kind === kind ? [place] : []));
      const sum = places.reduce((total, place) => total + right(first?.worths, place), 0);
      return { kind, tasks: places.length, right: sum };
    }),
  };
}

function sharesLine(one: string, other: string): boolean {
  const lines = (text: string) => text.split("\n").map((line) => line.trim());
  const known = new Set(lines(other).filter((line) => line !== ""));
  return lines(one).some((line) => known.has(line));
}
