import { Command, CommanderError } from "@commander-js/extra-typings";
import { toolVersion } from "./environment.ts";
import { helpCommand } from "./help/help.ts";
import { exitCodes, reportAsJson, reportFailure } from "./terminal/failures.ts";

/** A sub-command: loaded on demand, so that help and small commands start fast. */
type Entry = { name: string; summary: string; load(): Promise<object> };

const entries: readonly Entry[] = [
  {
    name: "run",
    summary: "solve a competition; repeat the command to resume an unfinished run",
    load: async () => (await import("./run.ts")).runCommand(),
  },
  {
    name: "plan",
    summary: "plan the next change of a competition and vet the plans, without running anything",
    load: async () => (await import("./plan/plan.ts")).planCommand(),
  },
  {
    name: "finish",
    summary: "end a paused run for good, with the best it has",
    load: async () => (await import("./finish.ts")).finishCommand(),
  },
  {
    name: "init",
    summary: "make a competition from a folder of tables",
    load: async () => (await import("./init.ts")).initCommand(),
  },
  {
    name: "grade",
    summary: "score a submission against the hidden answers",
    load: async () => (await import("./grade.ts")).gradeCommand(),
  },
  {
    name: "runs",
    summary: "inspect runs: list, show, cost, log, diff, open, bundle, report, export",
    load: async () => (await import("./runs/runs.ts")).runsCommand(),
  },
  {
    name: "memory",
    summary:
      "what earlier runs left to learn from: list, show, search, stats, reflect, forget, train, export",
    load: async () => (await import("./memory/memory.ts")).memoryCommand(),
  },
  {
    name: "distill",
    summary: "small models that learn from runs: plan, reverse, tools, skd",
    load: async () => (await import("./distill/distill.ts")).distillCommand(),
  },
  {
    name: "swarm",
    summary: "graphs of models that play the roles together: optimize",
    load: async () => (await import("./swarm/swarm.ts")).swarmCommand(),
  },
  {
    name: "bench",
    summary:
      "batches over MLE-bench or your own competitions: prepare, import, list, run, grade, report",
    load: async () => (await import("./bench/bench.ts")).benchCommand(),
  },
  {
    name: "view",
    summary: "look at all runs in the browser, also while they are at work",
    load: async () => (await import("./view.ts")).viewCommand(),
  },
  {
    name: "verify",
    summary: "recompute the scores and hashes of a run and report differences",
    load: async () => (await import("./verify/verify.ts")).verifyCommand(),
  },
  {
    name: "predict",
    summary: "predict new rows with what made the submission of a run",
    load: async () => (await import("./predict/predict.ts")).predictCommand(),
  },
  {
    name: "submit",
    summary: "submit what a run made to Kaggle, after a yes",
    load: async () => (await import("./kaggle/submit.ts")).submitCommand(),
  },
  {
    name: "cache",
    summary: "manage pretrained weights for scripts: add, list, remove",
    load: async () => (await import("./cache.ts")).cacheCommand(),
  },
  {
    name: "search",
    summary: "test the search providers: test",
    load: async () => (await import("./search.ts")).searchCommand(),
  },
  {
    name: "image",
    summary: "build a container image: cpu, gpu, agent",
    load: async () => (await import("./image.ts")).imageCommand(),
  },
  {
    name: "models",
    summary: "test, compare, serve and merge models: check, route-report, serve-local, merge",
    load: async () => (await import("./models/models.ts")).modelsCommand(),
  },
  {
    name: "doctor",
    summary: "check this machine",
    load: async () => (await import("./doctor/doctor.ts")).doctorCommand(),
  },
  {
    name: "completion",
    summary: "print a completion script: bash, zsh, fish",
    load: async () =>
      (await import("./completion.ts")).completionCommand(() => programWith(() => true)),
  },
];

const EXIT_MS = 500;

/** The program: one sub-command per file. Returns the exit code; prints errors itself. */
async function main(argv: readonly string[]): Promise<number> {
  // The first word that is a command's name: `help run` needs run as well.
  const word = argv.find((each) => entries.some(({ name }) => name === each));
  const program = await programWith(({ name }) => name === word);
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

/** The program with its commands: those that are wanted with all that they have, the others by name. */
async function programWith(isWanted: (entry: Entry) => boolean) {
  const program = new Command("mle-star")
    .description(
      "Autonomous machine-learning engineer: from a competition folder to a valid submission.",
    )
    .version(await toolVersion())
    .addHelpText("after", `\n${EXAMPLES}`)
    .helpCommand(false);
  for (const entry of entries) {
    const command = isWanted(entry) ? await entry.load() : new Command(entry.name);
    if (command instanceof Command) program.addCommand(command.summary(entry.summary));
  }
  program.addCommand(helpCommand(program));
  return program;
}

const EXAMPLES = `Examples:
  mle-star run cluster-job-class --quick    a shipped competition, in minutes
  mle-star run my-folder                    your own train.csv, test.csv, sample_submission.csv
  mle-star runs show                        the newest run: scores and its tree of attempts

\`mle-star <command> --help\` lists the options of a command.`;

/**
 * Commander would exit by itself with 1; a usage error is 2 here, in sub-commands too, in one line with
 * the suggestion.
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

/** Nobody reads any more, as behind `| head`: what is being done goes on all the same. */
function letReadersGo(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

letReadersGo();
process.exitCode = await main(process.argv.slice(2));
// What was left to itself since it hangs must not hold the program; it ends by itself where nothing does.
setTimeout(() => process.exit(), EXIT_MS).unref();
