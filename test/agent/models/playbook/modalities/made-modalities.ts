import { imageFiles, pixelColumns } from "./made-images.ts";
import { league } from "./made-league.ts";
import { dailySeries, shopsAndWares } from "./made-series.ts";
import { soundFiles } from "./made-sounds.ts";
import { madeTables } from "./made-tables.ts";
import { letters, trips } from "./made-words.ts";
import type { Made } from "./modalities-data.ts";

type Case = { make: () => Made; families: string[] };

function table(name: string): Made {
  const found = madeTables[name];
  if (found === undefined) throw new Error(name);
  return found;
}

/** A small competition of every modality, with families that a script for it may hold side by side. */
export const madeModalities: Record<string, Case> = {
  "a table of numbers, categories and dates": {
    make: () => table("four classes with a column each"),
    families: ["lightgbm", "linear"],
  },
  "a skewed number, learned as its logarithm": {
    make: () => table("a skewed target under rmsle"),
    families: ["hist-gradient-boosting", "extra-trees"],
  },
  "several labels a row": {
    make: () => table("several labels a row"),
    families: ["random-forest", "linear"],
  },
  "image files": { make: () => imageFiles(80), families: ["image-boosting", "pixel-svm"] },
  "pixel columns": { make: () => pixelColumns(80), families: ["lightgbm", "pixel-svm"] },
  "sound files": { make: () => soundFiles(80), families: ["audio-boosting", "mfcc-svm"] },
  texts: { make: () => letters(160), families: ["nb-svm", "tfidf-linear"] },
  "several tables": { make: () => trips(200), families: ["linear", "lightgbm"] },
  "a daily series": { make: dailySeries, families: ["lag-boosting", "calendar-ridge"] },
  "many series in one table": {
    make: () => shopsAndWares(150, 20),
    families: ["calendar-ridge", "lightgbm"],
  },
  "teams that meet again": {
    make: () => league(60, 10),
    families: ["lightgbm", "team-history"],
  },
};
