import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { readBatch } from "../../../../runs/batch/batch.ts";
import { lastAttempt } from "../../../../runs/batch/frontier.ts";
import { type Job, jobsOf } from "../../../../runs/batch/matrix.ts";
import { runFolderOf } from "../../../../runs/batch/spent.ts";
import { writeAtomically } from "../../../../runs/record/atomic-file.ts";
import { runFiles } from "../../../../runs/record/folder.ts";
import { pythonJson } from "../../../../tasks/mle-bench/grading/python-json.ts";
import { upstreamTimestamp } from "../../../../tasks/mle-bench/grading/upstream-files.ts";
import { csvText } from "../../../../tasks/tables/write-csv.ts";
import type { Model } from "../../../models/model.ts";
import { playbookModel } from "../../../models/playbook/playbook.ts";
import type { SourceFile } from "../../../python-source/copied.ts";
import { openPython, type PythonSource } from "../../../python-source/python-source.ts";
import { type Environment, readEnvironment } from "../../environment.ts";
import { createOpener } from "../../open/model.ts";
import { resolveSettings } from "../../settings.ts";
import { batchFolder } from "../plan.ts";
import { type Found, TO_REVIEW } from "./results.ts";
import { readKernels } from "./similarity.ts";
import { askOf, QUESTIONS } from "./violations.ts";

type Options = {
  kernels?: string;
  model?: string;
  baseUrl?: string;
  dataDir?: string;
  runsDir: string;
  json?: true;
};

/** `mle-star bench integrity`: what MLE-bench's own detectors look for, in the runs of a batch. */
export function benchIntegrityCommand(): Command {
  return new Command("integrity")
    .description(
      "Look for what breaks MLE-bench's rules in the runs of a batch: similarity of their code to public kernels, where these are there, and, where a model is named, its answers to three questions. bench report shows both.",
    )
    .argument("<batch>", "name of the batch, or path of its folder")
    .option("--kernels <folder>", "public kernels, a folder for each id; else <data>/<id>/kernels")
    .option("--model <name>", "who is asked, as --model of run; without it nobody is")
    .option("--base-url <address>", "address of the model's server")
    .option("--data-dir <folder>", "data of MLE-bench")
    .option("--runs-dir <folder>", "folder of runs and batches", "runs")
    .option("--json", "print one JSON object")
    .action(async (name: string, options: Options) => {
      const environment = readEnvironment();
      const folder = batchFolder(options.runsDir, name, name);
      const jobs = jobsOf(folder, await readBatch(folder));
      const model = await modelOf(options, environment);
      const target = join(folder, "integrity");
      await rm(target, { recursive: true, force: true });
      await mkdir(target, { recursive: true });
      const dataDir = resolve(options.dataDir ?? environment.benchDataDir);
      const kernelsOf = (id: string) =>
        options.kernels === undefined
          ? join(dataDir, id, "kernels")
          : join(resolve(options.kernels), id);
      const found: Found = {
        version: 1,
        similarity: await similarityOf(jobs, target, kernelsOf),
        violations: model === null ? null : await violationsOf(jobs, target, model),
      };
      await writeAtomically(join(target, "integrity.json"), `${JSON.stringify(found, null, 2)}\n`);
      const lines = integrityLines(found);
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ folder, ...found })}\n`
          : `${lines.join("\n")}\n`,
      );
    });
}

async function modelOf(options: Options, environment: Environment): Promise<Model | null> {
  if (options.model === undefined) return null;
  const { model, baseUrl, runsDir } = options;
  const config = resolveSettings({ model, baseUrl }, environment.all);
  const playbook = playbookModel({ seed: config.seed });
  const opener = createOpener({ config, environment, runsDir, playbook });
  return opener.open(config.model, null);
}

async function similarityOf(
  jobs: readonly Job[],
  target: string,
  kernelsOf: (id: string) => string,
): Promise<Found["similarity"]> {
  const found: Found["similarity"] = [];
  const source: PythonSource = await openPython();
  for (const job of jobs) {
    const kernels = await readKernels(kernelsOf(job.competition.id));
    const scripts = await scriptsOf(job);
    if (kernels.length === 0 || scripts.length === 0) continue;
    const pairs = source.similarities(scripts, kernels);
    const file = join(target, `${job.id.replaceAll("/", "_")}_plagiarism_report.jsonl`);
    const lines = pairs.map(({ left, right, similarity }) =>
      pythonJson({ leftFile: left, rightFile: right, similarity }, null),
    );
    await writeFile(file, lines.map((line) => `${line}\n`).join(""));
    const highest = pairs[0]?.similarity ?? null;
    found.push({ job: job.id, kernels: kernels.length, highest, file });
  }
  return found;
}

/** The code that made the submission of a job. */
async function scriptsOf(job: Job): Promise<SourceFile[]> {
  const run = await runFolderOf(job);
  if (run === null) return [];
  const { solution } = runFiles(run);
  const members = await readdir(join(run, "solution")).catch(() => []);
  const paths = [solution, ...members.sort().map((name) => join(run, "solution", name))];
  const files = paths.filter((path) => path.endsWith(".py") && existsSync(path));
  return Promise.all(files.map(async (name) => ({ name, code: await readFile(name, "utf8") })));
}

async function violationsOf(
  jobs: readonly Job[],
  target: string,
  model: Model,
): Promise<NonNullable<Found["violations"]>> {
  const found: NonNullable<Found["violations"]> = { model: model.name, usd: 0, jobs: [] };
  for (const job of jobs) {
    const attempt = await lastAttempt(job);
    const log = attempt === null ? "" : join(attempt, "log.txt");
    const logs = await readFile(log, "utf8").catch(() => "");
    const code = (await scriptsOf(job)).map((each) => each.code).join("\n\n");
    const { answers, usd } = await askOf(model, { logs, code });
    found.usd = found.usd === null || usd === null ? null : found.usd + usd;
    found.jobs.push({ job: job.id, answers });
  }
  const at = upstreamTimestamp(new Date());
  await writeFile(join(target, `analysis_${at}.csv`), analysisText(found));
  const shares = QUESTIONS.map(({ name, of }) => {
    const yes = found.jobs.filter(({ answers }) => answers[name] === "yes").length;
    return [`${of}_${name}`, (100 * yes) / Math.max(1, found.jobs.length)] as const;
  });
  const summary = pythonJson(Object.fromEntries(shares), 2);
  await writeFile(join(target, `analysis_summary_${at}.json`), summary);
  return found;
}

/** A line for each run, in the columns of upstream's detector. */
function analysisText({ jobs }: NonNullable<Found["violations"]>): string {
  const columns = QUESTIONS.map(({ name, of }) => `${of}_${name}`);
  const head = ["run", ...columns.flatMap((column) => [column, `${column}_binarized`])];
  const rows = jobs.map(({ job, answers }) => [
    job,
    ...QUESTIONS.flatMap(({ name }) => [answers[name] ?? "", answers[name] === "yes" ? "1" : "0"]),
  ]);
  return csvText([head, ...rows]);
}

/** What was found, in lines for people. */
export function integrityLines({ similarity, violations }: Found): string[] {
  const above = similarity.filter(({ highest }) => (highest ?? 0) > TO_REVIEW);
  const highest = Math.max(0, ...similarity.map((each) => each.highest ?? 0));
  const lines = [
    similarity.length === 0
      ? "Similarity to public kernels: none are there."
      : `Similarity to public kernels: ${similarity.length} runs compared, at most ${(100 * highest).toFixed(0)} %; to be reviewed (above ${100 * TO_REVIEW} %): ${above.map(({ job }) => job).join(", ") || "none"}.`,
  ];
  if (violations === null)
    return [...lines, "Questions about the rules: nobody was asked (--model)."];
  for (const { name } of QUESTIONS) {
    const yes = violations.jobs.filter(({ answers }) => answers[name] === "yes");
    lines.push(
      `${name} (${violations.model}): yes for ${yes.length} of ${violations.jobs.length} runs${yes.length === 0 ? "" : `: ${yes.map(({ job }) => job).join(", ")}`}.`,
    );
  }
  return lines;
}
