import type { Event } from "../../events/events.ts";
import { allTokens } from "../../ledger.ts";

/** What earlier runs say of calls and scripts; null where nothing was seen. */
export type Experience = {
  runs: number;
  /** Of each role that a language model played: tokens of an answer, and seconds it took. */
  answers: ReadonlyMap<string, { output: number; seconds: number }>;
  /** Seconds of an execution. */
  executionSeconds: number | null;
  /** Characters of a script. */
  scriptChars: number | null;
};

/** Roles whose answer is a whole script. */
const WRITERS = new Set(["initializer", "merger", "ensembler", "debugger"]);

/** Means over the journals of earlier runs; the playbook's answers say nothing of a model's. */
export function experienceOf(journals: readonly (readonly Event[])[]): Experience {
  const output = new Map<string, number[]>();
  const seconds = new Map<string, number[]>();
  const executions: number[] = [];
  const scripts: number[] = [];
  for (const event of journals.flat()) {
    if (event.type === "executed" && event.value.outcome === "finished")
      executions.push(event.value.seconds);
    if (event.type !== "answered") continue;
    const { role, tokens, text } = event.value;
    if (WRITERS.has(role)) scripts.push(text.length);
    if (allTokens(tokens) === 0 || event.value.model.startsWith("replay:")) continue;
    push(output, role, tokens.output);
    push(seconds, role, event.value.seconds);
  }
  const answers = new Map(
    [...output].map(([role, each]) => [
      role,
      { output: mean(each) ?? 0, seconds: mean(seconds.get(role) ?? []) ?? 0 },
    ]),
  );
  return {
    runs: journals.length,
    answers,
    executionSeconds: mean(executions),
    scriptChars: mean(scripts),
  };
}

function push(lists: Map<string, number[]>, name: string, value: number): void {
  lists.set(name, [...(lists.get(name) ?? []), value]);
}

function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
