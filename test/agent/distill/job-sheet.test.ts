import { expect, test } from "vitest";
import {
  expected,
  GPUS,
  hoursAskedFor,
  type Job,
  PAPER_SIZES,
  slurmScript,
} from "../../../agent/distill/job-sheet.ts";

const gpu = GPUS["h200"] ?? { gb: 0, tflops: 0, bandwidth: 0 };
const model = PAPER_SIZES["mistral-7b"] ?? {
  ...{ parameters: 0, layers: 0, width: 0, heads: 0, vocabulary: 0 },
};
const job: Job = {
  ...{ model, gpu, gpus: 1, method: "full", rank: 32, tokens: 1e7, maxLength: 2048 },
  ...{ microBatch: 1, epochs: 1, written: 0, sideBySide: 1 },
};

test("all parameters take 8 bytes each, and 8 operations of each for a token", () => {
  const { gb, hours, fits } = expected(job);
  expect(gb.weights).toBeCloseTo(14.5, 5);
  expect(gb.training).toBeCloseTo(43.5, 5);
  expect(gb.activations).toBeCloseTo((2048 * 4096 * (2 * 32 + 34)) / 1e9, 5);
  expect(hours).toBeCloseTo((8 * 7.25e9 * 1e7) / (989e12 * 0.35) / 3600, 8);
  expect(fits).toBe(true);
});

test("an adapter needs no gradients of the base, several GPUs divide the time, and a small one is refused", () => {
  const full = expected(job);
  const lora = expected({ ...job, method: "lora" });
  expect(lora.hours / full.hours).toBeCloseTo(6 / 8, 8);
  expect(lora.gb.training).toBeLessThan(2);
  expect(expected({ ...job, gpus: 8 }).hours).toBeCloseTo(full.hours / 8, 8);
  expect(expected({ ...job, gpu: { ...gpu, gb: 24 } }).fits).toBe(false);
});

test("plans that are written take the time of reading the weights for each token", () => {
  const more = expected({ ...job, written: 1e6, sideBySide: 10 }).hours - expected(job).hours;
  expect(more * 3600).toBeCloseTo((1e5 * 14.5e9) / (4.8e12 * 0.25), 3);
});

test("the script asks for half as much time again, and says what is expected", () => {
  const found = expected({ ...job, tokens: 1e9 });
  const script = slurmScript(job, found, { name: "distill-plan", command: "mle-star distill …" });
  expect(script).toContain(`#SBATCH --time=${hoursAskedFor(found)}:00:00\n`);
  expect(hoursAskedFor(found)).toBe(Math.ceil(found.hours * 1.5));
  expect(script).toContain("#SBATCH --gpus-per-node=1\n");
  expect(script).toMatch(/# expected: \d+\.\d hours, 59 GB on each GPU\n/u);
  expect(script).not.toContain("DOES NOT FIT");
});
