import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import * as z from "zod";
import { UserError } from "../../../runs/errors.ts";
import {
  expected,
  GPUS,
  type Job,
  type ModelSize,
  PAPER_SIZES,
  showHours,
  slurmScript,
} from "../../distill/job-sheet.ts";
import type { CommandContext } from "../runs/context.ts";
import { count } from "./option-values.ts";

/** As many of a token as text of this kind has. */
const CHARS_PER_TOKEN = 3.5;

/** What a `config.json` says of the size of a model. */
const ModelConfig = z.looseObject({
  hidden_size: z.number(),
  num_hidden_layers: z.number(),
  num_attention_heads: z.number(),
  num_key_value_heads: z.number().optional(),
  head_dim: z.number().nullish(),
  intermediate_size: z.number(),
  vocab_size: z.number(),
  tie_word_embeddings: z.boolean().optional(),
});

function sheetOptions() {
  return new Command("job-sheet")
    .description(
      "print a Slurm script for a training on GPUs, with the memory and the hours that are expected of it",
    )
    .argument("<kind>", "plan, reverse, …: which training")
    .requiredOption(
      "--base <model>",
      `a folder with config.json, or a size of the papers: ${Object.keys(PAPER_SIZES).join(", ")}`,
    )
    .option("--data <folder>", "the data set, whose rows are counted (default: distill/<kind>)")
    .option("--out <folder>", "where the trained model goes (default: adapters/<kind>)")
    .option("--rows <n>", "rows in place of those of a data set", count)
    .option("--row-tokens <n>", "tokens of a row, all its parts", count, 1500)
    .addOption(
      new Option("--method <method>").choices(["lora", "full"] as const).default("lora" as const),
    )
    .addOption(
      new Option("--trainer <trainer>").choices(["sft", "grpo"] as const).default("sft" as const),
    )
    .option("--rank <n>", "rank of LoRA", count, 32)
    .option("--epochs <n>", "passes over the rows", count, 1)
    .option("--batch <n>", "rows of a step", count, 32)
    .option("--micro-batch <n>", "rows side by side in memory", count, 1)
    .option("--max-length <n>", "tokens of a row at most", count, 3500)
    .option("--generations <n>", "grpo: plans drawn for a question", count, 8)
    .option("--answer-tokens <n>", "grpo: tokens of a plan at most", count, 256)
    .addOption(new Option("--gpu <gpu>", "which GPU").choices(Object.keys(GPUS)).default("h200"))
    .option("--gpus <n>", "GPUs of one machine", count, 1)
    .option("--json", "print data instead of text", false);
}

type Options = ReturnType<ReturnType<typeof sheetOptions>["opts"]>;

/** `mle-star distill job-sheet <kind>`: what a training of the papers' size needs, as a script for a cluster. */
export function jobSheetCommand(context: CommandContext) {
  return sheetOptions().action(async (kind, options) => {
    const job = await jobOf(kind, options, context.cwd);
    const found = expected(job);
    if (options.json) {
      context.write(`${JSON.stringify({ job, ...found })}\n`);
      return;
    }
    const script = slurmScript(job, found, {
      name: `distill-${kind}`,
      command: commandOf(kind, options),
    });
    const { weights, training, activations, logits } = found.gb;
    const parts = `weights ${gb(weights)}, gradients and moments ${gb(training)}, activations ${gb(activations)}, logits ${gb(logits)}`;
    context.write(
      `${script}# memory: ${parts}\n# hours: ${showHours(found.hours)} for ${job.tokens.toExponential(1)} tokens an epoch on ${options.gpus} ${options.gpu}\n`,
    );
  });
}

async function jobOf(kind: string, options: Options, cwd: string): Promise<Job> {
  const { method, trainer, rank, maxLength, microBatch, epochs, gpus } = options;
  const gpu = GPUS[options.gpu];
  if (gpu === undefined)
    throw new UserError(`--gpu ${options.gpu}: expected ${Object.keys(GPUS).join(", ")}`);
  const { rows, tokens } = await rowsOf(kind, options, cwd);
  const written = trainer === "grpo" ? rows * options.generations * options.answerTokens : 0;
  return {
    model: await sizeOf(options.base, cwd),
    method,
    rank,
    maxLength,
    microBatch,
    epochs,
    gpu,
    gpus,
    written,
    tokens: trainer === "grpo" ? tokens * options.generations + written : tokens,
    sideBySide: trainer === "grpo" ? microBatch : 1,
  };
}

/** Rows to train on, and their tokens: of the data set by its characters, or as they are given. */
async function rowsOf(
  kind: string,
  { data, rows, rowTokens }: Options,
  cwd: string,
): Promise<{ rows: number; tokens: number }> {
  if (rows !== undefined) return { rows, tokens: rows * rowTokens };
  const file = join(resolve(cwd, data ?? `distill/${kind}`), "train.jsonl");
  if (!existsSync(file)) throw new UserError(`there is no ${file}: name --data, or --rows`);
  const text = await readFile(file, "utf8");
  const count = text.split("\n").filter((line) => line !== "").length;
  return { rows: count, tokens: Math.round(text.length / CHARS_PER_TOKEN) };
}

async function sizeOf(base: string, cwd: string): Promise<ModelSize> {
  const known = PAPER_SIZES[base];
  if (known !== undefined) return known;
  const file = join(resolve(cwd, base), "config.json");
  if (!existsSync(file))
    throw new UserError(
      `--base ${base}: expected a folder with config.json, or ${Object.keys(PAPER_SIZES).join(", ")}`,
    );
  const read = ModelConfig.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (!read.success) throw new UserError(`${file} does not say how large the model is`);
  return sizeIn(read.data);
}

/** Parameters of a decoder with gated feed-forward blocks, by its configuration. */
function sizeIn(config: z.infer<typeof ModelConfig>): ModelSize {
  const { hidden_size: width, num_hidden_layers: layers, num_attention_heads: heads } = config;
  const each = config.head_dim ?? width / heads;
  const shared = config.num_key_value_heads ?? heads;
  const attention = 2 * width * heads * each + 2 * width * shared * each;
  const block = attention + 3 * width * config.intermediate_size + 2 * width;
  const ends = config.tie_word_embeddings === true ? 1 : 2;
  const parameters = layers * block + ends * config.vocab_size * width + width;
  return { parameters, layers, width, heads, vocabulary: config.vocab_size };
}

function commandOf(kind: string, options: Options): string {
  const { base, method, trainer, rank, epochs, batch, microBatch, maxLength, gpus } = options;
  return [
    `mle-star distill ${kind} train --base ${base in PAPER_SIZES ? `path/to/${base}` : base}`,
    `--data ${options.data ?? `distill/${kind}`} --out ${options.out ?? `adapters/${kind}`}`,
    `--trainer ${trainer} --method ${method}${method === "lora" ? ` --rank ${rank}` : ""}`,
    `--epochs ${epochs} --batch ${batch} --micro-batch ${microBatch} --max-length ${maxLength}`,
    `--device cuda --processes ${gpus}`,
  ].join(" \\\n  ");
}

function gb(value: number): string {
  return `${value.toFixed(1)} GB`;
}
