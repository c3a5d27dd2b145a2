import { join, resolve } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { UserError } from "../../../../runs/errors.ts";
import { PROMPTS } from "../../../distill/asked.ts";
import { sift, writeDataSet } from "../../../distill/data-set.ts";
import { devTask, PROBES, TASKS } from "../../../distill/reverse/dev-tasks.ts";
import { askedAs, taughtRow } from "../../../distill/reverse/reverse-rows.ts";
import { ruleTeacher } from "../../../distill/reverse/rule-teacher.ts";
import { REVERSE_ROLES, type ReverseTask, type Teacher } from "../../../distill/reverse/task.ts";
import type { Judged, Row } from "../../../distill/row.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { dataCommand, devShareOf, madeText } from "../data-options.ts";
import { count, countFromZero } from "../option-values.ts";
import { rowText } from "../plan-data.ts";
import { openTeacher } from "./ask-teacher.ts";
import { type Executor, openExecutor, runsBelow } from "./executor.ts";
import { openChecks, probesFor, readTasks } from "./tasks.ts";

/** Of one execution: scripts that take longer are no examples for a small model. */
const SECONDS = 120;

function optionsOf() {
  return dataCommand(
    "make the data set from runs: answers, questions back and their answers, filtered",
    "distill/reverse",
  )
    .requiredOption("--role <role>", `which role: ${REVERSE_ROLES.join(", ")}`)
    .option(
      "--teacher <model>",
      "rules: a rule-based teacher without a language model; else a model as --model of run names it",
      "rules",
    )
    .option("--base-url <address>", "of the teacher")
    .addOption(
      new Option(
        "--consistency <how>",
        "exec: the described bug is put back and run; llm: the teacher judges",
      )
        .choices(["exec", "llm"] as const)
        .default("exec" as const),
    )
    .option(
      "--bugs <n>",
      "debugger: bugs planted into each script that ran, one of a kind",
      countFromZero,
      4,
    )
    .option(
      "--probes <n>",
      "debugger: counterfactuals about each mended script, answered by running them",
      countFromZero,
      0,
    )
    .addOption(
      new Option(
        "--prompt <form>",
        "short: the script and what happened; full: as any model is asked",
      )
        .choices(PROMPTS)
        .default("short" as const),
    )
    .addOption(
      new Option("--sandbox <engine>", "what runs scripts")
        .choices(["auto", "docker", "podman", "bwrap", "process"] as const)
        .default("auto" as const),
    )
    .option("--seconds <n>", "of one execution at most", count, SECONDS);
}

type Options = ReturnType<ReturnType<typeof optionsOf>["opts"]>;

/** `mle-star distill reverse data`: the rows of RevThink (arXiv 2411.19865) for roles whose tasks have an inverse. */
export function reverseDataCommand(context: CommandContext) {
  return optionsOf().action(async (options) => {
    const progress = openProgress(process.stderr, options.json);
    try {
      const made = await makeReverseData(options, context, progress.line);
      const text = options.json ? `${JSON.stringify(made)}\n` : madeText(made, rowText);
      context.write(text);
    } finally {
      progress.close();
    }
  });
}

async function makeReverseData(
  options: Options,
  context: CommandContext,
  report: (line: string) => void,
) {
  const { from, teacher: named, prompt, consistency, bugs, probes, seconds, license } = options;
  const role = REVERSE_ROLES.find((each) => each === options.role);
  if (role === undefined)
    throw new UserError(`--role ${options.role}: expected ${REVERSE_ROLES.join(", ")}`);
  if (consistency === "llm" && named === "rules")
    throw new UserError("--consistency llm: rules cannot judge; name a model with --teacher");
  const folder = resolve(context.cwd, options.out);
  const runsDir = resolve(context.cwd, from);
  const devShare = devShareOf(options);
  const runs = await runsBelow(runsDir);
  await using executor = await openExecutor({
    find: runs.find,
    file: join(folder, "executions.jsonl"),
    sandbox: options.sandbox,
    seconds,
    report,
    trustedCode: named === "rules",
  });
  const teacher: Teacher =
    named === "rules"
      ? ruleTeacher
      : await openTeacher({
          name: named,
          baseUrl: options.baseUrl ?? null,
          runsDir,
          file: join(folder, "teacher.jsonl"),
          briefOf: runs.briefOf,
        });
  const source = { from, splits: options.splits, devShare };
  const wanted = { role, bugs, licenses: license, report };
  const found = await readTasks(source, wanted, { context, executor });
  const checks = await openChecks(executor, consistency === "llm" ? teacher : null);
  const asked = askedAs(role, prompt);
  const judged: Judged[] = [...found.dropped];
  for (const [place, task] of found.tasks.entries()) {
    judged.push(await taughtRow(task, teacher, { checks, asked }));
    report(`task ${place + 1} of ${found.tasks.length}; ${executor.count} executions`);
  }
  const probed = await probeRows(found.tasks, probes, executor);
  const sifted = sift([...judged, ...probed.map((row) => ({ row }))]);
  const about = {
    kind: "reverse",
    options: {
      role,
      teacher: teacher.name,
      consistency,
      bugs,
      probes,
      prompt,
      devShare,
      licenses: Object.fromEntries([...license].sort()),
    },
    asked,
    runsLeftOut: found.runsLeftOut,
  };
  const sorted = [...found.tasks].sort((a, b) => (a.id < b.id ? -1 : 1));
  const manifest = await writeDataSet(folder, sifted, about, {
    [TASKS]: sorted.filter(({ split }) => split === "dev").map(devTask),
    [PROBES]: probed.filter(({ split }) => split === "dev"),
  });
  const shown = sifted.rows.slice(0, options.show ?? 0);
  return { folder, ...manifest, passedOver: found.passedOver, shown };
}

async function probeRows(
  tasks: readonly ReverseTask[],
  probes: number,
  executor: Executor,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const task of tasks)
    if (task.role === "debugger") rows.push(...(await probesFor(task, probes, executor)));
  return rows;
}
