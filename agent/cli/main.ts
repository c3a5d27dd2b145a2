import { Command, CommanderError } from "@commander-js/extra-typings";
import { toolVersion } from "./environment.ts";
import { exitCodes, reportAsJson, reportFailure } from "./failures.ts";

/** A sub-command: loaded when it is asked for, so that help and small commands need not wait for what `run` is made of. */
type Entry = { name: string; summary: string; load(): Promise<object> };

const entries: readonly Entry[] = [
  {
    name: "run",
    summary: "solve a competition; the same command again resumes an unfinished run",
    load: async () => (await import("./run.ts")).runCommand(),
  },
  {
    name: "init",
    summary: "make a competition of a folder of tables",
    load: async () => (await import("./init.ts")).initCommand(),
  },
  {
    name: "grade",
    summary: "score a submission against the hidden answers",
    load: async () => (await import("./grade.ts")).gradeCommand(),
  },
  {
    name: "runs",
    summary: "look at finished and running runs: list, show, cost, log, diff, open, bundle",
    load: async () => (await import("./runs/runs.ts")).runsCommand(),
  },
  {
    name: "verify",
    summary: "recompute a run's scores and hashes, and say what differs",
    load: async () => (await import("./verify/verify.ts")).verifyCommand(),
  },
  {
    name: "cache",
    summary: "pretrained weights that scripts may load without a network: add, list, remove",
    load: async () => (await import("./cache.ts")).cacheCommand(),
  },
  {
    name: "search",
    summary: "try the places where models are searched: test",
    load: async () => (await import("./search.ts")).searchCommand(),
  },
  {
    name: "image",
    summary: "build an image ahead of need: cpu, gpu, agent",
    load: async () => (await import("./image.ts")).imageCommand(),
  },
  {
    name: "models",
    summary: "what the configured models can do: check",
    load: async () => (await import("./models/models.ts")).modelsCommand(),
  },
  {
    name: "doctor",
    summary: "check what this machine has and lacks",
    load: async () => (await import("./doctor/doctor.ts")).doctorCommand(),
  },
];

/** The program: one sub-command per file. Returns the exit code; prints errors itself. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("mle-star")
    .description(
      "Autonomous machine-learning engineer: from a competition folder to a valid submission.",
    )
    .version(await toolVersion())
    .addHelpText("after", `\n${EXAMPLES}`);
  // The first word that is a command's name: `help run` needs run as well.
  const word = argv.find((each) => entries.some(({ name }) => name === each));
  const asked = entries.find(({ name }) => name === word);
  for (const entry of entries) {
    const command = entry === asked ? await entry.load() : new Command(entry.name);
    if (command instanceof Command) program.addCommand(command.summary(entry.summary));
  }
  overrideExit(program);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : exitCodes.ok;
  } catch (error) {
    const json = argv.includes("--json");
    if (!(error instanceof CommanderError)) return reportFailure(error, json);
    if (error.exitCode === 0) return exitCodes.ok;
    // Commander has written its line to standard error.
    if (json) reportAsJson(exitCodes.usage, error.message);
    return exitCodes.usage;
  }
}

const EXAMPLES = `Examples:
  mle-star run cluster-job-class --quick    a shipped competition, in minutes
  mle-star run my-folder                    your own train.csv, test.csv, sample_submission.csv
  mle-star runs show                        the newest run: scores and its tree of attempts

\`mle-star <command> --help\` tells the options of a command.`;

/**
 * Commander would exit by itself with 1; a usage error is 2 here, in sub-commands too, and one line, with what
 * was meant behind it.
 */
function overrideExit(command: Overridable): void {
  command.exitOverride();
  command.configureOutput({
    outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")}\n`),
  });
  for (const child of command.commands) overrideExit(child);
}

/** Commands of all options and arguments alike. */
type Overridable = {
  exitOverride(): unknown;
  configureOutput(output: {
    outputError(text: string, write: (text: string) => void): void;
  }): unknown;
  readonly commands: readonly Overridable[];
};

process.exitCode = await main(process.argv.slice(2));
