import { z } from "zod";
import type { Trajectory } from "../../runs/report/across/trajectories.ts";

/** How a small model is asked: its window, and the machine that it is trained on, may be too small for the whole question. */
export const Asked = z.object({
  /** Whether it is shown the brief of the competition. */
  brief: z.boolean(),
  /** The line of the question that it begins at: what stands above it is the same in every question; null: all of it. */
  from: z.string().nullable(),
  /** Whether it answers with a patch of the script in the question (`patch.ts`), not with all of it. */
  patch: z.boolean(),
});
export type Asked = z.infer<typeof Asked>;

/** As any other model is asked. */
export const IN_FULL: Asked = { brief: true, from: null, patch: false };

/** How the prompt of a data set is called, where its kind has a short one. */
export const PROMPTS = ["full", "short"] as const;

/** The messages as the student is shown them (`trainer/asked.py` does the same to a student that answers). */
export function shown(
  messages: Trajectory["messages"],
  { brief, from }: Pick<Asked, "brief" | "from">,
): Trajectory["messages"] {
  const kept = messages.filter(({ role }) => brief || role !== "system");
  if (from === null) return kept;
  const last = kept.findLastIndex(({ role }) => role === "user");
  return kept.map((message, index) =>
    index === last ? { ...message, content: below(message.content, from) } : message,
  );
}

/** The text from a line on; all of it where there is no such line. */
function below(text: string, line: string): string {
  const at = `\n${text}`.indexOf(`\n${line}\n`);
  return at === -1 ? text : text.slice(at);
}
