import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { withLock } from "../../../../runs/record/file-lock.ts";
import { trainerPython } from "../../../../sandbox/environment/trainer-environment.ts";
import type { SkdSettings } from "../../../distill/skd/skd-settings.ts";
import type { TrainingRecord } from "../../../distill/training.ts";
import { readEnvironment } from "../../environment.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { untilSignal } from "../../terminal/until-signal.ts";
import { resolveBase } from "./base.ts";
import {
  checkShares,
  optionsOf,
  placeOf,
  settingsOf,
  type TrainingDefaults,
  type TrainingOptions,
} from "./train-options.ts";
import { openTraining } from "./training-folder.ts";
import { readDataSet, train } from "./training-run.ts";

/** `mle-star distill <kind> train`: trains a small model on a data set, in an environment of its own, offline. */
export function trainCommand(defaults: TrainingDefaults, context: CommandContext) {
  return optionsOf(defaults).action((options) => runTraining(options, defaults, context, null));
}

/** Trains by the options of a command. `skd`: how student and teacher write together, where there are two. */
export async function runTraining(
  options: TrainingOptions,
  defaults: TrainingDefaults,
  context: CommandContext,
  skd: SkdSettings | null,
): Promise<void> {
  const { out, fresh, json, baseLicense } = options;
  const { cacheDir, trainerPython: override } = readEnvironment();
  const folder = resolve(context.cwd, out);
  const base = await resolveBase(options.base, { cwd: context.cwd, cacheDir });
  const data = await readDataSet(resolve(context.cwd, options.data));
  const settings = settingsOf(options, defaults, { base, data: data.manifest }, skd);
  checkShares(options);
  const progress = openProgress(process.stderr, json);
  const report = progress.line;
  try {
    const record = await untilSignal(async (signal) => {
      const python = await trainerPython(override, { cacheDir, report, signal });
      await mkdir(join(folder, ".."), { recursive: true });
      const message = `waiting for another training in ${folder}`;
      return await withLock(folder, { message, report, signal }, async () => {
        const opened = await openTraining(folder, settings, { baseLicense, fresh });
        if (opened.result !== null) return opened;
        const place = placeOf(options, folder, data.folder);
        const job = { python, processes: options.processes, place, signal };
        return await train(opened, data.manifest, { ...job, report });
      });
    });
    context.write(json ? `${JSON.stringify({ folder, ...record })}\n` : doneText(folder, record));
  } finally {
    progress.close();
  }
}

function doneText(folder: string, { result }: TrainingRecord): string {
  if (result === null) return "";
  const { devLoss, steps, bestStep } = result;
  const dev =
    devLoss.before === null || devLoss.after === null
      ? "no rows for dev"
      : `dev loss ${devLoss.before.toFixed(4)} before, ${devLoss.after.toFixed(4)} after`;
  return `${folder}: trained for ${steps} steps, weights of step ${bestStep}; ${dev}\n`;
}
