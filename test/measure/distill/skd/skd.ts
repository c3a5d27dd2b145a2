import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { askOne } from "../../../../agent/cli/distill/eval/ask-model.ts";
import { type Estimate, estimate } from "../../../../agent/distill/intervals.ts";
import type { SkdScore } from "../../../../agent/distill/skd/skd-eval.ts";
import type { SkdRow } from "../../../../agent/distill/skd/skd-rows.ts";
import { allRoles } from "../../../../agent/roles/all.ts";
import { Unreadable } from "../../../../agent/roles/role.ts";
import { readyTrainer } from "../../../../sandbox/environment/trainer-environment.ts";
import { ended, lastJson, runPython, startProgram } from "../../program.ts";
import type { Report } from "../../timing.ts";
import { readCases, writeCases } from "./cases.ts";
import { openScripts, type Scripts } from "./scripts.ts";

export type SkdOptions = {
  /** Everything is kept there: the same call goes on. */
  folder: string;
  /** To train on, and as many others for dev. */
  competitions: number;
  /** Of the student, and of the baselines: all see as many rows. */
  epochs: number;
  teacherEpochs: number;
  /** Of the student before it meets its teacher. */
  startEpochs: number;
  /** A model to start from in place of small ones of random numbers; teacher and student are then of one size. */
  base: string | null;
};

const TRAINERS = ["skd", "supervised-kd", "on-policy", "semi-on-policy", "sft"] as const;
/** Tokens of an answer: a patch. */
const ANSWER_TOKENS = 64;

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** SKD and its baselines at equal rows: how close to the teacher, what is accepted, and what runs at the first try. */
export async function measureSkd(options: SkdOptions): Promise<Report> {
  const { folder, competitions, base } = options;
  const of = (name: string) => join(folder, name);
  const python = await trainerPython();
  await mkdir(folder, { recursive: true });
  const cases = of("competitions");
  if (!existsSync(join(cases, "cases.jsonl")))
    await runPython(python, ["-B", here("made.py"), cases, String(2 * competitions)]);
  const isDev = (competition: string) => Number(competition.slice(-2)) >= competitions;
  const rows = await writeCases(of("data"), await readCases(cases), isDev);
  const starts = base === null ? await randomModels(python, folder, rows) : [base, base];
  await train(of("teacher"), folder, ["sft", options.teacherEpochs, starts[0] ?? "", "0.002"]);
  await train(of("start"), folder, ["sft", options.startEpochs, starts[1] ?? "", "0.002"]);
  for (const trainer of TRAINERS)
    await train(of(trainer), folder, [trainer, options.epochs, of("start"), "0.0005"]);
  const scores = await evaluated(folder);
  await using scripts = await openScripts(cases);
  const dev = rows.filter(({ split }) => split === "dev");
  const asked = { folder, scripts };
  const names = [...TRAINERS, "start", "teacher"];
  const ran = new Map<string, Estimate>();
  for (const name of names) ran.set(name, await firstTries(name, dev, asked));
  return {
    title: `skd: ${rows.length - dev.length} calls of ${competitions} made competitions, ${dev.length} of ${competitions} others`,
    table: [
      ["", "recorded answer", "KL to the teacher", "accepted", "ran at the first try"],
      ...names.map((name) => rowOf(name, scores, ran)),
    ],
    notes: [
      "95 % intervals, competitions drawn anew; start: the student before it met its teacher",
      `${options.teacherEpochs} epochs of the teacher, ${options.startEpochs} of the start, ${options.epochs} of each student`,
    ],
    data: { scores, ran: Object.fromEntries(ran) },
  };
}

async function trainerPython(): Promise<string> {
  const cacheDir = process.env.MLE_STAR_CACHE ?? join(homedir(), ".cache", "mle-star");
  const python = process.env.MLE_STAR_TRAINER_PYTHON ?? (await readyTrainer(cacheDir));
  if (python === null) throw new Error("test/engine/trainer.sh has not made its environment");
  return python;
}

/** A larger and a smaller model of one vocabulary, that of the rows to train on. */
async function randomModels(python: string, folder: string, rows: readonly SkdRow[]) {
  const text = join(folder, "text.txt");
  const shown = rows.filter(({ split }) => split === "train").flatMap(({ parts }) => parts);
  const texts = shown.flatMap(({ messages }) => messages.map(({ content }) => content));
  await writeFile(text, texts.join("\n"));
  const models = [join(folder, "random-large"), join(folder, "random-small")];
  for (const [index, model] of models.entries())
    if (!existsSync(join(model, "model.safetensors")))
      await runPython(python, [
        ...["-B", here("random-model.py"), model, text],
        ...(index === 0 ? ["128", "4"] : ["64", "2"]),
      ]);
  return models;
}

type How = [trainer: string, epochs: number, base: string, learningRate: string];

/** Trains by the program; what has been trained is not trained again. */
async function train(out: string, folder: string, how: How): Promise<void> {
  const [trainer, epochs, base, learningRate] = how;
  const teacher = trainer === "sft" ? [] : ["--teacher", join(folder, "teacher")];
  const child = startProgram([
    ...["distill", "skd", "train", "--base", base, "--trainer", trainer, ...teacher],
    ...["--data", join(folder, "data"), "--out", out, "--method", "full", "--patience", "none"],
    ...["--epochs", String(epochs), "--learning-rate", learningRate, "--max-length", "1500"],
    ...["--answer-tokens", String(ANSWER_TOKENS), "--micro-batch", "4", "--json"],
  ]);
  const { exitCode } = await ended(child);
  if (exitCode !== 0) throw new Error(`the training of ${out} ended with code ${exitCode}`);
}

async function evaluated(folder: string): Promise<SkdScore[]> {
  const [first = "skd", ...others] = TRAINERS;
  const child = startProgram([
    ...["distill", "skd", "eval", join(folder, first), "--data", join(folder, "data"), "--json"],
    ...["--beside", ...others.map((each) => join(folder, each))],
  ]);
  const { stdout, exitCode } = await ended(child);
  if (exitCode !== 0) throw new Error(`the evaluation ended with code ${exitCode}`);
  return (lastJson(stdout) as { scores: SkdScore[] }).scores;
}

/** The share of first answers whose script runs. */
async function firstTries(
  name: string,
  dev: readonly SkdRow[],
  { folder, scripts }: { folder: string; scripts: Scripts },
): Promise<Estimate> {
  const model = join(folder, name);
  const questions = dev.map(({ id, parts }) => ({
    id,
    messages: parts[0]?.messages.slice(0, -1) ?? [],
  }));
  const answers = await askOne(questions, {
    ...{ model: name, file: join(model, "eval", "answers.jsonl"), maxTokens: ANSWER_TOKENS },
    ...{ report: (line: string) => console.error(line), folder: model, cwd: folder },
  });
  const values = [];
  for (const { id, provenance } of dev) {
    const code = allRoles.debugger.reply.read(answers.get(id) ?? "");
    const { competition } = provenance;
    const ran = !(code instanceof Unreadable) && (await scripts.run(competition, code));
    values.push({ cluster: competition, value: ran ? 1 : 0 });
  }
  return estimate(values);
}

function rowOf(name: string, scores: readonly SkdScore[], ran: ReadonlyMap<string, Estimate>) {
  const score = scores.find(({ who }) => who === (name === "start" ? "base" : name));
  const number = (value: number) => value.toFixed(3);
  const share = (value: number) => `${(100 * value).toFixed(0)} %`;
  return [
    name,
    textOf(score?.entropy, number),
    textOf(score?.divergence, number),
    textOf(score?.acceptance, share),
    textOf(ran.get(name), share),
  ];
}

function textOf(found: Estimate | undefined, text: (value: number) => string): string {
  if (found === undefined || found.mean === null) return "–";
  const { mean, interval } = found;
  return interval === null ? text(mean) : `${text(mean)} [${interval.map(text).join(", ")}]`;
}
