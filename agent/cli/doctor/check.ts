import pc from "picocolors";

/** How a thing that was looked at stands: a run needs whatever fails here. */
export type State = "ok" | "warn" | "fail";

/** One thing that was looked at; `fix` says what to do about it, null when nothing is to be done. */
export type Check = { what: string; state: State; result: string; fix: string | null };

/** The check of a thing that is as it should be. */
export function fine(what: string, result: string): Check {
  return { what, state: "ok", result, fix: null };
}

/** The check of a thing without which a run works, though less well. */
export function lacking(what: string, result: string, fix: string | null): Check {
  return { what, state: "warn", result, fix };
}

/** The check of a thing without which no run begins. */
export function failing(what: string, result: string, fix: string | null): Check {
  return { what, state: "fail", result, fix };
}

/** The words of an error, on one line. */
export function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replaceAll(/\s*\n\s*/gu, " ");
}

/** A line per check, with what to do below those that want something. */
export function checkTable(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ what }) => what.length));
  return checks
    .map(({ what, state, result, fix }) => {
      const advice = fix === null ? "" : `\n${" ".repeat(width + 7)}→ ${fix}`;
      return `${markOf(state)} ${what.padEnd(width)}  ${result}${advice}`;
    })
    .join("\n");
}

function markOf(state: State): string {
  switch (state) {
    case "ok":
      return pc.green("ok  ");
    case "warn":
      return pc.yellow("warn");
    case "fail":
      return pc.red("FAIL");
  }
}
