import { basename, dirname, join } from "node:path";
import { certificateWords } from "../../../runs/certificate/words.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { reportPage } from "../../../runs/report/page/page.tsx";
import { readReport } from "../../../runs/report/report-data.ts";

/** Where a report was written. */
export type WrittenReport = { file: string; bytes: number };

/** Writes the report of a run as one HTML file, into the current folder or where it is wanted. */
export async function writeReport(
  folder: string,
  wanted: string | null,
  { cwd, path }: { cwd: string; path: string },
): Promise<WrittenReport> {
  const certificate = await certificateWords(folder);
  const html = reportPage(await readReport(folder, { path, certificate }));
  const name = `mle-star-${basename(dirname(folder))}-${basename(folder)}.html`;
  const file = wanted ?? join(cwd, name);
  await writeAtomically(file, html);
  return { file, bytes: Buffer.byteLength(html) };
}
