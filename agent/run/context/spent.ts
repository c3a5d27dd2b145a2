import { type EventValue, valuesOf } from "../../../runs/events/events.ts";
import type { Execution } from "../../../sandbox/contract.ts";
import type { Block } from "../../python-source/blocks.ts";
import type { Stripped } from "../../python-source/strip.ts";
import { lineStarts } from "../../python-source/tree.ts";
import type { Run } from "../run.ts";

/** Statements of a script that took most of its time. */
type Spent = EventValue<"executed">["spent"];

/** Of a statement so much says which one it is. */
const STATEMENT_CHARS = 120;
/** Statements that a script which ran out of time is told of, beside the last one. */
const MAX_PLACES = 4;
/** Shorter executions are not worth a look at where their time goes. */
const MIN_SECONDS = 2;

/** The statements that ran by their lines in the script itself, with what stands there. */
export function ownStatements(spent: Execution["spent"], { lines }: Stripped, code: string): Spent {
  const rows = code.split("\n");
  return spent.map(({ line, seconds }) => {
    const own = lines[line - 1] ?? line;
    const text = (rows[own - 1] ?? "").trim().slice(0, STATEMENT_CHARS);
    return { line: own, text, seconds };
  });
}

/** Where a script was when its time was up, and what had taken most of it before. */
export function placeOfEnd(spent: Spent): string {
  const told = ({ line, text, seconds }: Spent[number]) =>
    `line ${line} (${text}), ${seconds.toFixed(0)} s`;
  const [last] = spent.slice(-1).map(told);
  if (last === undefined) return "";
  const before = spent.slice(0, -1).sort((a, b) => b.seconds - a.seconds);
  const earlier = before.slice(0, MAX_PLACES).map(told).join("; ");
  return `Its time was up in ${last}${earlier === "" ? "" : `. Before that: ${earlier}`}`;
}

/** Seconds of one run of a script by block, in the order of the script; none of a quick one, or where it is not known. */
export function secondsByBlock(
  run: Run,
  { id, code }: { id: string; code: string },
  blocks: readonly Block[],
): { block: string; seconds: number }[] {
  const first = valuesOf(run.journal.events, "executed").find(({ solution }) => solution === id);
  if (first === undefined || first.seconds < MIN_SECONDS) return [];
  const starts = lineStarts(code);
  const spent = first.spent.map(({ line, seconds }) => ({
    at: starts[line - 1] ?? 0,
    seconds,
  }));
  return blocks.flatMap(({ id: block, start, end }) => {
    const own = spent.filter(({ at }) => at >= start && at < end);
    const seconds = own.reduce((sum, each) => sum + each.seconds, 0);
    return seconds === 0 ? [] : [{ block, seconds }];
  });
}
