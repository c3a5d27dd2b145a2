import { valuesOf } from "../../../runs/events/events.ts";
import type { Attempt } from "../../../runs/report/attempts.ts";
import { errorOf } from "../error-key.ts";
import type { Draft } from "../item.ts";
import type { Conditions, Ended } from "./facts.ts";

/** Lines of a repair that are kept; a longer one is a rewrite, of which nothing carries over. */
const MAX_LINES = 12;

/** Each error that was met and its repair, whether that ran or not. */
export function pitfallsOf(
  { events, rows, started }: Ended,
  attempts: readonly Attempt[],
  conditions: Conditions,
): Draft[] {
  const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]));
  const logs = new Map(valuesOf(events, "executed").map(({ solution, log }) => [solution, log]));
  const changes = new Map(
    rows
      .filter(({ role }) => role === "debugger")
      .map(({ parent, codeBefore, codeAfter }) => [parent, { codeBefore, codeAfter }]),
  );
  return attempts.flatMap((repaired) => {
    const broken = byId.get(repaired.parent ?? "");
    if (!/\/fix-\d+$/u.test(repaired.id) || broken === undefined) return [];
    const log = logs.get(broken.id) ?? broken.reason ?? "";
    const change = changes.get(broken.id) ?? { codeBefore: null, codeAfter: null };
    const outcome = {
      ...conditions,
      attempt: repaired.id,
      scoreBefore: null,
      scoreAfter: repaired.score,
      gain: null,
      standardError: null,
      helped: repaired.score !== null,
    };
    const described = pitfall(log, broken.status, change, started.packages);
    return [{ ...described, subject: null, outcomes: [outcome] }];
  });
}

/** An error and its repair in words. */
function pitfall(
  log: string,
  status: string,
  { codeBefore, codeAfter }: { codeBefore: string | null; codeAfter: string | null },
  packages: readonly string[],
) {
  const error = errorOf(log, packages);
  const exception = error.exception === "" ? status : error.exception;
  const isKnown = codeBefore !== null && codeAfter !== null;
  const fix = isKnown ? changedLines(codeBefore, codeAfter) : null;
  const at =
    error.library === null ? "the script" : `${error.library} ${error.version ?? ""}`.trim();
  return {
    kind: "pitfall" as const,
    title: `${exception} in ${at}: ${messageOf(log)}`.slice(0, 160),
    text: fix === null ? "The script was rewritten in many places." : fixText(fix),
    where: at,
    error: { ...error, exception },
    fix,
  };
}

/** What an error said, without what it quotes: that may be a row of the data. */
function messageOf(log: string): string {
  const last = log.trimEnd().split("\n").at(-1) ?? "";
  return last
    .replace(/^[\w.]+:\s*/u, "")
    .replaceAll(/'[^']*'|"[^"]*"|`[^`]*`/gu, "…")
    .replaceAll(/\d+(?:\.\d+)?/gu, "…")
    .slice(0, 100);
}

function fixText({ removed, added }: NonNullable<Draft["fix"]>): string {
  const lines = [...removed.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
  return `Lines taken out and put in:\n${lines.join("\n")}`;
}

/** The one place in which two scripts differ, whole lines; null where that is more than a few, or they do not differ. */
function changedLines(before: string, after: string): Draft["fix"] {
  const [was, now] = [before.split("\n"), after.split("\n")];
  const most = Math.min(was.length, now.length);
  let head = 0;
  while (head < most && was[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && was.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const removed = was.slice(head, was.length - tail);
  const added = now.slice(head, now.length - tail);
  const lines = Math.max(removed.length, added.length);
  return lines === 0 || lines > MAX_LINES ? null : { removed, added };
}
