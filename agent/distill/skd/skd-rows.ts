import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import { allRoles } from "../../roles/all.ts";
import { Unreadable } from "../../roles/role.ts";
import { type Asked, shown } from "../asked.ts";
import { gainOf, provenanceOf, type Row, rowId } from "../row.ts";

/** Roles whose answers are short and can be judged: what a small model may play. */
export const SKD_ROLES = ["debugger", "coder", "leakage-checker"] as const;
export type SkdRole = (typeof SKD_ROLES)[number];

/** A role call: its question, what was answered, and what came of the answer. */
export type SkdRow = Row & {
  /** Whether the answer could be read and what it wrote ran to its end and was scored; a verdict must only be read. */
  ran: boolean;
  /** What came of the answer, and an answer to the same failure that ran: for a teacher's eyes only. */
  privileged: string | null;
};

export type SkdOptions = {
  roles: readonly SkdRole[];
  /** Lines that an edit of the coder may change, added and removed ones; null: any number. */
  maxChangedLines: number | null;
  asked: Asked;
  licenses: ReadonlyMap<string, string>;
};

/** The calls of a run that student and teacher can write anew together, or why one is none of them. */
export function skdRows(
  calls: readonly Trajectory[],
  options: SkdOptions,
): ({ row: SkdRow } | { dropped: string })[] {
  const seen = new Set<string>();
  return calls
    .filter(({ role }) => options.roles.some((each) => each === role))
    .map((call) => {
      const question = JSON.stringify([call.competition, call.messages.slice(0, -1)]);
      if (seen.has(question)) return { dropped: "the same question again" };
      seen.add(question);
      return judge(call, calls, options);
    });
}

function judge(
  call: Trajectory,
  calls: readonly Trajectory[],
  { maxChangedLines, asked, licenses }: SkdOptions,
): { row: SkdRow } | { dropped: string } {
  const isVerdict = call.role === "leakage-checker";
  if (!isVerdict && call.execution === null) return { dropped: "nothing was run of it" };
  const changed = changedLines(call);
  if (call.role === "coder" && maxChangedLines !== null && changed > maxChangedLines)
    return { dropped: `more than ${maxChangedLines} changed lines` };
  const ran = isReadable(call) && (isVerdict || hasRun(call));
  return {
    row: {
      id: rowId(call, "skd"),
      role: call.role,
      split: call.split === "dev" ? "dev" : "train",
      provenance: provenanceOf(call, licenses),
      parts: [{ name: "answer", messages: shown(call.messages, asked) }],
      measured: { gain: gainOf(call), noise: call.noise, planScore: call.planScore },
      ran,
      privileged: isVerdict ? null : privilegedOf(call, calls),
    },
  };
}

function isReadable({ role, messages }: Trajectory): boolean {
  const said = messages.at(-1)?.content ?? "";
  const readers: Record<SkdRole, { read: (text: string) => unknown }> = {
    debugger: allRoles.debugger.reply,
    coder: allRoles.coder.reply,
    "leakage-checker": allRoles["leakage-checker"].reply,
  };
  return !(readers[role as SkdRole].read(said) instanceof Unreadable);
}

function hasRun({ execution, scoreAfter }: Trajectory): boolean {
  return execution?.outcome === "finished" && scoreAfter !== null;
}

/** Lines of the script that are in one version only. */
function changedLines({ codeBefore, codeAfter }: Trajectory): number {
  const left = new Map<string, number>();
  for (const line of (codeBefore ?? "").split("\n")) left.set(line, (left.get(line) ?? 0) + 1);
  for (const line of (codeAfter ?? "").split("\n")) left.set(line, (left.get(line) ?? 0) - 1);
  return [...left.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}

/** Feedback of the executor: the traceback of an answer that failed, and code for the same failure that ran. */
function privilegedOf(call: Trajectory, calls: readonly Trajectory[]): string | null {
  const traceback = hasRun(call) ? null : (call.execution?.traceback ?? null);
  const worked = hasRun(call) ? call : laterThatRan(call, calls);
  const parts = [
    traceback === null ? null : `An earlier answer failed:\n\n\`\`\`\n${traceback}\n\`\`\``,
    worked === undefined ? null : workedText(worked),
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : `# What came of answers to this\n${parts.join("\n\n")}`;
}

function workedText({ messages, scoreAfter }: Trajectory): string {
  return `This answer ran and scored ${scoreAfter}:\n\n${messages.at(-1)?.content ?? ""}`;
}

/** A later answer of the same role about the same attempt. */
function laterThatRan(call: Trajectory, calls: readonly Trajectory[]): Trajectory | undefined {
  const same = (other: Trajectory) =>
    other.run === call.run &&
    other.role === call.role &&
    attemptOf(other.step) === attemptOf(call.step);
  return calls.slice(calls.indexOf(call) + 1).find((other) => same(other) && hasRun(other));
}

/** `track-1/init-1` of `track-1/init-1/fix-1/debugger/1`. */
function attemptOf(step: string): string {
  return step.replace(/(?:\/fix-\d+)*\/[a-z-]+\/\d+$/u, "");
}
