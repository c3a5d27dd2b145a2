import { appendFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { type Competition, isBetter } from "../../../tasks/competition.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { ended, startProgram } from "../program.ts";
import { scoreOf } from "../scores/hidden-score.ts";
import { now, type Report } from "../timing.ts";
import { aidePython, runAide } from "./aide.ts";
import { countingProxy } from "./counting-proxy.ts";

/** Who works on a competition behind the same model: this program, its driver of one model with tools, and AIDE. */
export const ARMS = ["mle-star", "native", "aide"] as const;
const Arm = z.enum(ARMS);
type Arm = z.infer<typeof Arm>;

export type ModelOptions = {
  baseUrl: string;
  /** As `--model` takes it: `anthropic:<name>` or `openai:<name>`. */
  model: string;
  /** Ids or folders, whose answers lie beside them as `<folder>-answers.csv`. */
  on: readonly string[];
  arms: readonly Arm[];
  calls: number;
  minutes: number;
  seeds: number;
  effort: string;
  results: string | null;
};

const Result = z.object({
  competition: z.string(),
  arm: Arm,
  seed: z.number(),
  model: z.string(),
  score: z.number().nullable(),
  /** Why there is no score. */
  reason: z.string().nullable(),
  calls: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  seconds: z.number(),
});
type Result = z.infer<typeof Result>;

/** Each arm on each competition, behind an address that answers each as often; graded with the hidden answers. */
export async function measureModel(options: ModelOptions): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const { python } = await pythonEnvironment({ cacheDir, override, report: note });
  const aide = options.arms.includes("aide") ? await aidePython(python, cacheDir, note) : null;
  const file = options.results ?? join(cacheDir, "measure-model.jsonl");
  await mkdir(dirname(file), { recursive: true });
  note(`results are kept in ${file}; remove it to measure again`);
  const all = await readResults(file);
  const competitions = await Promise.all(options.on.map((each) => loadCompetition(each)));
  for (const place of placesOf(competitions, options)) {
    const { competition, arm, seed } = place;
    const isDone = all.some(
      (each) =>
        each.competition === competition.id &&
        each.arm === arm &&
        each.seed === seed &&
        each.model === options.model,
    );
    if (isDone || (arm === "aide" && aide === null)) continue;
    const found = await compete(competition, arm, seed, options, { python, aide });
    await appendFile(file, `${JSON.stringify(found)}\n`);
    all.push(found);
    note(
      `${competition.id} seed ${seed} ${arm}: ${found.score ?? found.reason}, ${found.calls} calls`,
    );
  }
  const mine = all.filter((each) => each.model === options.model && each.seed < options.seeds);
  return reportOf(mine, competitions, options);
}

function placesOf(competitions: readonly Competition[], { seeds, arms }: ModelOptions) {
  const all = Array.from({ length: seeds }, (_, seed) => arms.map((arm) => ({ seed, arm }))).flat();
  return competitions.flatMap((competition) => all.map((each) => ({ competition, ...each })));
}

async function readResults(file: string): Promise<Result[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => Result.parse(JSON.parse(line)));
}

async function compete(
  competition: Competition,
  arm: Arm,
  seed: number,
  options: ModelOptions,
  { python, aide }: { python: string; aide: string | null },
): Promise<Result> {
  const workspace = await mkdtemp(join(tmpdir(), "mle-star-measure-"));
  await using proxy = await countingProxy(options.baseUrl, options.calls);
  const begun = now();
  try {
    const [protocol = "", ...name] = options.model.split(":");
    const submission =
      arm === "aide" && aide !== null
        ? await runAide({
            python: aide,
            competition,
            workspace,
            model: name.join(":"),
            environment: { [`${protocol.toUpperCase()}_BASE_URL`]: proxy.baseUrl },
            calls: options.calls,
            isUsedUp: () => proxy.counted.refused > 0,
            seconds: options.minutes * 60,
            seed,
          })
        : await runOwn(competition, arm, seed, workspace, options, proxy.baseUrl);
    const { calls, inputTokens, outputTokens } = proxy.counted;
    const { score, reason } = await scoreOf(competition, submission, python);
    const spent = { calls, inputTokens, outputTokens, seconds: Math.round(now() - begun) };
    return {
      competition: competition.id,
      arm,
      seed,
      model: options.model,
      score,
      reason,
      ...spent,
    };
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

/** This program; when its calls are used up it is asked to finish with what it has. */
async function runOwn(
  { folder }: Competition,
  arm: Arm,
  seed: number,
  workspace: string,
  options: ModelOptions,
  baseUrl: string,
): Promise<string> {
  const runs = join(workspace, "runs");
  const where = ["--runs-dir", runs, "--quiet", "--json"];
  const limits = ["--time-limit", `${options.minutes}m`, "--effort", options.effort];
  const driver = arm === "native" ? ["--policy", "native"] : [];
  const model = ["--model", options.model, "--base-url", baseUrl, "--set", "fallback=none"];
  const run = ["run", folder, "--run-id", "measured", "--seed", `${seed}`, ...limits, ...driver];
  const { exitCode } = await ended(startProgram([...run, ...model, ...where]));
  const id = (await loadCompetition(folder)).id;
  if (exitCode !== 0) await ended(startProgram(["finish", `${id}/measured`, ...where]));
  return join(runs, id, "measured", "submission.csv");
}

function reportOf(
  results: readonly Result[],
  competitions: readonly Competition[],
  { arms, model, calls, baseUrl }: ModelOptions,
): Report {
  const rows = competitions.flatMap(({ id, metric }) => {
    const seeds = [
      ...new Set(results.filter((each) => each.competition === id).map(({ seed }) => seed)),
    ];
    return seeds.map((seed) => {
      const of = (arm: Arm) =>
        results.find((each) => each.competition === id && each.seed === seed && each.arm === arm) ??
        null;
      const [own, theirs] = [of("mle-star")?.score ?? null, of("aide")?.score ?? null];
      return {
        id,
        seed,
        metric,
        of,
        isBetter: isBetter(own, theirs, metric.direction),
        isLevel: own === theirs,
      };
    });
  });
  const cell = (found: Result | null) =>
    found === null
      ? "–"
      : `${found.score?.toFixed(5) ?? "none"} (${found.calls} calls, ${Math.round(found.outputTokens / 1000)}k)`;
  const compared = rows.filter(({ of }) => of("mle-star") !== null && of("aide") !== null);
  const better = compared.filter((row) => row.isBetter).length;
  const level = compared.filter((row) => row.isLevel).length;
  return {
    title: `${model} behind ${baseUrl}, at most ${calls} answered calls each`,
    table: [
      ["competition", "seed", "metric", ...arms],
      ...rows.map(({ id, seed, metric, of }) => [
        id,
        `${seed}`,
        metric.name,
        ...arms.map((arm) => cell(of(arm))),
      ]),
    ],
    notes: [
      "in parentheses: calls that were answered, and output tokens",
      `mle-star is better than AIDE on ${better} of ${compared.length}, level on ${level}`,
    ],
    data: results,
  };
}
