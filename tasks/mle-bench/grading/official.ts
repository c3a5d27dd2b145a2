import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import { readPythonJson } from "./python-json.ts";
import { BoardSource } from "./results.ts";

const SCRIPT = fileURLToPath(new URL("../python/grade_one.py", import.meta.url));
/** Large masks take minutes. */
const TIMEOUT_MS = 3_600_000;

const Answer = z.object({
  exists: z.boolean(),
  score: z.number().or(z.nan()).nullable(),
  board: z.array(z.number()).min(1).nullable(),
  source: BoardSource.nullable(),
  isPointer: z.boolean(),
});

/** What the official grader says of one submission; `board` has the scores of a leaderboard, best first; the package's may be a pointer of Git LFS instead. */
export type OfficialGrade = z.infer<typeof Answer>;

/**
 * Grades a submission with the package `mlebench`, whose interpreter is given, in a process of its own with so much
 * memory. A grader that cannot be run is a text that says why.
 */
export async function gradeOfficially(request: {
  python: string;
  dataDir: string;
  id: string;
  submission: string | null;
  memoryMb: number;
}): Promise<OfficialGrade | { failed: string }> {
  const { python, ...asked } = request;
  try {
    const { stdout } = await promisify(execFile)(python, ["-B", SCRIPT, JSON.stringify(asked)], {
      timeout: TIMEOUT_MS,
      maxBuffer: 1 << 28,
    });
    return Answer.parse(readPythonJson(stdout));
  } catch (error) {
    const said = z.object({ stderr: z.string() }).safeParse(error);
    const last = said.success ? said.data.stderr.trim().split("\n").at(-1) : "";
    return { failed: last || String(error).split("\n")[0] || "the grader failed" };
  }
}
