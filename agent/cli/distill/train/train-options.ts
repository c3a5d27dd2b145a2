import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { UserError } from "../../../../runs/errors.ts";
import type { Manifest } from "../../../distill/data-set.ts";
import type { SkdSettings } from "../../../distill/skd/skd-settings.ts";
import type { TrainingPlace, TrainingSettings } from "../../../distill/training.ts";
import { count, countFromZero, countOrNone } from "../option-values.ts";
import { BASE_FORMS } from "./base.ts";

/** What a kind of training begins with where the user says nothing. */
export type TrainingDefaults = {
  kind: string;
  data: string;
  out: string;
  learningRate: { full: number; lora: number };
  schedule: string;
  warmup: number;
  epochs: number;
  batch: number;
  maxLength: number;
  rank: number;
  alpha: number;
  /** Parts of the rows that are learned, by the name of the objective, the usual one first; none: all parts. */
  objectives?: Readonly<Record<string, readonly string[]>>;
  /** How it may learn, the usual way first, each with words for the help. */
  trainers?: Readonly<Partial<Record<TrainingSettings["trainer"], string>>>;
};

/** Judgements on dev without a gain after which a training stops. */
const PATIENCE = 3;
const TRAINERS = { sft: "on the rows", grpo: "by the outcomes of plans" };
/** Grids of Magnet (arXiv 2503.07826): beta .1, .01, .3, learning rate 5e-7, 1e-6, 5e-6; lambda is not given there: ours. */
const MDPO = { beta: 0.1, weight: 1, learningRate: 1e-6 };
/** TRL's. */
const GENERATIONS = 8;
/** Three to five sentences. */
const ANSWER_TOKENS = 256;

/** What is trained, on what, to what end. */
function whatOptions({ kind, data, out, objectives = {}, trainers = TRAINERS }: TrainingDefaults) {
  const named = Object.keys(objectives);
  const trained = Object.keys(trainers) as TrainingSettings["trainer"][];
  const words = Object.entries(trainers).map(([name, what]) => `${name}: ${what}`);
  return new Command("train")
    .description("train a small model on the data set; the same command goes on where it was ended")
    .requiredOption("--base <weights>", `the model to train: ${BASE_FORMS}`)
    .option("--base-license <terms>", "terms of the base, for the model card", "terms not named")
    .addOption(
      new Option("--trainer <trainer>", words.join("; "))
        .choices(trained)
        .default(trained[0] ?? "sft"),
    )
    .option("--beta <x>", "mdpo: beta of DPO", positive, MDPO.beta)
    .option("--lambda <x>", "mdpo: its weight beside the sft loss", positive, MDPO.weight)
    .option("--generations <n>", "grpo: plans drawn for a question", count, GENERATIONS)
    .option(
      "--answer-tokens <n>",
      "tokens of a plan or answer that is drawn, at most",
      count,
      ANSWER_TOKENS,
    )
    .option("--min-gain <n>", "grpo: standard errors that an accepted plan gained", positive, 1)
    .option("--data <folder>", `what \`distill ${kind} data\` wrote`, data)
    .option("--out <folder>", "where the trained model goes", out)
    .option(
      "--objective <name>",
      named.length === 0 ? "this kind has but one" : `what is learned: ${named.join(", ")}`,
    )
    .option("--share <percent>", "of the rows to train on, always the same ones", percent, 100);
}

/** The options of a training, with the defaults of its kind. */
export function optionsOf(defaults: TrainingDefaults) {
  const { epochs, batch, maxLength, rank, alpha, learningRate } = defaults;
  return whatOptions(defaults)
    .addOption(
      new Option("--method <method>", "lora: an adapter; full: all parameters")
        .choices(["lora", "full"] as const)
        .default("lora" as const),
    )
    .option("--rank <n>", "rank of LoRA", count, rank)
    .option("--alpha <n>", "alpha of LoRA", count, alpha)
    .option(
      "--learning-rate <x>",
      `highest learning rate (default: ${learningRate.lora} for LoRA, ${learningRate.full} for all parameters)`,
      positive,
    )
    .option("--epochs <n>", "passes over the rows", count, epochs)
    .option("--batch <n>", "rows of a step", count, batch)
    .option("--micro-batch <n>", "rows side by side in memory", count, 1)
    .option(
      "--max-length <n>",
      "tokens of a row at most; longer rows are left out",
      count,
      maxLength,
    )
    .option(
      "--dev-rows <n>",
      "rows of dev at most that its loss is measured on, always the same ones (default: all)",
      count,
    )
    .option(
      "--patience <n>",
      "dev losses without a gain before it stops; none: never",
      countOrNone,
      PATIENCE,
    )
    .option(
      "--save-every <n>",
      "steps from checkpoint to checkpoint (default: a tenth of all)",
      count,
    )
    .option("--seed <n>", "seed of the order of rows and of the adapter", countFromZero, 0)
    .addOption(
      new Option("--device <device>", "where it is trained")
        .choices(["auto", "cpu", "cuda"] as const)
        .default("auto" as const),
    )
    .option("--processes <n>", "processes that train together, one for each GPU", count, 1)
    .option("--fresh", "begin anew where the folder holds another training", false)
    .option("--json", "print data instead of text", false);
}

export type TrainingOptions = ReturnType<ReturnType<typeof optionsOf>["opts"]>;

/** What the training depends on. */
export function settingsOf(
  options: TrainingOptions,
  { kind, schedule, warmup, learningRate, objectives }: TrainingDefaults,
  { base, data }: { base: string; data: Pick<Manifest, "files" | "asked"> },
  skd: SkdSettings | null = null,
): TrainingSettings {
  const { method, rank, alpha, epochs, batch, maxLength, patience, saveEvery } = options;
  const { trainer, generations, answerTokens, minGain } = options;
  const isMdpo = trainer === "mdpo";
  return {
    kind,
    base,
    trainer,
    mdpo: isMdpo ? { beta: options.beta, weight: options.lambda } : null,
    data: data.files,
    asked: data.asked,
    parts: partsOf(options.objective, objectives ?? {}),
    share: options.share,
    method,
    rank,
    alpha,
    learningRate: options.learningRate ?? (isMdpo ? MDPO.learningRate : learningRate[method]),
    schedule,
    warmup,
    epochs,
    batch,
    maxLength,
    devRows: options.devRows ?? null,
    patience: patience === "none" ? null : patience,
    saveEvery: saveEvery ?? null,
    generations,
    answerTokens,
    minGain,
    skd,
    seed: options.seed,
  };
}

/** The parts of an objective, null for all. Throws `UserError` for an objective that there is not. */
function partsOf(
  wanted: string | undefined,
  objectives: Readonly<Record<string, readonly string[]>>,
): string[] | null {
  const names = Object.keys(objectives);
  const parts = objectives[wanted ?? names[0] ?? ""];
  if (parts !== undefined) return [...parts];
  if (wanted === undefined) return null;
  const expected = names.length === 0 ? "this kind has but one" : `expected ${names.join(", ")}`;
  throw new UserError(`--objective ${wanted}: ${expected}`);
}

/** Rows of a step are dealt out evenly: to processes, and to what each holds in memory. */
export function checkShares({ batch, microBatch, processes }: TrainingOptions): void {
  if (batch % (microBatch * processes) === 0) return;
  throw new UserError(
    `--batch ${batch} cannot be dealt out: it must be a multiple of --micro-batch ${microBatch} times --processes ${processes}`,
  );
}

/** Where it is carried out. */
export function placeOf(
  { microBatch, device }: TrainingOptions,
  out: string,
  data: string,
): TrainingPlace {
  const file = (part: string) => join(data, `${part}.jsonl`);
  return {
    out,
    train: file("train"),
    dev: file("dev"),
    questions: join(out, "grpo.jsonl"),
    microBatch,
    device,
  };
}

function percent(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number > 0 && number <= 100) return number;
  throw new InvalidArgumentError("expected a number above 0, at most 100.");
}

function positive(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number > 0 && number < Number.POSITIVE_INFINITY) return number;
  throw new InvalidArgumentError("expected a number above 0.");
}
