import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { listRuns, runFiles } from "../../../runs/record/folder.ts";
import { ended, lastJson, startProgram } from "../program.ts";
import type { Report } from "../timing.ts";
import { startScriptedTeacher } from "./scripted-teacher.ts";
import { type Made, writeGenerated } from "./tables.ts";

export type DistillOptions = {
  /** Generated competitions to train on, and others to evaluate on. */
  train: number;
  dev: number;
  /** Which students: `debugger` and `planner`. */
  parts: readonly Part[];
  /** Weights of the student. */
  base: string;
  /** Bugs planted into each script that ran. */
  bugs: number;
  epochs: number;
  /** Rows of a step, and rows of dev at most that a dev loss is measured on. */
  batch: number;
  devRows: number;
  shares: string;
  /** Tasks of dev at most; null: all. */
  limit: number | null;
  sandbox: string;
  /** Where all of it is kept: what is there is not done again. */
  folder: string;
};

export const PARTS = ["debugger", "planner"] as const;
type Part = (typeof PARTS)[number];

/** The first competitions are trained on, those that follow evaluated on. */
const FIRST = 1;
/** Of a short prompt and its answer: the longest of the short scripts have half as many. */
const MAX_LENGTH = 2048;
const ANSWER_TOKENS = 352;
/** Half the rank and more than twice the learning rate of the defaults: few steps fit in a sitting. */
const SMALL = ["--rank", "16", "--alpha", "32", "--learning-rate", "5e-4"];

const Estimate = z.object({
  mean: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
});
type Estimate = z.infer<typeof Estimate>;
const Score = z.looseObject({ who: z.string(), read: Estimate });
const Point = z.looseObject({
  share: z.number(),
  found: z.looseObject({
    tasks: z.number(),
    competitions: z.number(),
    scores: z.array(Score.extend({ right: Estimate })),
    differences: z.array(z.object({ minus: z.string(), difference: Estimate })),
  }),
});
const Plans = z.looseObject({
  questions: z.number(),
  scores: z.array(Score.extend({ known: Estimate, accepted: Estimate })),
  difference: Estimate,
});

/**
 * Small students before and after: the runs of a rule-based teacher on generated competitions become data sets, a real
 * model is trained on them, and what it answers on other competitions is executed. The same call goes on where it ended.
 */
export async function measureDistill(options: DistillOptions): Promise<Report> {
  const { folder, train, dev, parts } = options;
  await mkdir(folder, { recursive: true });
  const made: Made[] = [];
  for (let n = FIRST; n < FIRST + train + dev; n++)
    made.push(await writeGenerated(join(folder, "data"), n));
  const names = made.map(({ name }) => name);
  const splits = join(folder, "splits.yaml");
  const list = (some: readonly string[]) => `[${some.join(", ")}]`;
  await writeFile(
    splits,
    `train: ${list(names.slice(0, train))}\ndev: ${list(names.slice(train))}\n`,
  );
  const table = [["student", "could be read", "right", "goal"]];
  const data: Record<string, unknown> = {};
  for (const part of parts) {
    for (const each of made) await runOnce(part, each, options);
    const found = part === "debugger" ? await debuggers(options) : await planners(options);
    table.push(...found.rows);
    data[part] = found.data;
  }
  const title = `Small students before and after: ${train} generated competitions to train on, ${dev} others for dev; 95 % intervals`;
  return { title, table, notes: NOTES, data };
}

const NOTES = [
  "the teacher was rule-based: short scripts, planted bugs and their corrections by rules, plans of the playbook",
  "right: debugger, the mended script ran in the sandbox and wrote a submission of the expected form; planner, a plan that gained more than noise when a run carried it out",
];

/** The run of a part on a competition, unless there is one that has ended. */
async function runOnce(part: Part, made: Made, { folder, sandbox }: DistillOptions): Promise<void> {
  const runsDir = join(folder, part === "debugger" ? "runs" : "plan-runs");
  const there = existsSync(runsDir) ? await listRuns(runsDir) : [];
  for (const run of there)
    if (run.competition === made.name && (await hasEnded(run.folder))) return;
  const common = ["run", made.folder, "--runs-dir", runsDir, "--quick", "--sandbox", sandbox];
  if (part === "planner") {
    await program([...common, "--model", "playbook", "--set", "refinement=block"]);
    return;
  }
  const teacher = await startScriptedTeacher(made);
  const few = ["tracks=1", "candidates=2", "outerSteps=0", "ensembleAttempts=0"];
  const none = ["leakageModel=false", "canary=off", "blends=false", "search=none"];
  const set = [...few, ...none].flatMap((each) => ["--set", each]);
  const model = ["--model", "anthropic:scripted", "--base-url", teacher.url];
  try {
    await program([...common, ...model, ...set], { ANTHROPIC_API_KEY: "none" });
  } finally {
    await teacher.close();
  }
}

async function hasEnded(run: string): Promise<boolean> {
  const journal = await readFile(runFiles(run).journal, "utf8");
  return journal.includes('"type":"run-ended"');
}

async function debuggers(options: DistillOptions) {
  const { folder, base, bugs, epochs, batch, devRows, shares, limit, sandbox } = options;
  const [runs, set] = [join(folder, "runs"), join(folder, "distill", "reverse")];
  const license = ["--license", "scripted=MIT (mle-star)"];
  await program([
    ...["distill", "reverse", "data", "--role", "debugger", "--from", runs, "--out", set],
    ...["--bugs", String(bugs), "--splits", join(folder, "splits.yaml"), "--sandbox", sandbox],
    ...[...license, "--json"],
  ]);
  const said = await program([
    ...["distill", "reverse", "curve", "--base", base, "--data", set, "--from", runs],
    ...["--out", join(folder, "adapters", "reverse"), "--shares", shares],
    ...["--epochs", String(epochs), "--max-length", String(MAX_LENGTH), ...SMALL],
    ...["--batch", String(batch), "--dev-rows", String(devRows)],
    ...["--max-tokens", String(ANSWER_TOKENS), "--sandbox", sandbox, "--json"],
    ...(limit === null ? [] : ["--limit", String(limit)]),
  ]);
  const points = z.array(Point).parse(lastJson(said));
  const rows = points.flatMap(({ share, found: { scores, differences, tasks, competitions } }) => [
    [`debugger, ${share} % of the rows: ${tasks} bugs of ${competitions} competitions`, "", "", ""],
    ...scores.map(({ who, read, right }) => [`  ${who}`, text(read), text(right), ""]),
    ...differences.map(({ minus, difference }) => [
      `  RevThink minus ${minus}`,
      "",
      text(difference),
      minus === "teacher" ? "" : "> 0",
    ]),
  ]);
  return { rows, data: points };
}

async function planners(options: DistillOptions) {
  const { folder, base, epochs, batch, devRows, limit } = options;
  const [runs, set] = [join(folder, "plan-runs"), join(folder, "distill", "plan")];
  const out = join(folder, "adapters", "planner");
  // The playbook's plans are judged by no verifier, and few gain more than noise on so few rows.
  const loose = ["--min-plan-score", "none", "--min-gain", "none", "--prompt", "short"];
  await program([
    ...["distill", "plan", "data", "--from", runs, "--out", set, ...loose],
    ...["--splits", join(folder, "splits.yaml"), "--json"],
  ]);
  await program([
    ...["distill", "plan", "train", "--base", base, "--data", set, "--out", out],
    ...["--epochs", String(epochs), "--max-length", String(MAX_LENGTH), ...SMALL, "--json"],
    ...["--batch", String(batch), "--dev-rows", String(devRows)],
  ]);
  const said = await program([
    ...["distill", "plan", "eval", out, "--data", set, "--json"],
    ...(limit === null ? [] : ["--limit", String(limit)]),
  ]);
  const found = Plans.parse(lastJson(said));
  const rows = [
    [`planner: ${found.questions} questions`, "", "", ""],
    ...found.scores.map(({ who, read, accepted }) => [`  ${who}`, text(read), text(accepted), ""]),
    ["  trained minus base", "", text(found.difference), "> 0"],
  ];
  return { rows, data: found };
}

/** Runs the program to its end; what it says of its progress goes where ours goes. */
async function program(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout, exitCode } = await ended(startProgram(args, env));
  if (exitCode !== 0)
    throw new Error(`mle-star ${args.slice(0, 3).join(" ")} ended with ${exitCode}`);
  return stdout;
}

/** `33 % [10, 60]`. */
function text({ mean, interval }: Estimate): string {
  if (mean === null) return "none";
  const percent = (value: number) => (100 * value).toFixed(0);
  return `${percent(mean)} %${interval === null ? "" : ` [${interval.map(percent).join(", ")}]`}`;
}
