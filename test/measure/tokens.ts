import { openBrief } from "../../agent/cli/dry-run.ts";
import { readEnvironment } from "../../agent/cli/environment.ts";
import { openProgress } from "../../agent/cli/terminal/progress.ts";
import { Config, resolveConfig } from "../../agent/config.ts";
import { showCount } from "../../runs/report/formats.ts";
import { loadCompetition } from "../../tasks/load.ts";
import { type PaidRun, paidRun } from "../fakes/paid-run.ts";
import { percent, type Report } from "./timing.ts";

export type TokensOptions = {
  competition: string;
  /** Characters of a script, and seconds an execution is taken to last. */
  scriptChars: number;
  scriptSeconds: number;
};

/** Settings that are measured, beside what the published code does with the same letters (its checkers off). */
const settings: { name: string; config: Partial<Config>; published: string }[] = [
  { name: "quick", config: { effort: "quick" }, published: "" },
  { name: "default", config: { effort: "default" }, published: "" },
  { name: "paper", config: { effort: "paper" }, published: "" },
  {
    name: "published defaults (M2 T1 K1 L2 R1)",
    config: {
      candidates: 2,
      outerSteps: 1,
      attempts: 1,
      tracks: 2,
      ensembleAttempts: 1,
      refinement: "block",
      leakageModel: "off",
    },
    published: "26 / 15",
  },
  {
    name: "published paper numbers (M4 T4 K4 L2 R5)",
    config: { effort: "paper", leakageModel: "off" },
    published: "126 / 69",
  },
];

/**
 * Calls and tokens of whole runs on a shipped competition's brief: the real prompts and the real client before a
 * loopback server that keeps accounts as the service does, scripted answers of a usual size, scripts that are
 * not run.
 */
export async function measureTokens(options: TokensOptions): Promise<Report> {
  const environment = readEnvironment();
  const progress = openProgress(process.stderr, false);
  const competition = await loadCompetition(options.competition, environment);
  const defaults = Config.parse({});
  const { brief } = await openBrief(competition, defaults, environment, progress);
  const rows: string[][] = [];
  const data: Record<string, unknown>[] = [];
  for (const { name, config, published } of settings) {
    progress.line(`tokens: ${name}`);
    const whole = resolveConfig([config, { timeLimit: null }]).data;
    if (whole === undefined) throw new Error(`the settings of ${name} cannot be used`);
    const run = await paidRun({ ...options, brief, config: whole });
    rows.push([name, ...cellsOf(run), published]);
    const { total, byRole } = run.cost;
    const { executions, scripts } = run;
    data.push({ name, executions, scripts, published, total, byRole });
  }
  progress.close();
  const head = ["settings", "calls / executions", "scored scripts a call"].concat([
    "output a script",
    "fresh",
    "cached",
    "written",
    "output",
  ]);
  return {
    title: `tokens: runs on ${options.competition}, a brief of ${showCount(brief.text.length)} characters`,
    table: [[...head, "from cache", "published code"], ...rows],
    notes: [
      `scripts of ${options.scriptChars} characters, ${options.scriptSeconds} s each; four characters a token; no script fails, no answer is asked for twice`,
      "executions count the variants of ablations, the sealed holdout and the submission; the published code counts differently: its ablation is one script",
    ],
    data: { competition: options.competition, settings: data },
  };
}

function cellsOf({ cost, executions, scripts }: PaidRun): string[] {
  const { calls, tokens, cacheHits } = cost.total;
  return [
    `${calls} / ${executions}`,
    (scripts / calls).toFixed(2),
    showCount(Math.round(tokens.output / scripts)),
    ...[tokens.input, tokens.cacheRead, tokens.cacheWrite, tokens.output].map(showCount),
    percent(cacheHits ?? 0),
  ];
}
