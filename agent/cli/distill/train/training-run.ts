import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { Fault, UserError } from "../../../../runs/errors.ts";
import { readJsonLines } from "../../../../runs/record/json-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import { shown } from "../../../distill/asked.ts";
import { Manifest } from "../../../distill/data-set.ts";
import { modelCard } from "../../../distill/model-card.ts";
import { PlanQuestion, QUESTIONS } from "../../../distill/plan/plan-questions.ts";
import { learnableQuestions } from "../../../distill/plan/plan-rewards.ts";
import {
  eventText,
  type TrainerEvent,
  type TrainingPlace,
  type TrainingRecord,
  type TrainingResult,
} from "../../../distill/training.ts";
import { keepAcceptance } from "../skd/keep-acceptance.ts";
import { runTrainer } from "./trainer-process.ts";
import { writeTraining } from "./training-folder.ts";

/** The data set of a folder, whose files must still be the ones that were written. */
export async function readDataSet(folder: string): Promise<{ folder: string; manifest: Manifest }> {
  const path = join(folder, "dataset.json");
  if (!existsSync(path))
    throw new UserError(`there is no data set in ${folder}: make it with mle-star distill … data`);
  const manifest = Manifest.parse(JSON.parse(await readFile(path, "utf8")));
  for (const [name, hash] of Object.entries(manifest.files))
    if (sha256(await readFile(join(folder, name), "utf8")) !== hash)
      throw new UserError(`${join(folder, name)} has changed since it was made: make it again`);
  if (manifest.rows.train === 0)
    throw new UserError(`${folder} holds no row to train on: more runs, or looser filters`);
  return { folder, manifest };
}

type Job = {
  python: string;
  processes: number;
  place: TrainingPlace;
  signal: AbortSignal;
  report: (line: string) => void;
};

type Event<Name extends TrainerEvent["event"]> = Extract<TrainerEvent, { event: Name }>;

/** What the trainer has said so far. */
type TrainerState = {
  loaded: Event<"loaded"> | null;
  done: Event<"done"> | null;
  failed: Event<"failed"> | null;
  /** The step of the last checkpoint. */
  saved: number | null;
  lastLoss: number | null;
  lastReward: number | null;
};

/** Trains to the end, and writes what came of it beside the weights. */
export async function train(
  record: TrainingRecord,
  data: Manifest,
  { python, processes, place, signal, report }: Job,
): Promise<TrainingRecord> {
  const { out, device } = place;
  const settings = join(out, "trainer.json");
  await writeFileAtomic(settings, `${JSON.stringify({ ...record.settings, ...place }, null, 2)}\n`);
  const nothing = { lastLoss: null, lastReward: null };
  const state: TrainerState = { loaded: null, done: null, failed: null, saved: null, ...nothing };
  const take = (event: TrainerEvent): void => {
    note(event, state, record);
    const line = eventText(event);
    if (line !== null) report(line);
  };
  if (record.settings.trainer === "grpo") await writeQuestions(record, place, report);
  const log = join(out, "trainer.log");
  try {
    await runTrainer({ python, settings, processes, device, log, take, signal });
  } finally {
    await writeTraining(out, record);
  }
  if (state.failed !== null) throw failure(state.failed, state.saved, out);
  const result = resultOf(state, record);
  const finished: TrainingRecord = { ...record, result };
  const acceptance = record.settings.skd === null ? null : await keepAcceptance(out);
  await writeFileAtomic(join(out, "README.md"), modelCard(finished, result, data, acceptance));
  await writeTraining(out, finished);
  return finished;
}

/** Writes the questions that GRPO draws plans for, with the worth of the plans that were carried out. */
async function writeQuestions(
  { settings }: TrainingRecord,
  { train: file, questions: out }: TrainingPlace,
  report: (line: string) => void,
): Promise<void> {
  const questions = await readQuestions(dirname(file), "train");
  const { drawn, leftOut } = learnableQuestions(questions, settings);
  if (drawn.length === 0)
    throw new UserError(
      `none of ${questions.length} questions can teach anything: in each, all plans that were carried out were accepted, or none`,
    );
  report(
    `${drawn.length} questions; ${leftOut} left out: all or none of their plans were accepted`,
  );
  await writeFileAtomic(
    out,
    drawn
      .map(({ messages, plans }) => ({ messages: shown(messages, settings.asked), plans }))
      .map((each) => `${JSON.stringify(each)}\n`)
      .join(""),
  );
}

/** The questions of a data set whose answers were carried out. */
export async function readQuestions(
  folder: string,
  part: PlanQuestion["split"],
): Promise<PlanQuestion[]> {
  const path = join(folder, QUESTIONS);
  if (!existsSync(path)) throw new UserError(`${folder} has no ${QUESTIONS}: make it again`);
  const questions = (await readJsonLines(path)).map((line) => PlanQuestion.parse(line));
  return questions.filter(({ split }) => split === part);
}

function note(event: TrainerEvent, state: TrainerState, { seen }: TrainingRecord): void {
  switch (event.event) {
    case "loaded":
      state.loaded = event;
      return;
    case "resumed":
    case "saved":
      state.saved = event.step;
      return;
    case "step":
      state.lastLoss = event.loss;
      state.lastReward = event.reward;
      seen.firstLoss ??= event.loss;
      seen.firstReward ??= event.reward;
      return;
    case "dev":
      if (event.step === 0) seen.devBefore = event.loss;
      return;
    case "done":
      state.done = event;
      return;
    case "failed":
      state.failed = event;
      return;
    case "note":
  }
}

/** One line with the way out, and the checkpoint that stands. */
function failure({ kind, message }: Event<"failed">, saved: number | null, out: string): Error {
  const stands =
    saved === null
      ? "no checkpoint was written yet"
      : `the last checkpoint stands: ${join(out, "checkpoints", `checkpoint-${saved}`)}`;
  switch (kind) {
    case "refused":
      return new UserError(message);
    case "not-finite":
      return new UserError(
        `${message} any more: begin anew with --fresh and a lower --learning-rate; ${stands}`,
      );
    case "out-of-memory":
      return new Fault(
        `out of memory (${message}): the same command goes on with a lower --micro-batch, or begin anew with a lower --max-length; ${stands}`,
      );
  }
}

function resultOf(
  { loaded, done, lastLoss, lastReward }: TrainerState,
  { seen }: TrainingRecord,
): TrainingResult {
  if (loaded === null || done === null) throw new Fault("the trainer ended without a result");
  const { parameters, trainable, rows, tooLong, device } = loaded;
  return {
    parameters,
    trainable,
    rows,
    tooLong,
    device,
    steps: done.step,
    stepsPlanned: done.steps,
    bestStep: done.bestStep,
    trainLoss: { first: seen.firstLoss, last: lastLoss },
    reward: { first: seen.firstReward, last: lastReward },
    devLoss: { before: seen.devBefore, after: done.devLoss },
    versions: done.versions,
  };
}
