import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { readBatch } from "../../../runs/batch/batch.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { pythonJson } from "../../../tasks/mle-bench/grading/python-json.ts";
import { readGrading } from "./grading.ts";
import { batchFolder } from "./plan.ts";
import { gatherReport } from "./report/gather.ts";
import { htmlText, markdownText, rowsText } from "./report/render.ts";

/** `mle-star bench report`: what a batch came to, as Markdown, CSV, JSON and one HTML file. */
export function benchReportCommand(): Command {
  return new Command("report")
    .description(
      "Report a batch: medals with their error over seeds, scores and thresholds by competition, spend, paired comparisons of configurations, and the integrity statement.",
    )
    .argument("<batch>", "name of the batch, or path of its folder")
    .option("--runs-dir <folder>", "folder of runs and batches", "runs")
    .option("--json", "print one JSON object in place of Markdown")
    .action(async (name: string, options: { runsDir: string; json?: true }) => {
      const folder = batchFolder(options.runsDir, name, name);
      const batch = await readBatch(folder);
      const report = await gatherReport(folder, batch, await readGrading(folder));
      const target = join(resolve(folder), "report");
      await mkdir(target, { recursive: true });
      const json = `${pythonJson(report, 2)}\n`;
      const markdown = markdownText(report);
      await writeAtomically(join(target, "report.json"), json);
      await writeAtomically(join(target, "report.md"), markdown);
      await writeAtomically(join(target, "report.csv"), rowsText(report));
      await writeAtomically(join(target, "report.html"), htmlText(report));
      process.stdout.write(options.json === true ? json : `${markdown}\nwritten to ${target}\n`);
    });
}
