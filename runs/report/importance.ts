import { readFile } from "node:fs/promises";
import * as z from "zod";
import { errorCode, RunRefused } from "../errors.ts";
import { runFiles } from "../record/folder.ts";

/** What the submitted solution loses when a column says nothing any more; measured on request, when the run has ended. */
export const Importance = z.object({
  solution: z.string(),
  /** Validation rows that it was measured on, and the score of them as they are. */
  rows: z.number(),
  base: z.number(),
  columns: z.array(z.object({ name: z.string(), loss: z.number(), standardError: z.number() })),
  /** Columns that were not measured, for there are too many, and those on which a script failed. */
  leftOut: z.number(),
  failed: z.array(z.string()),
  executions: z.number(),
});
export type Importance = z.infer<typeof Importance>;

/** What was measured for a run; null where nothing was. Throws `RunRefused` for a file that is not ours. */
export async function readImportance(folder: string): Promise<Importance | null> {
  const { importance: file } = runFiles(folder);
  try {
    return Importance.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      throw new RunRefused(`${file} is damaged: remove it, and measure again with --importance`);
    throw error;
  }
}
