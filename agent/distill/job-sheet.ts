/** What a model is made of, as far as memory and time depend on it. */
export type ModelSize = {
  parameters: number;
  layers: number;
  width: number;
  heads: number;
  vocabulary: number;
};

const size = (
  billions: number,
  layers: number,
  width: number,
  heads: number,
  vocabulary: number,
): ModelSize => ({ parameters: billions * 1e9, layers, width, heads, vocabulary });

/** The students of the papers, by what their configurations say. */
export const PAPER_SIZES: Readonly<Record<string, ModelSize>> = {
  "gemma-3-1b": size(1.0, 26, 1152, 4, 262_144),
  "qwen3-4b": size(4.02, 36, 2560, 32, 151_936),
  "mistral-7b": size(7.25, 32, 4096, 32, 32_768),
  "qwen2.5-7b": size(7.62, 28, 3584, 28, 152_064),
  "qwen3-8b": size(8.19, 36, 4096, 32, 151_936),
  "gemma-7b": size(8.54, 28, 3072, 16, 256_000),
  "gemma-3-12b": size(11.8, 48, 3840, 16, 262_208),
  "qwen2.5-14b": size(14.8, 48, 5120, 40, 152_064),
};

/** A GPU by its maker's data sheet: memory in GB, dense bfloat16 in TFLOP/s, bandwidth of the memory in TB/s. */
export type Gpu = { gb: number; tflops: number; bandwidth: number };
export const GPUS: Readonly<Record<string, Gpu>> = {
  a10: { gb: 24, tflops: 125, bandwidth: 0.6 },
  l40s: { gb: 48, tflops: 362, bandwidth: 0.86 },
  a100: { gb: 80, tflops: 312, bandwidth: 2.0 },
  h100: { gb: 80, tflops: 989, bandwidth: 3.35 },
  h200: { gb: 141, tflops: 989, bandwidth: 4.8 },
};

export type Job = {
  model: ModelSize;
  method: "full" | "lora";
  /** Of LoRA. */
  rank: number;
  /** Tokens of all rows, each read once. */
  tokens: number;
  /** Of the longest row. */
  maxLength: number;
  microBatch: number;
  epochs: number;
  gpu: Gpu;
  gpus: number;
  /** Of GRPO: tokens that are written, of all plans; 0 where none are. */
  written: number;
  /** Plans that are written side by side. */
  sideBySide: number;
};

export type Expected = {
  /** Of each GPU: the whole model lies on each. */
  gb: { weights: number; training: number; activations: number; logits: number; total: number };
  hours: number;
  /** Whether it fits, with a tenth left for the allocator. */
  fits: boolean;
};

const BYTES_BF16 = 2;
const BYTES_FP32 = 4;
/** Share of the peak that plain training loops reach; 0.3 to 0.5 are told of (PaLM, arXiv 2204.02311, table 3). */
const UTILIZATION = 0.35;
/** Share of the bandwidth that decoding in plain transformers reaches: an estimate of ours, and a cautious one. */
const DECODING = 0.25;
const GB = 1e9;

/**
 * What a training needs. Time: 6 N operations a token (Kaplan et al., arXiv 2001.08361: 2 N forward, 4 N back); LoRA
 * needs no gradients of the base, 2 N less; activations are recomputed on a GPU, 2 N more (Korthikanti et al., arXiv
 * 2205.05198). Memory: weights and AdamW's two moments in bfloat16, as `trainer/students.py` loads them; an adapter in
 * float32; activations by equation 2 and 5 of the same paper, with attention that keeps no scores.
 */
export function expected(job: Job): Expected {
  const { model, gpu, gpus, epochs, tokens } = job;
  const { parameters } = model;
  const gb = memoryOf(job);
  const perToken = (job.method === "full" ? 8 : 6) * parameters;
  const computing = (perToken * tokens * epochs) / (gpu.tflops * 1e12 * UTILIZATION * gpus);
  // Each token that is written reads all weights once, for all plans side by side.
  const steps = (job.written * epochs) / job.sideBySide / gpus;
  const writing = (steps * parameters * BYTES_BF16) / (gpu.bandwidth * 1e12 * DECODING);
  return { gb, hours: (computing + writing) / 3600, fits: gb.total <= 0.9 * gpu.gb };
}

function memoryOf({ model, method, rank, maxLength, microBatch }: Job): Expected["gb"] {
  const { parameters, layers, width, vocabulary } = model;
  const weights = parameters * BYTES_BF16;
  // Gradient and two moments of each number that is trained.
  const training =
    method === "full"
      ? parameters * 3 * BYTES_BF16
      : adapterParameters(model, rank) * 4 * BYTES_FP32;
  const activations = maxLength * microBatch * width * (BYTES_BF16 * layers + 34);
  const logits = maxLength * microBatch * vocabulary * (BYTES_BF16 + 2 * BYTES_FP32);
  const total = weights + training + activations + logits;
  return {
    weights: weights / GB,
    training: training / GB,
    activations: activations / GB,
    logits: logits / GB,
    total: total / GB,
  };
}

/** Of LoRA on all linear layers: four of attention, three of the feed-forward block, which is some four times as wide. */
function adapterParameters({ layers, width }: ModelSize, rank: number): number {
  return layers * rank * (4 * 2 * width + 3 * (width + 4 * width));
}

/** Hours that are asked for: half as much again, since the estimate is rough, and a training goes on anyway. */
export function hoursAskedFor({ hours }: Pick<Expected, "hours">): number {
  return Math.max(1, Math.ceil(hours * 1.5));
}

/** A script for `sbatch`, with what is expected of it. */
export function slurmScript(
  job: Job,
  found: Expected,
  { name, command }: { name: string; command: string },
): string {
  const hours = hoursAskedFor(found);
  // The weights pass through the host's memory, and checkpoints as well.
  const host = Math.ceil(found.gb.weights * 2 + 16);
  return [
    "#!/bin/bash",
    `#SBATCH --job-name=${name}`,
    "#SBATCH --nodes=1",
    `#SBATCH --gpus-per-node=${job.gpus}`,
    `#SBATCH --cpus-per-task=${4 * job.gpus}`,
    `#SBATCH --mem=${host}G`,
    `#SBATCH --time=${hours}:00:00`,
    "#SBATCH --requeue",
    `# expected: ${showHours(found.hours)}, ${found.gb.total.toFixed(0)} GB on each GPU${found.fits ? "" : `, which has ${job.gpu.gb} GB: IT DOES NOT FIT`}`,
    "# a job that is ended goes on from its last checkpoint when it is started again",
    "set -euo pipefail",
    command,
    "",
  ].join("\n");
}

export function showHours(hours: number): string {
  return hours < 1 ? `${Math.max(1, Math.round(hours * 60))} minutes` : `${hours.toFixed(1)} hours`;
}
