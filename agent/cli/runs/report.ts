import { basename, dirname, join, resolve } from "node:path";
import { certificateWords } from "../../../runs/certificate/words.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { redactorOf, secretsOf } from "../../../runs/record/secrets.ts";
import { reportPage } from "../../../runs/report/page/page.tsx";
import { readReport } from "../../../runs/report/report-data.ts";
import { openProgress } from "../terminal/progress.ts";
import { findChromium, printPdf } from "./pdf.ts";

/** Where a report was written. */
export type WrittenReport = { file: string; bytes: number };

type Around = { cwd: string; path: string; env: NodeJS.ProcessEnv };

/** What is wanted of a report. */
export type WantedReport = {
  out: string | null;
  pdf: boolean;
  importance: boolean;
  /** The competition's folder, where it has moved. */
  data: string | null;
};

/** Writes the report of a run as one HTML file, or the same page as PDF, into the current folder or where it is wanted. */
export async function writeReport(
  folder: string,
  { out, pdf, importance, data }: WantedReport,
  { cwd, path, env }: Around,
): Promise<WrittenReport> {
  const chromium = pdf ? findChromium({ path, env }) : null;
  if (importance) await measured(folder, data);
  const certificate = await certificateWords(folder);
  const html = reportPage(await readReport(folder, { path, certificate }));
  const name = `mle-star-${basename(dirname(folder))}-${basename(folder)}`;
  const file = resolve(cwd, out ?? join(cwd, `${name}.${pdf ? "pdf" : "html"}`));
  if (chromium !== null) return { file, bytes: await printPdf(chromium, html, file) };
  await writeAtomically(file, html);
  return { file, bytes: Buffer.byteLength(html) };
}

async function measured(folder: string, data: string | null): Promise<void> {
  const { measureImportance } = await import("./importance.ts");
  const progress = openProgress(process.stderr, false, redactorOf(secretsOf(process.env)));
  try {
    await measureImportance(folder, data, progress);
  } finally {
    progress.close();
  }
}
