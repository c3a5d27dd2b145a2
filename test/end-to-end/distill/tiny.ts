import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sift, writeDataSet } from "../../../agent/distill/data-set.ts";
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

/** A model of some ten thousand random numbers, with a tokenizer of its own. */
export async function makeTinyModel(folder: string): Promise<void> {
  const program = fileURLToPath(new URL("tiny-model.py", import.meta.url));
  await promisify(execFile)(trainer ?? "", ["-B", program, folder]);
}

/** A data set of plans that are all the same. */
export async function makeData(
  folder: string,
  { train = 12, dev = 2, answer }: { train?: number; dev?: number; answer?: string } = {},
): Promise<void> {
  const sifted = sift(madeRows({ train, dev }, ["answer"], answer).map((row) => ({ row })));
  await writeDataSet(folder, sifted, { kind: "plan", options: {}, runsLeftOut: 0 });
}
