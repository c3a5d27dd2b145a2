import { Command } from "@commander-js/extra-typings";
import { alarmsCommand, costsCommand } from "./alarms/commands.ts";
import { measureDecisions, PARTS } from "./decisions/decisions.ts";
import { distillCommand, distillToolsCommand } from "./distill/commands.ts";
import { distillSkdCommand } from "./distill/skd/command.ts";
import { measureBatch } from "./machine/batch.ts";
import { measureDeadlines } from "./machine/deadlines.ts";
import { measureLarge } from "./machine/large.ts";
import { measureOverhead } from "./machine/overhead.ts";
import { measureParsers } from "./machine/parsers.ts";
import { measureResume } from "./machine/resume.ts";
import { measureSandbox } from "./machine/sandbox.ts";
import { measureView } from "./machine/view.ts";
import { memoryCommand } from "./memory/command.ts";
import { ARMS, measureModel } from "./model/model.ts";
import { count } from "./options.ts";
import { measurePolicies } from "./policies.ts";
import { RUN_POLICIES } from "./policy-runs.ts";
import { measureRetrieval } from "./retrieval.ts";
import { measureFloors } from "./scores/floors.ts";
import { playbookScripts } from "./scores/playbook-scripts.ts";
import { measureQuality } from "./scores/quality.ts";
import { measureTrust } from "./scores/trust.ts";
import { swarmCommand } from "./swarm/command.ts";
import { measureTeams } from "./teams/teams.ts";
import { type Report, reportText } from "./timing.ts";
import { measureTokens } from "./tokens.ts";

/** `npm run measure -- <name>`: run by hand; prints what it saw beside the goal and judges nothing. */
const program = new Command("measure")
  .description("Measurements of mle-star. Each prints a table, or one object with --json.")
  .showHelpAfterError();

program
  .command("quality")
  .description(
    "the playbook, default LightGBM, FLAML and recipes by hand on every competition that is built and on made-up ones",
  )
  .option("--only <ids>", "competitions, separated by commas")
  .option("--made <n>", "made-up competitions of each kind (made-plain-0, ...), 5 at most", "5")
  .option(
    "--folder <path>",
    "only competitions in this folder, answers beside each in <name>-answers.csv",
  )
  .option("--seeds <n>", "seeds per competition", "3")
  .option("--effort <preset>", "preset of the runs", "quick")
  .option("--results <file>", "where results are kept; what is there is not done again")
  .option("--json", "one JSON object on standard output")
  .action(async ({ only, made, folder, seeds, effort, results, json }) =>
    print(
      await measureQuality({
        only: only?.split(",") ?? null,
        made: count(made),
        folder: folder ?? null,
        seeds: count(seeds),
        effort,
        results: results ?? null,
      }),
      json,
    ),
  );

program
  .command("decisions")
  .description(
    "what the rules of acceptance are worth: simulated, and on runs graded on hidden answers",
  )
  .option("--parts <names>", "rules, optimism, clock, runs, separated by commas", PARTS.join(","))
  .option("--tracks <n>", "simulated tracks", "1000")
  .option("--only <ids>", "competitions of the runs, separated by commas")
  .option("--made <n>", "made-up competitions of each kind for the runs, from 0 on", "0")
  .option("--time-limit <s>", "seconds of a run; without it those of quick")
  .option("--executions <n>", "executions of a run; without it as many as fit its time")
  .option("--rules <names>", "rules of acceptance that runs are made with", "expected,noise,strict")
  .option("--seeds <n>", "seeds per competition and rule", "1")
  .option("--folder <path>", "where runs and grades are kept; what is there is not made again")
  .option("--json", "one JSON object on standard output")
  .action(async ({ parts, tracks, only, made, rules, seeds, folder, json, ...limits }) =>
    print(
      await measureDecisions({
        parts: PARTS.filter((part) => parts.split(",").includes(part)),
        tracks: count(tracks),
        only: only?.split(",") ?? null,
        made: Number(made),
        timeLimit: limits.timeLimit === undefined ? null : count(limits.timeLimit),
        executions: limits.executions === undefined ? null : count(limits.executions),
        rules: rules.split(","),
        seeds: count(seeds),
        folder: folder ?? null,
      }),
      json,
    ),
  );

program
  .command("policies")
  .description(
    "refinement policies in a made-up world of slots, at equal calls; and on shipped competitions, at equal executions",
  )
  .option("--seeds <n>", "seeds of the made-up world", "200")
  .option("--round <n>", "attempts a round", "3")
  .option("--shipped <ids>", "shipped competitions to run besides, separated by commas", "")
  .option("--policies <names>", "policies of those runs", RUN_POLICIES.join(","))
  .option("--runs <n>", "seeds of those runs", "3")
  .option("--rows <n>", "rows that train in such a run", "1000")
  .option("--executions <n>", "executions of such a run", "30")
  .option("--results <file>", "where those runs are kept; what is there is not made again")
  .option("--json", "one JSON object on standard output")
  .action(async ({ seeds, round, shipped, policies, json, ...runs }) =>
    print(
      await measurePolicies({
        seeds: count(seeds),
        round: count(round),
        shipped: shipped === "" ? [] : shipped.split(","),
        policies: RUN_POLICIES.filter((each) => policies.split(",").includes(each)),
        runs: count(runs.runs),
        rows: count(runs.rows),
        executions: count(runs.executions),
        results: runs.results ?? null,
      }),
      json,
    ),
  );

program
  .command("overhead")
  .description("share of a run outside model and sandbox, and makespan over critical path")
  .option("--competition <id>", "competition of the real run", "cluster-job-class")
  .option("--effort <preset>", "preset of the real run", "quick")
  .option("--run <folder>", "look at this run instead of making one")
  .option("--model-seconds <s>", "mean simulated seconds of a model call", "1")
  .option("--script-seconds <s>", "mean simulated seconds of a script", "2")
  .option("--json", "one JSON object on standard output")
  .action(async ({ competition, effort, run, modelSeconds, scriptSeconds, json }) =>
    print(
      await measureOverhead({
        competition,
        effort,
        run: run ?? null,
        modelSeconds: Number(modelSeconds),
        scriptSeconds: Number(scriptSeconds),
      }),
      json,
    ),
  );

program
  .command("sandbox")
  .description("what each engine adds to an execution, over bare python")
  .option("--repeats <n>", "executions to take the median of", "20")
  .option("--json", "one JSON object on standard output")
  .action(async ({ repeats, json }) =>
    print(await measureSandbox({ repeats: count(repeats) }), json),
  );

program
  .command("view")
  .description("frame times of a run's page in a real Chromium, while a long journal comes at once")
  .option("--events <n>", "events of the journal", "10000")
  .option("--json", "one JSON object on standard output")
  .action(async ({ events, json }) => print(await measureView({ events: count(events) }), json));

program
  .command("resume")
  .description("a long journal to its frontier, in-process and as the program")
  .option("--steps <n>", "steps in the journal", "1000")
  .option("--repeats <n>", "sessions to take the median of", "3")
  .option("--json", "one JSON object on standard output")
  .action(async ({ steps, repeats, json }) =>
    print(await measureResume({ steps: count(steps), repeats: count(repeats) }), json),
  );

program
  .command("retrieval")
  .description("whether the shipped catalogue tells of the families that made-up tasks want")
  .option("--json", "one JSON object on standard output")
  .action(async ({ json }) => print(await measureRetrieval(), json));

program
  .command("tokens")
  .description("calls and tokens of whole runs by preset, beside the published code's counts")
  .option("--competition <id>", "whose brief is used", "birdstrike-damage")
  .option("--script-chars <n>", "characters of a script", "5000")
  .option("--script-seconds <s>", "seconds of an execution", "60")
  .option("--json", "one JSON object on standard output")
  .action(async ({ competition, scriptChars, scriptSeconds, json }) =>
    print(
      await measureTokens({
        competition,
        scriptChars: count(scriptChars),
        scriptSeconds: Number(scriptSeconds),
      }),
      json,
    ),
  );

program
  .command("model")
  .description("mle-star, its native driver and AIDE behind one model, each with as many calls")
  .requiredOption("--base-url <address>", "address of the model's service")
  .requiredOption("--model <name>", "anthropic:<model> or openai:<model>")
  .requiredOption("--on <list>", "ids, or folders with <folder>-answers.csv beside them, by commas")
  .option("--arms <names>", "mle-star, native, aide", "mle-star,aide")
  .option("--calls <n>", "answered calls of each", "35")
  .option("--minutes <n>", "wall clock of each", "20")
  .option("--seeds <n>", "seeds per competition", "1")
  .option("--effort <preset>", "preset of mle-star", "quick")
  .option("--results <file>", "where results are kept; what is there is not done again")
  .option("--json", "one JSON object on standard output")
  .action(async ({ on, arms, calls, minutes, seeds, results, json, ...rest }) =>
    print(
      await measureModel({
        ...rest,
        on: on.split(","),
        arms: ARMS.filter((arm) => arms.split(",").includes(arm)),
        calls: count(calls),
        minutes: count(minutes),
        seeds: count(seeds),
        results: results ?? null,
      }),
      json,
    ),
  );

program
  .command("teams")
  .description(
    "quality against tokens of policies for several models in one role: simulated, and on recorded calls",
  )
  .option("--items <n>", "questions with a known right answer", "1000")
  .option(
    "--record <pairs>",
    "ask the models of local-model.sh about so many pairs of the cheat zoo anew",
  )
  .option("--json", "one JSON object on standard output")
  .action(async ({ items, record, json }) => {
    const pairs = record === undefined ? null : count(record);
    print(await measureTeams({ items: count(items), pairs }), json);
  });

program
  .command("trust")
  .description(
    "coverage of intervals, false gains and power, selection bias removed, changes that verify finds",
  )
  .option("--competitions <n>", "simulated competitions", "300")
  .option("--tracks <n>", "simulated tracks of tries", "200")
  .option("--json", "one JSON object on standard output")
  .action(async ({ competitions, tracks, json }) =>
    print(await measureTrust({ competitions: count(competitions), tracks: count(tracks) }), json),
  );

program.addCommand(memoryCommand(print));
program.addCommand(alarmsCommand(print));
program.addCommand(costsCommand(print));
program.addCommand(distillCommand(print));
program.addCommand(distillToolsCommand(print));
program.addCommand(distillSkdCommand(print));
program.addCommand(swarmCommand(print));

program
  .command("deadlines")
  .description("how far a run goes past its time limit when a model, a search, Python … is silent")
  .option("--limit <s>", "the time limit of each run", "20")
  .option("--json", "one JSON object on standard output")
  .action(async ({ limit, json }) => print(await measureDeadlines({ limit: count(limit) }), json));

program
  .command("large")
  .description("set-up and first submission on a long and on a wide table: seconds and memory")
  .option("--results <file>", "where results are kept; what is there is not done again")
  .option("--json", "one JSON object on standard output")
  .action(async ({ results, json }) =>
    print(await measureLarge({ results: results ?? null }), json),
  );

program
  .command("parsers")
  .description("seconds that the readers of replies and pages take for hostile ones")
  .option("--megabytes <n>", "length of each", "10")
  .option("--json", "one JSON object on standard output")
  .action(async ({ megabytes, json }) =>
    print(await measureParsers({ megabytes: count(megabytes) }), json),
  );

program
  .command("batch")
  .description(
    "a batch of jobs that do nothing: memory and CPU of looking after them, and finding it again",
  )
  .option("--jobs <n>", "jobs, three seeds of each competition", "225")
  .option("--json", "one JSON object on standard output")
  .action(async ({ jobs, json }) => print(await measureBatch({ jobs: count(jobs) }), json));

program
  .command("scripts")
  .description("what scripts of the playbook score on a competition's hidden answers, one by one")
  .argument("<competition>", "id of a competition that is built")
  .argument("[families]", "model families to merge into one script, joined by +")
  .argument("[recipes]", "recipes to write below the features: /recipe+recipe")
  .option(
    "--seconds <n>",
    "limit of an execution that they are written for; their clock is then that of one core",
  )
  .action((competition, families, recipes, { seconds }) =>
    playbookScripts(competition, families ?? "", recipes ?? "", seconds ?? null),
  );

program
  .command("floors")
  .description("what a default LightGBM reaches on the cases of test/end-to-end/data/cases.test.ts")
  .action(measureFloors);

function print(report: Report, json: true | undefined): void {
  const text = json === true ? `${JSON.stringify(report.data)}\n` : reportText(report);
  process.stdout.write(text);
}

/** Cut off, a measurement ends what it started; nobody may read any more what it says. */
function endWithSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(1));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(1);
      throw error;
    });
  }
}

endWithSignals();
await program.parseAsync();
