import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunRefused } from "../../../runs/errors.ts";
import { readPythonJson } from "../../../tasks/mle-bench/grading/python-json.ts";
import { type GradedJob, Grading } from "../../../tasks/mle-bench/grading/results.ts";

/** What was graded before; null where nothing was. Throws `RunRefused` for a file of another version. */
export async function readGrading(folder: string): Promise<Grading | null> {
  const file = join(folder, "grading.json");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const read = Grading.safeParse(readPythonJson(text));
  if (read.success) return read.data;
  throw new RunRefused(`${file}: not a grading of this version; remove it and grade again`);
}

/** The best medal of a graded submission, or `none`. */
export function medalOf(report: NonNullable<GradedJob["report"]>): string {
  if (report.gold_medal) return "gold";
  if (report.silver_medal) return "silver";
  return report.bronze_medal ? "bronze" : "none";
}

/** The medals of a batch, by the ids of jobs whose thresholds are known; none before it is graded. */
export async function medalsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const grading = await readGrading(folder);
  const jobs = grading?.jobs ?? [];
  return new Map(
    jobs.flatMap(({ job, report }) => (report === null ? [] : [[job, medalOf(report)] as const])),
  );
}
