import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { UserError } from "../../../../runs/errors.ts";
import { differences, TrainingRecord, type TrainingSettings } from "../../../distill/training.ts";

const RECORD = "training.json";

/** The record of a training in its folder; null where there is none. */
export async function readTraining(folder: string): Promise<TrainingRecord | null> {
  const path = join(folder, RECORD);
  if (!existsSync(path)) return null;
  const parsed = TrainingRecord.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new UserError(
    `${path} was written by another version of mle-star: name another --out, or begin anew with --fresh`,
  );
}

export async function writeTraining(folder: string, record: TrainingRecord): Promise<void> {
  await writeFileAtomic(join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * The record to go on with: that of the same training, as far as it was brought, or a new one. A folder that holds
 * something else is refused, but for `fresh`, which begins anew.
 */
export async function openTraining(
  folder: string,
  settings: TrainingSettings,
  { baseLicense, fresh }: { baseLicense: string; fresh: boolean },
): Promise<TrainingRecord> {
  const isOurs = existsSync(join(folder, RECORD));
  if (!isOurs && existsSync(join(folder, "config.json")))
    throw new UserError(`${folder} holds a model that was not trained here: name another --out`);
  const found = fresh ? null : await readTraining(folder);
  if (found !== null) {
    const changed = differences(found.settings, settings);
    if (changed.length === 0) return found;
    throw new UserError(
      `${folder} was trained with another ${changed.join(", ")}: name another --out, or begin anew with --fresh`,
    );
  }
  if (isOurs) await rm(folder, { recursive: true });
  await mkdir(folder, { recursive: true });
  const seen = { firstLoss: null, firstReward: null, devBefore: null };
  const record: TrainingRecord = { schema: 1, settings, baseLicense, seen, result: null };
  await writeTraining(folder, record);
  return record;
}
