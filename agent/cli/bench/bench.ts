import { Command } from "commander";
import { benchExportCommand } from "./export/export.ts";
import { benchGradeCommand } from "./grade.ts";
import { benchImportCommand } from "./import.ts";
import { benchIntegrityCommand } from "./integrity/integrity.ts";
import { listCommand } from "./list.ts";
import { benchPrepareCommand } from "./prepare.ts";
import { benchReportCommand } from "./report.ts";
import { benchRunCommand } from "./run.ts";

/** `mle-star bench`: batches of runs over many competitions, MLE-bench's among them. */
export function benchCommand() {
  return new Command("bench")
    .description(
      "Run batches over many competitions, those of MLE-bench or your own, and grade them.",
    )
    .addCommand(benchPrepareCommand())
    .addCommand(benchImportCommand())
    .addCommand(listCommand())
    .addCommand(benchRunCommand())
    .addCommand(benchGradeCommand())
    .addCommand(benchIntegrityCommand())
    .addCommand(benchReportCommand())
    .addCommand(benchExportCommand());
}
