import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Asked, IN_FULL } from "../../../agent/distill/asked.ts";
import { sift, writeDataSet } from "../../../agent/distill/data-set.ts";
import { type PlanQuestion, QUESTIONS } from "../../../agent/distill/plan/plan-questions.ts";
import type { Row } from "../../../agent/distill/row.ts";
import { readyTrainer } from "../../../sandbox/environment/trainer-environment.ts";
import { madeRows } from "../../agent/distill/made-rows.ts";

const { MLE_STAR_CACHE, MLE_STAR_TRAINER_PYTHON } = process.env;
const cacheDir = MLE_STAR_CACHE ?? join(homedir(), ".cache", "mle-star");

/** The interpreter that models are trained with; `test/engine/trainer.sh` makes it. Without one, tests skip aloud. */
export const trainer: string | null = MLE_STAR_TRAINER_PYTHON ?? (await readyTrainer(cacheDir));
if (trainer === null)
  console.log("no training is tested: test/engine/trainer.sh has not made its environment");

/** One thread: so small a model is slower on two, above all where other tests are at work. */
export const trainerEnvironment = {
  MLE_STAR_TRAINER_PYTHON: trainer ?? "",
  OMP_NUM_THREADS: "1",
};

/** A model of some ten thousand random numbers, with a tokenizer of its own, that reads so many tokens. */
export async function makeTinyModel(
  folder: string,
  positions: number,
  { width = 32, vocabulary = 300 } = {},
): Promise<void> {
  const program = fileURLToPath(new URL("tiny-model.py", import.meta.url));
  await promisify(execFile)(trainer ?? "", [
    ...["-B", program, folder],
    ...[positions, width, vocabulary].map(String),
  ]);
}

/** Below the folder: models `base` and `other` with one tokenizer, adapters `a` and `b` on `base`, `foreign` with another tokenizer, `deep` with more layers. */
export async function makeTinyFamily(folder: string, positions: number): Promise<void> {
  const program = fileURLToPath(new URL("tiny-model.py", import.meta.url));
  await promisify(execFile)(trainer ?? "", ["-B", program, folder, String(positions), "family"]);
}

/** What `loss-by-hand.py` finds for a model. */
export function lossByHand(model: string): Promise<Record<string, unknown>> {
  return byHand("loss-by-hand.py", model);
}

/** What a program of this folder finds by hand for models. */
export async function byHand(
  name: string,
  ...words: readonly string[]
): Promise<Record<string, unknown>> {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const room = fileURLToPath(new URL("../../../agent/distill/trainer", import.meta.url));
  const { stdout } = await promisify(execFile)(trainer ?? "", ["-B", program, room, ...words], {
    env: { ...process.env, ...trainerEnvironment },
  });
  // A program of the trainer may have told of its work before.
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
}

/** A data set of plans that are all the same, with questions of dev in whose steps one of two plans gained. */
export async function makeData(
  folder: string,
  {
    train = 12,
    dev = 2,
    answer,
    asked = IN_FULL,
  }: { train?: number; dev?: number; answer?: string; asked?: Asked } = {},
): Promise<void> {
  const sifted = sift(madeRows({ train, dev }, ["answer"], answer).map((row) => ({ row })));
  const about = { kind: "plan", options: {}, runsLeftOut: 0, asked };
  const questions = madeRows({ train: 0, dev }).map(madeQuestion);
  await writeDataSet(folder, sifted, about, { [QUESTIONS]: questions });
}

/** A data set in which one question has several plans, of which only the one at `best` gained. */
export async function makeArms(
  folder: string,
  arms: readonly string[],
  best: number,
): Promise<void> {
  const messages = [{ role: "user" as const, content: "plan" }];
  const rows = madeRows({ train: 24, dev: 0 }).map((row, index) => ({
    ...row,
    parts: row.parts.map(({ name }) => ({
      name,
      messages: [
        ...messages,
        { role: "assistant" as const, content: arms[index % arms.length] ?? "" },
      ],
    })),
  }));
  const questions = Array.from({ length: 8 }, (_, number) => ({
    ...{ id: `question/${number}`, split: "train", competition: "arms", messages, answer: best },
    plans: arms.map((text, index) => ({
      ...{ text, ran: true, noise: 1, planScore: null },
      gain: index === best ? 3 : -3,
    })),
  }));
  const about = { kind: "plan", options: {}, runsLeftOut: 0 };
  const sifted = sift(rows.map((row) => ({ row })));
  await writeDataSet(folder, sifted, about, { [QUESTIONS]: questions });
}

function madeQuestion({ id, provenance, parts }: Row): PlanQuestion {
  const plan = { ran: true, noise: 0.1, planScore: null };
  return {
    id,
    split: "dev",
    competition: provenance.competition,
    messages: (parts[0]?.messages ?? []).slice(0, -1),
    answer: 0,
    plans: [
      { ...plan, text: "Take logarithms of the target.", gain: 1 },
      { ...plan, text: "Fit fewer trees.", gain: -1 },
    ],
  };
}

/** What `mdpo-by-hand.py` finds for a model. */
export function mdpoByHand(model: string): Promise<Record<string, unknown>> {
  return byHand("mdpo-by-hand.py", model);
}
