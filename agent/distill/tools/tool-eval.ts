import { type Clustered, type Estimate, estimate } from "../intervals.ts";
import { type ErrorKind, judge, type TurnError } from "./judge.ts";
import { stateProblem } from "./state.ts";
import type { FinalState, PlayedTurn, ToolTask } from "./task.ts";

/** What a model made of one task. */
export type Result = {
  task: string;
  competition: string;
  /** Calls that it made, and those of them that were done. */
  made: number;
  done: number;
  /** Whether the final state is the right one. */
  isRight: boolean;
  errors: TurnError[];
};

export type ToolScore = {
  who: string;
  /** Share of its calls that were done; a task without a call that should have some counts as none. */
  valid: Estimate;
  right: Estimate;
  /** Turns that are wrong, by kind, all tasks together. */
  errors: Partial<Record<ErrorKind, number>>;
};

export type ToolEvaluation = {
  tasks: number;
  competitions: number;
  scores: ToolScore[];
  /** Right final states, trained minus base. */
  difference: Estimate;
};

export function resultOf(
  task: ToolTask,
  { turns, state }: { turns: readonly PlayedTurn[]; state: FinalState },
): Result {
  const calls = turns.flatMap(({ steps }) => steps.flatMap((step) => step.calls));
  const errors = judge(task.turns, turns);
  const isSilent = errors.every(({ kind }) => kind !== "missing function or parameters not seen");
  return {
    task: task.id,
    competition: task.competition,
    made: calls.length,
    done: calls.filter(({ isError }) => !isError).length,
    // What may not be called leaves no trace in a state.
    isRight: isSilent && stateProblem(task.state, state) === null,
    errors,
  };
}

/** Results of several models on the same tasks; the first is the trained one, `base` what it was trained from. */
export function evaluateTools(
  results: readonly { who: string; results: readonly Result[] }[],
  base: string,
): ToolEvaluation {
  const all = results[0]?.results ?? [];
  const of = (who: string) => results.find((each) => each.who === who)?.results ?? [];
  const before = new Map(of(base).map((result) => [result.task, result]));
  return {
    tasks: all.length,
    competitions: new Set(all.map(({ competition }) => competition)).size,
    scores: results.map(({ who, results: own }) => ({
      who,
      valid: estimate(own.map((each) => clustered(each, validOf(each)))),
      right: estimate(own.map((each) => clustered(each, each.isRight ? 1 : 0))),
      errors: countsOf(own),
    })),
    difference: estimate(
      all.map((each) =>
        clustered(each, Number(each.isRight) - Number(before.get(each.task)?.isRight ?? false)),
      ),
    ),
  };
}

function validOf({ made, done }: Result): number {
  return made === 0 ? 0 : done / made;
}

function clustered({ competition }: Result, value: number): Clustered {
  return { cluster: competition, value };
}

function countsOf(results: readonly Result[]): Partial<Record<ErrorKind, number>> {
  const counts: Partial<Record<ErrorKind, number>> = {};
  for (const { kind } of results.flatMap(({ errors }) => errors))
    counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
