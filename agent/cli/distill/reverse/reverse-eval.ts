import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { UserError } from "../../../../runs/errors.ts";
import { readJsonLines } from "../../../../runs/record/json-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import type { EngineName } from "../../../../sandbox/contract.ts";
import { DevTask, PROBES, TASKS } from "../../../distill/reverse/dev-tasks.ts";
import {
  evaluated,
  type ReverseEvaluation,
  type Worth,
  worthOf,
} from "../../../distill/reverse/reverse-eval.ts";
import type { Row } from "../../../distill/row.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { table } from "../../terminal/table.ts";
import { askOne } from "../eval/ask-model.ts";
import { estimateText } from "../eval/estimate-text.ts";
import { count } from "../option-values.ts";
import { readTraining } from "../train/training-folder.ts";
import { readDataSet } from "../train/training-run.ts";
import { type Executor, openExecutor, runsBelow } from "./executor.ts";

/** Tokens of an answer at most: a patch with its cause, or a short script. */
const MAX_TOKENS = 512;
const SECONDS = 120;
/** A class and the end of the answer. */
const PROBE_TOKENS = 16;

/** `mle-star distill reverse eval`: a trained model beside its base, others and the teacher, on the tasks of dev. */
export function reverseEvalCommand(context: CommandContext) {
  return new Command("eval")
    .description("ask a trained model the tasks of dev; what it mends is run")
    .argument("[folder]", "what distill reverse train wrote", "adapters/debugger")
    .option("--data <folder>", "what `distill reverse data` wrote", "distill/reverse")
    .option(
      "--beside <folders...>",
      "other trained models to stand beside it, such as the baseline",
    )
    .option("--from <folder>", "folder of the runs that the data are from", "runs")
    .addOption(
      new Option("--sandbox <engine>", "what runs scripts")
        .choices(["auto", "docker", "podman", "bwrap", "process"] as const)
        .default("auto" as const),
    )
    .option("--seconds <n>", "of one execution at most", count, SECONDS)
    .option("--max-tokens <n>", "tokens of an answer at most", count, MAX_TOKENS)
    .option("--limit <n>", "tasks at most, drawn by their ids: always the same ones", count)
    .option("--json", "print data instead of text", false)
    .action(async (name, options) => {
      const progress = openProgress(process.stderr, options.json);
      try {
        const wanted = { ...options, folders: [name, ...(options.beside ?? [])] };
        const found = await evaluateReverse(wanted, context.cwd, progress.line);
        context.write(options.json ? `${JSON.stringify(found)}\n` : foundText(found));
      } finally {
        progress.close();
      }
    });
}

export type EvalOptions = {
  /** Trained models, the one that is judged first. */
  folders: readonly string[];
  data: string;
  from: string;
  sandbox: "auto" | EngineName;
  seconds: number;
  maxTokens: number;
  limit?: number | undefined;
};

type Evaluated = ReverseEvaluation & {
  /** Share of the probes that each answered right; null: there are none. */
  probes: { count: number; right: { who: string; share: number }[] } | null;
};

/** Asks, runs and compares; nothing is asked or run twice. */
export async function evaluateReverse(
  options: EvalOptions,
  cwd: string,
  report: (line: string) => void,
): Promise<Evaluated> {
  const { from, sandbox, seconds } = options;
  const { folder } = await readDataSet(resolve(cwd, options.data));
  const all = (await linesOf(join(folder, TASKS))).map((line) => DevTask.parse(line));
  const tasks = drawn(all, options.limit ?? all.length);
  const [first] = tasks;
  if (first === undefined)
    throw new UserError(`${folder} has no task for dev: more runs, or another --dev-share`);
  const probes = ((await linesOf(join(folder, PROBES))) as Row[]).slice(0, options.limit);
  const who = await studentsOf(options.folders, cwd);
  const runs = await runsBelow(resolve(cwd, from));
  await using executor = await openExecutor({
    find: runs.find,
    file: join(folder, "executions.jsonl"),
    sandbox,
    seconds,
    report,
    trustedCode: false,
  });
  const answered: { who: string; worths: Worth[] }[] = [];
  const right: { who: string; share: number }[] = [];
  for (const student of who) {
    const asking = { ...student, cwd, report };
    const asked = tasks.map(({ id, question }) => ({ id, messages: question }));
    const answers = await askOne(asked, { ...asking, maxTokens: options.maxTokens });
    const worths = await worthsOf(tasks, answers, executor);
    answered.push({ who: student.who, worths });
    if (probes.length > 0) right.push(await probed(probes, asking));
  }
  answered.push({ who: "teacher", worths: await worthsOf(tasks, knownOf(tasks), executor) });
  const found = evaluated(first.role, tasks, answered);
  return { ...found, probes: probes.length === 0 ? null : { count: probes.length, right } };
}

type Student = { who: string; model: string; folder: string; file: string };

/** The trained models, then their base. */
async function studentsOf(names: readonly string[], cwd: string): Promise<Student[]> {
  const students: Student[] = [];
  let base: Student | null = null;
  for (const name of names) {
    const folder = resolve(cwd, name);
    const record = await readTraining(folder);
    if (record?.result == null)
      throw new UserError(
        `${name} holds no model that was trained to its end: distill reverse train`,
      );
    const file = join(folder, "eval", "answers.jsonl");
    const model = `trained ${sha256(JSON.stringify(record)).slice(0, 16)}`;
    students.push({ who: names.length === 1 ? "trained" : basename(folder), model, folder, file });
    const { base: under } = record.settings;
    base ??= { who: "base", model: `base ${under}`, folder: under, file };
  }
  return base === null ? students : [...students, base];
}

async function worthsOf(
  tasks: readonly DevTask[],
  answers: ReadonlyMap<string, string>,
  executor: Executor,
): Promise<Worth[]> {
  const worths: Worth[] = [];
  for (const task of tasks) {
    const run = async (code: string) => (await executor.run(task, code)).isDone;
    worths.push(await worthOf(task, answers.get(task.id) ?? "", run));
  }
  return worths;
}

/** What the teacher knew, as answers. */
function knownOf(tasks: readonly DevTask[]): Map<string, string> {
  return new Map(
    tasks.map(({ id, role, known }) => {
      if (role === "debugger") return [id, known === null ? "" : `\`\`\`python\n${known}\n\`\`\``];
      const verdict = { leaky: known !== null, block: known ?? "", why: "" };
      return [id, role === "leakage" ? JSON.stringify(verdict) : (known ?? "")];
    }),
  );
}

async function probed(
  probes: readonly Row[],
  { who, ...asking }: Student & { cwd: string; report: (line: string) => void },
): Promise<{ who: string; share: number }> {
  const asked = probes.map(({ id, parts }) => ({
    id,
    messages: (parts[0]?.messages ?? []).slice(0, -1),
  }));
  const answers = await askOne(asked, { ...asking, maxTokens: PROBE_TOKENS });
  const isRight = ({ id, parts }: Row): boolean => {
    const truth = parts[0]?.messages.at(-1)?.content ?? "";
    return /[\w.]+/u.exec(answers.get(id) ?? "")?.[0] === truth;
  };
  return { who, share: probes.filter(isRight).length / probes.length };
}

/** So many of the tasks, of all competitions: fewer are a part of more. */
function drawn(tasks: readonly DevTask[], most: number): DevTask[] {
  const place = new Map(tasks.map(({ id }) => [id, sha256(id)]));
  const order = ({ id }: DevTask): string => place.get(id) ?? "";
  return [...tasks].sort((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, most);
}

async function linesOf(file: string): Promise<unknown[]> {
  if (!existsSync(file)) throw new UserError(`${file} is not there: make the data set again`);
  return readJsonLines(file);
}

const RIGHT = {
  debugger: "mended (runs and writes a submission of the expected form)",
  leakage: "right (verdict and, where there is a leak, a line of it)",
  ablation: "right (names the most important block first)",
} as const;

/** What was found, for people. */
export function foundText({ role, tasks, competitions, scores, ...found }: Evaluated): string {
  const rows = scores.map(({ who, read, right }) => [who, estimateText(read), estimateText(right)]);
  const { probes } = found;
  const probeRows =
    probes?.right.map(({ who, share }) => `  ${who}: ${(100 * share).toFixed(0)} %`) ?? [];
  return `${[
    `${tasks} tasks of ${competitions} competitions for dev; 95 % intervals, competitions drawn anew`,
    ...table([["", "read", "right at the first try"], ...rows]),
    ...found.differences.map(
      ({ minus, difference }) =>
        `right, ${scores[0]?.who} minus ${minus}: ${estimateText(difference)}`,
    ),
    `right: ${RIGHT[role]}`,
    ...(probes === null ? [] : [`${probes.count} probes, answered right:`, ...probeRows]),
  ].join("\n")}\n`;
}
