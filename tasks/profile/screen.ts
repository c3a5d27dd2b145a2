import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { Competition } from "../competition.ts";
import { runScript } from "../python-script.ts";

/** Something about the data that a person and the models should know; nothing follows from it by itself. */
export const Finding = z.object({
  kind: z.enum(["no-features", "target-leak", "drift", "duplicates", "group"]),
  columns: z.array(z.string()),
  /** How sure or how large, in 0..1. */
  strength: z.number(),
  text: z.string(),
  /** What can be done about it: a line for task.yaml, or what to bear in mind. */
  advice: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const Screening = z.object({
  /** AUC of a small model that tells test rows from train rows (covariate shift); null for too few rows. */
  drift: z.number().nullable(),
  findings: z.array(Finding),
});
export type Screening = z.infer<typeof Screening>;

const SCRIPT = fileURLToPath(new URL("./python/screening/main.py", import.meta.url));

/**
 * Looks for columns that give the answer away, for test rows that differ from training rows, for rows that
 * stand twice and for keys that whole groups share. Large tables by a sample; deterministic.
 */
export async function screenCompetition(
  competition: Competition,
  python: string,
  signal: AbortSignal | null = null,
): Promise<Screening> {
  const { description: _, ...task } = competition;
  const doing = `screening ${task.id}`;
  return Screening.parse(await runScript({ python, signal }, SCRIPT, task, doing));
}

/** One finding as a line for people. */
export function findingLine({ text, advice }: Pick<Finding, "text" | "advice">): string {
  return `${text} (${advice})`;
}
