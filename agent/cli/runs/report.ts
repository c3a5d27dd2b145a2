import { basename, dirname, join, resolve } from "node:path";
import { certificateWords } from "../../../runs/certificate/words.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { reportPage } from "../../../runs/report/page/page.tsx";
import { readReport } from "../../../runs/report/report-data.ts";
import { findChromium, printPdf } from "./pdf.ts";

/** Where a report was written. */
export type WrittenReport = { file: string; bytes: number };

type Around = { cwd: string; path: string; env: NodeJS.ProcessEnv };

/** Writes the report of a run as one HTML file, or the same page as PDF, into the current folder or where it is wanted. */
export async function writeReport(
  folder: string,
  { out, pdf }: { out: string | null; pdf: boolean },
  { cwd, path, env }: Around,
): Promise<WrittenReport> {
  const chromium = pdf ? findChromium({ path, env }) : null;
  const certificate = await certificateWords(folder);
  const html = reportPage(await readReport(folder, { path, certificate }));
  const name = `mle-star-${basename(dirname(folder))}-${basename(folder)}`;
  const file = resolve(cwd, out ?? join(cwd, `${name}.${pdf ? "pdf" : "html"}`));
  if (chromium !== null) return { file, bytes: await printPdf(chromium, html, file) };
  await writeAtomically(file, html);
  return { file, bytes: Buffer.byteLength(html) };
}
