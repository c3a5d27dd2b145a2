import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { toolVersion } from "../../environment.ts";
import { batchFolder } from "../plan.ts";
import { writeAmlb } from "./amlb.ts";
import { writeDojo } from "./dojo.ts";
import { writeDsbench } from "./dsbench.ts";
import { tellBatch } from "./told.ts";

const FORMS = ["amlb", "dsbench", "mle-dojo"] as const;
type Form = (typeof FORMS)[number];

/** `mle-star bench export`: the results of a graded batch in the formats of other benchmarks. */
export function benchExportCommand(): Command {
  return new Command("export")
    .description(
      "Write the results of a graded batch as other benchmarks keep them: results.csv of AMLB, output_model/ and save_performance/ of DSBench, env_history/ of MLE-Dojo.",
    )
    .argument("<batch>", "name of the batch, or path of its folder")
    .addOption(new Option("--to <form>", "which benchmark's").choices(FORMS).makeOptionMandatory())
    .option("--out <folder>", "where it is written; without it in export/ of the batch")
    .option("--runs-dir <folder>", "folder of runs and batches", "runs")
    .action(async (name: string, options: { to: Form; out?: string; runsDir: string }) => {
      const folder = batchFolder(options.runsDir, name, name);
      const told = await tellBatch(folder);
      const out = resolve(options.out ?? join(folder, "export", options.to));
      await mkdir(out, { recursive: true });
      process.stdout.write(`${await write(told, options.to, out)}\n`);
    });
}

async function write(told: Awaited<ReturnType<typeof tellBatch>>, to: Form, out: string) {
  switch (to) {
    case "amlb":
      return writeAmlb(told, { out, version: await toolVersion() });
    case "dsbench":
      return writeDsbench(told, out);
    case "mle-dojo":
      return writeDojo(told, out);
  }
}
