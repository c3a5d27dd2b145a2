import { Command, CommanderError } from "@commander-js/extra-typings";
import { doctorCommand } from "./doctor.ts";
import { exitCodes, reportFailure } from "./failures.ts";
import { gradeCommand } from "./grade.ts";
import { initCommand } from "./init.ts";
import { runCommand } from "./run.ts";
import { runsCommand } from "./runs.ts";
import { toolVersion } from "./version.ts";

/** The program: one sub-command per file. Returns the exit code; prints errors itself. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("mle-star")
    .description(
      "Autonomous machine-learning engineer: from a competition folder to a valid submission.",
    )
    .version(await toolVersion())
    .showHelpAfterError("(mle-star --help lists the commands)");
  for (const command of [
    runCommand(),
    initCommand(),
    gradeCommand(),
    runsCommand(),
    doctorCommand(),
  ])
    program.addCommand(command);
  overrideExit(program);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return reportFailure(error, argv.includes("--json"));
  }
}

/** Commander would exit by itself with 1; a usage error is 2 here, in sub-commands too. */
function overrideExit(command: { exitOverride(): unknown; commands: readonly unknown[] }): void {
  command.exitOverride();
  for (const child of command.commands) overrideExit(child as typeof command);
}

process.exitCode = await main(process.argv.slice(2));
