import * as z from "zod";
import { showPlural, showSeconds } from "../../runs/report/formats.ts";
import { Asked } from "./asked.ts";
import { SkdSettings } from "./skd/skd-settings.ts";

/** What a training depends on: the same settings on the same data go on where they were ended. */
export const TrainingSettings = z.object({
  /** Which command: `plan`, `skd`. */
  kind: z.string(),
  /** Folder or GGUF file of the model that is trained. */
  base: z.string(),
  /** Supervised on rows, by the outcomes of plans that were carried out, by pairs of conversations, or by a teacher on sequences of one kind. */
  trainer: z.enum(["sft", "grpo", "mdpo", "skd", "supervised-kd", "on-policy", "semi-on-policy"]),
  /** Of mdpo: beta of DPO, and lambda, the weight of its loss beside that of the chosen conversations; null: not so trained. */
  mdpo: z.object({ beta: z.number(), weight: z.number() }).nullable(),
  /** sha256 of the files of rows. */
  data: z.record(z.string(), z.string()),
  /** How the student is asked in the rows. */
  asked: Asked,
  /** Which parts of a row are learned; null: all. */
  parts: z.array(z.string()).nullable(),
  /** Percent of the rows to train on: a smaller share is part of a larger one. */
  share: z.number(),
  method: z.enum(["lora", "full"]),
  rank: z.number(),
  alpha: z.number(),
  learningRate: z.number(),
  schedule: z.string(),
  /** Share of the steps in which the learning rate rises. */
  warmup: z.number(),
  epochs: z.number(),
  /** Rows of a step. */
  batch: z.number(),
  /** Tokens of a row at most. */
  maxLength: z.number(),
  /** Rows of dev at most that the loss is measured on; null: all. */
  devRows: z.number().nullable().default(null),
  /** Judgements on dev without a gain after which it stops; null: never. */
  patience: z.number().nullable(),
  /** Steps from one checkpoint to the next; null: a tenth of all. */
  saveEvery: z.number().nullable(),
  /** Of grpo: plans drawn for a question, and tokens of one at most. */
  generations: z.number(),
  answerTokens: z.number(),
  /** Of grpo: standard errors that an accepted plan gained. */
  minGain: z.number(),
  /** Of skd and its baselines; null: none of them. */
  skd: SkdSettings.nullable().default(null),
  seed: z.number(),
});
export type TrainingSettings = z.infer<typeof TrainingSettings>;

/** Where and how it is carried out: may differ when it goes on. */
export type TrainingPlace = {
  out: string;
  train: string;
  dev: string;
  /** Of grpo: questions with the worth of their plans. */
  questions: string;
  /** Rows side by side in memory. */
  microBatch: number;
  device: "auto" | "cpu" | "cuda";
};

const at = { step: z.number(), steps: z.number() };

/** What the trainer tells while it works (`trainer/events.py`). */
export const TrainerEvent = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("loaded"),
    parameters: z.number(),
    trainable: z.number(),
    rows: z.object({ train: z.number(), dev: z.number() }),
    tooLong: z.number(),
    device: z.string(),
  }),
  z.object({ event: z.literal("note"), text: z.string() }),
  z.object({ event: z.literal("resumed"), ...at }),
  z.object({
    event: z.literal("step"),
    ...at,
    epoch: z.number(),
    loss: z.number(),
    /** Mean reward of the plans that were drawn; null where nothing is drawn. */
    reward: z.number().nullable(),
    /** Share of the student's tokens that the teacher accepted; null where none were judged. */
    acceptance: z.number().nullable().default(null),
    learningRate: z.number().nullable(),
    tokensPerSecond: z.number(),
    secondsLeft: z.number().nullable(),
  }),
  z.object({
    event: z.literal("dev"),
    ...at,
    loss: z.number(),
    best: z.boolean(),
    /** By the name of the part. */
    parts: z.record(z.string(), z.number()),
  }),
  z.object({ event: z.literal("saved"), ...at }),
  z.object({
    event: z.literal("done"),
    ...at,
    bestStep: z.number(),
    devLoss: z.number().nullable(),
    versions: z.record(z.string(), z.string()),
  }),
  z.object({
    event: z.literal("failed"),
    kind: z.enum(["refused", "not-finite", "out-of-memory"]),
    message: z.string(),
  }),
]);
export type TrainerEvent = z.infer<typeof TrainerEvent>;
type Of<Name extends TrainerEvent["event"]> = Extract<TrainerEvent, { event: Name }>;

/** What came of a training: kept in its folder, and told in the card of the model. */
export const TrainingResult = z.object({
  parameters: z.number(),
  trainable: z.number(),
  rows: z.object({ train: z.number(), dev: z.number() }),
  /** Rows with more tokens than a row may have. */
  tooLong: z.number(),
  device: z.string(),
  steps: z.number(),
  stepsPlanned: z.number(),
  bestStep: z.number(),
  trainLoss: z.object({ first: z.number().nullable(), last: z.number().nullable() }),
  /** Mean reward of the plans of a step; null: nothing was drawn. */
  reward: z.object({ first: z.number().nullable(), last: z.number().nullable() }),
  devLoss: z.object({ before: z.number().nullable(), after: z.number().nullable() }),
  versions: z.record(z.string(), z.string()),
});
export type TrainingResult = z.infer<typeof TrainingResult>;

/** `training.json` of a trained model. */
export const TrainingRecord = z.object({
  schema: z.literal(1),
  settings: TrainingSettings,
  /** Terms of the model that was trained. */
  baseLicense: z.string(),
  /** Losses seen so far: those of before a resumption are in no other place. */
  seen: z.object({
    firstLoss: z.number().nullable(),
    firstReward: z.number().nullable(),
    devBefore: z.number().nullable(),
  }),
  result: TrainingResult.nullable(),
});
export type TrainingRecord = z.infer<typeof TrainingRecord>;

/** Names of the settings in which two trainings differ. */
export function differences(one: TrainingSettings, other: TrainingSettings): string[] {
  const names = Object.keys(TrainingSettings.shape) as (keyof TrainingSettings)[];
  return names.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
}

/** A line for people, or null where there is none. */
export function eventText(event: TrainerEvent): string | null {
  switch (event.event) {
    case "loaded":
      return loadedText(event);
    case "note":
      return event.text;
    case "resumed":
      return `goes on from the checkpoint of step ${event.step} of ${event.steps}`;
    case "step":
      return stepText(event);
    case "dev":
      return devText(event);
    case "saved":
      return `step ${event.step}/${event.steps}: checkpoint written`;
    case "done":
      return event.step < event.steps
        ? `stopped early after step ${event.step} of ${event.steps}: dev loss no longer falls`
        : null;
    case "failed":
      return null;
  }
}

function loadedText({ parameters, trainable, rows, tooLong, device }: Of<"loaded">): string {
  const left = tooLong === 0 ? "" : `, ${showPlural(tooLong, "row")} left out: too long`;
  return (
    `${millions(parameters)} parameters, ${millions(trainable)} of them trained, on ${device}; ` +
    `${showPlural(rows.train, "row")} to train on, ${rows.dev} for dev${left}`
  );
}

function stepText(event: Of<"step">): string {
  const { step, steps, loss, reward, acceptance, learningRate, tokensPerSecond, secondsLeft } =
    event;
  const parts = [
    `step ${step}/${steps}`,
    `loss ${loss.toFixed(4)}`,
    ...(reward === null ? [] : [`reward ${reward.toFixed(3)}`]),
    ...(acceptance === null ? [] : [`accepted ${(100 * acceptance).toFixed(1)} %`]),
    ...(learningRate === null ? [] : [`learning rate ${learningRate.toExponential(2)}`]),
    `${tokensPerSecond.toFixed(0)} tokens/s`,
    ...(secondsLeft === null ? [] : [`${showSeconds(secondsLeft)} left`]),
  ];
  return parts.join("  ");
}

function devText({ step, steps, loss, best, parts }: Of<"dev">): string {
  const names = Object.entries(parts);
  const each =
    names.length < 2
      ? ""
      : ` (${names.map(([name, part]) => `${name} ${part.toFixed(4)}`).join(", ")})`;
  const where = step === 0 ? "before the first step" : `step ${step}/${steps}`;
  return `${where}: dev loss ${loss.toFixed(4)}${each}${best ? ", the best so far" : ""}`;
}

/** `134.5M`, `0.9M`. */
function millions(count: number): string {
  return `${(count / 1e6).toFixed(count < 1e5 ? 3 : 1)}M`;
}
