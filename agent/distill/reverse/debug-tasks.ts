import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { debuggerRole } from "../../roles/debugger.ts";
import { promptText } from "../../roles/role.ts";
import { provenanceOf, rowId } from "../row.ts";
import { plantedBugs } from "./bugs.ts";
import type { DebugTask } from "./task.ts";

/** A failure that a run met and mended, or gave up. */
export function recordedTasks(
  calls: readonly Trajectory[],
  licenses: ReadonlyMap<string, string>,
): DebugTask[] {
  return calls.flatMap((call) => {
    const { codeBefore, codeAfter, execution } = call;
    if (call.role !== "debugger" || codeBefore === null) return [];
    const question = call.messages.slice(0, -1);
    const traceback = tracebackIn(question.at(-1)?.content ?? "");
    const exception = exceptionIn(traceback);
    if (exception === null) return [];
    const isMended = execution?.outcome === "finished" && call.scoreAfter !== null;
    return [
      {
        role: "debugger",
        id: rowId(call, "debugger"),
        split: call.split === "dev" ? "dev" : "train",
        provenance: provenanceOf(call, licenses),
        question,
        kind: "of a run",
        broken: codeBefore,
        mended: isMended ? codeAfter : null,
        exception,
        traceback,
      },
    ];
  });
}

/** A script that ran, with a bug in it that was put there; how it fails is not known yet. */
export type Planted = Omit<DebugTask, "exception" | "traceback" | "question"> & {
  /** The brief, as the role is shown it. */
  brief: Trajectory["messages"];
};

/** Scripts of a run that ran and were scored, each with up to so many kinds of bugs. */
export function plantedTasks(
  calls: readonly Trajectory[],
  { perScript, licenses }: { perScript: number; licenses: ReadonlyMap<string, string> },
): Planted[] {
  const seen = new Set<string>();
  return calls.flatMap((call) => {
    const { codeAfter, execution, scoreAfter, competition } = call;
    if (codeAfter === null || execution?.outcome !== "finished" || scoreAfter === null) return [];
    const hash = sha256(codeAfter);
    if (seen.has(hash)) return [];
    seen.add(hash);
    const provenance = provenanceOf(call, licenses);
    return plantedBugs(codeAfter, `${competition} ${hash}`)
      .slice(0, perScript)
      .map(({ kind, code }) => ({
        role: "debugger",
        id: `${rowId(call, "planted")}/${kind.replaceAll(" ", "-")}`,
        split: call.split === "dev" ? "dev" : "train",
        provenance: { ...provenance, model: `${provenance.model}, with a bug by rules` },
        brief: call.messages.filter(({ role }) => role === "system"),
        kind,
        broken: code,
        mended: codeAfter,
      }));
  });
}

/** The task of a planted bug whose failure was seen. */
export function failedTask(
  { brief, ...task }: Planted,
  { exception, traceback }: { exception: string; traceback: string },
): DebugTask {
  const prompt = debuggerRole.prompt({
    code: task.broken,
    plan: null,
    worked: null,
    status: "failed",
    error: traceback,
    round: 1,
    mode: "referee",
    references: [],
    repairs: [],
    isFresh: false,
  });
  const asked = { role: "user" as const, content: promptText(prompt) };
  return { ...task, exception, traceback, question: [...brief, asked] };
}

/** The last traceback in a question; empty where there is none. */
function tracebackIn(text: string): string {
  const start = text.lastIndexOf("Traceback (most recent call last)");
  if (start === -1) return "";
  return text.slice(start).split(/\n`{3,}/u)[0] ?? "";
}

/** The class on the last line of a traceback. */
function exceptionIn(traceback: string): string | null {
  const last = traceback.trim().split("\n").at(-1) ?? "";
  return /^([A-Za-z_][\w.]*)(?::|$)/u.exec(last)?.[1] ?? null;
}

/** The last line of a traceback without its class. */
export function messageOf(traceback: string): string {
  const last = traceback.trim().split("\n").at(-1) ?? "";
  return last.replace(/^[A-Za-z_][\w.]*:\s*/u, "").slice(0, 160);
}
