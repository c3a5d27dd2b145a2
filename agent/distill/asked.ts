import * as z from "zod";
import type { Trajectory } from "../../runs/report/across/trajectories.ts";

/** How a small model is asked: its window, and the machine that it is trained on, may be too small for the whole question. */
export const Asked = z.object({
  /** Whether it is shown the brief of the competition. */
  brief: z.boolean(),
  /** The line of the question that it begins at: what stands above it is the same in every question; null: all of it. */
  from: z.string().nullable(),
  /** Whether frames of tracebacks that lie in libraries are left out. */
  ownFrames: z.boolean(),
  /** Whether it answers with a patch of the script in the question (`patch.ts`), not with all of it. */
  patch: z.boolean(),
});
export type Asked = z.infer<typeof Asked>;

/** As any other model is asked. */
export const IN_FULL: Asked = { brief: true, from: null, ownFrames: false, patch: false };

/** Whether a data set asks as any model is asked, or for less: a small model's window may be too small for the whole. */
export const PROMPTS = ["full", "short"] as const;

/** The messages as the student is shown them (`trainer/asked.py` does the same to a student that answers). */
export function shown(
  messages: Trajectory["messages"],
  { brief, from, ownFrames }: Omit<Asked, "patch">,
): Trajectory["messages"] {
  const kept = messages.filter(({ role }) => brief || role !== "system");
  const last = kept.findLastIndex(({ role }) => role === "user");
  return kept.map((message, index) => {
    if (index !== last) return message;
    const text = from === null ? message.content : below(message.content, from);
    return { ...message, content: ownFrames ? withOwnFrames(text) : text };
  });
}

/** A traceback without frames of libraries and marks below code; its last line stays. */
export function withOwnFrames(text: string): string {
  return text
    .replaceAll(/^ {2}File "(?![^"\n]*solution\.py")[^\n]*\n(?: {4}[^\n]*\n)*/gmu, "")
    .replaceAll(/^ {4,}[~^]+[~^ ]*\n/gmu, "")
    .replaceAll(/^( {2}File ")[^"\n]*\/(?=solution\.py")/gmu, "$1");
}

/** The text from a line on; all of it where there is no such line. */
function below(text: string, line: string): string {
  const at = `\n${text}`.indexOf(`\n${line}\n`);
  return at === -1 ? text : text.slice(at);
}
