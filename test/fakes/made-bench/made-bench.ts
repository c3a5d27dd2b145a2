import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SCRIPT = fileURLToPath(new URL("./make.py", import.meta.url));

/** Makes prepared competitions under ids of MLE-bench in a data folder; see `make.py` for what is in them. */
export async function makeBench(dataDir: string, ids: readonly string[]): Promise<void> {
  await promisify(execFile)("python3", ["-B", SCRIPT, dataDir, ...ids]);
}

/** The made-up competitions whose rows are split, each with a layout of its own, and one whose rows are not. */
export const MADE_IDS = [
  "spooky-author-identification",
  "nomad2018-predict-transparent-conductors",
  "random-acts-of-pizza",
  "movie-review-sentiment-analysis-kernels-only",
  "plant-seedlings-classification",
  "tensorflow-speech-recognition-challenge",
  "dogs-vs-cats-redux-kernels-edition",
  "the-icml-2013-whale-challenge-right-whale-redux",
  "aerial-cactus-identification",
  "hotel-id-2021-fgvc8",
  "imet-2020-fgvc7",
  "facebook-recruiting-iii-keyword-extraction",
  "herbarium-2020-fgvc7",
  "tgs-salt-identification-challenge",
  "kuzushiji-recognition",
  "statoil-iceberg-classifier-challenge",
  "text-normalization-challenge-english-language",
  "tweet-sentiment-extraction",
  "bms-molecular-translation",
  "predict-volcanic-eruptions-ingv-oe",
] as const;
