import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readyPython } from "../../sandbox/environment/python-environment.ts";
import type { Competition } from "../../tasks/competition.ts";
import { openReferee } from "../../tasks/referee/open.ts";
import type { Split } from "../../tasks/referee/referee.ts";
import { Config } from "../config.ts";
import { readEnvironment } from "./environment.ts";

/** The split that a run with the usual settings would make; null where Python is still to be set up. Nothing is kept. */
export async function planSplit(competition: Competition): Promise<Split | null> {
  const { cacheDir, python: override } = readEnvironment();
  const ready = await readyPython({ cacheDir, override });
  if (ready === null) return null;
  const { seed, subsample } = Config.parse({});
  const folder = await mkdtemp(join(tmpdir(), "mle-star-init-"));
  try {
    const { python } = ready;
    const referee = await openReferee({ competition, python, folder, seed, subsample });
    await referee.close();
    return referee.split;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A split for people: how it is made and why, which rows judge what, and what else to know. */
export function splitLines(split: Split): string[] {
  const { strategy, why, folds, sealedRows, trainRows, testRows, notes = [] } = split;
  if (split.kind === "self-reported") return [`split: none (${why})`, ...notes];
  const [first] = folds;
  const place = folds.length > 1 ? ` in the first of ${folds.length} folds` : "";
  const fold =
    first === undefined ? "" : `${first.trainRows} train and ${first.validRows} judge${place}, `;
  return [
    `split: ${strategy} (${why})`,
    `rows: of ${trainRows} in train, ${fold}${sealedRows} are sealed until the end; ${testRows} in test`,
    ...notes,
  ];
}
