import pc from "picocolors";
import { table } from "../terminal/table.ts";

/** `fail`: no run can start; `warn`: a run works with a restriction. */
export type State = "ok" | "warn" | "fail";

/** One check; `fix` says what to do, null: nothing. */
export type Check = { what: string; state: State; result: string; fix: string | null };

/** A passed check. */
export function fine(what: string, result: string): Check {
  return { what, state: "ok", result, fix: null };
}

/** A restriction under which a run still works. */
export function warning(what: string, result: string, fix: string | null): Check {
  return { what, state: "warn", result, fix };
}

/** A problem that stops every run. */
export function failing(what: string, result: string, fix: string | null): Check {
  return { what, state: "fail", result, fix };
}

/** An error message on one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replaceAll(/\s*\n\s*/gu, " ");
}

/** One line per check, with its fix below where there is one. */
export function checkTable(checks: readonly Check[]): string {
  const lines = table(checks.map(({ what, state, result }) => [markOf(state), what, result]));
  const indent = " ".repeat(8 + Math.max(...checks.map(({ what }) => what.length)));
  return checks
    .map(({ fix }, row) => (fix === null ? lines[row] : `${lines[row]}\n${indent}→ ${fix}`))
    .join("\n");
}

function markOf(state: State): string {
  switch (state) {
    case "ok":
      return pc.green("ok");
    case "warn":
      return pc.yellow("warn");
    case "fail":
      return pc.red("FAIL");
  }
}
