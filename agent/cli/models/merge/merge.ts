import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { withLock } from "../../../../runs/record/file-lock.ts";
import { trainerPython } from "../../../../sandbox/environment/trainer-environment.ts";
import { DENSITY, METHODS, type MergeRecord } from "../../../distill/merge/merging.ts";
import { countFromZero } from "../../distill/option-values.ts";
import { readEnvironment } from "../../environment.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { untilSignal } from "../../terminal/until-signal.ts";
import { findMerge, openPartial, placeMerge } from "./merge-folder.ts";
import { runMerge } from "./merge-run.ts";
import { groupsOf, settingsOf } from "./merge-settings.ts";

/** `mle-star models merge`: the weights of several models of one architecture as those of one. */
export function mergeCommand(context: CommandContext) {
  return new Command("merge")
    .description("Merge the weights of adapters on one base, or of whole models, into one model.")
    .argument(
      "<models...>",
      "adapters on one base, or folders with config.json of one architecture",
    )
    .addOption(new Option("--method <method>", "how").choices(METHODS).makeOptionMandatory())
    .option("--out <folder>", "where to write it", "merged")
    .option("--weights <list>", "one for each model, as in 0.7,0.3; equal by default", numbers)
    .option(
      "--density <share>",
      `of each task vector, that is kept: ties ${DENSITY.ties}, dare-ties ${DENSITY["dare-ties"]}`,
      share,
    )
    .option("--scale <n>", "times the merged task vector", number, 1)
    .option("--seed <n>", "of dare-ties", countFromZero, 0)
    .option("--base <folder>", "what whole models were trained from: task vectors need it")
    .option("--role <role>", "greedy-soup: whose recorded calls judge")
    .option("--from <folder>", "greedy-soup: folder of runs", "runs")
    .option("--splits <file>", "YAML lists of competitions: train, dev, test")
    .option("--dev-share <share>", "of the competitions to train on, held back for dev", share)
    .addOption(
      new Option("--device <device>", "where greedy-soup judges")
        .choices(["auto", "cpu", "cuda"] as const)
        .default("auto" as const),
    )
    .option("--fresh", "replace another merge in --out", false)
    .option("--json", "print data instead of text", false)
    .action(async (names, { out, fresh, json, device, ...options }) => {
      const groups = await groupsOf(options, context);
      const settings = await settingsOf(names, options, groups, context);
      const folder = resolve(context.cwd, out);
      const { cacheDir, trainerPython: override } = readEnvironment();
      const progress = openProgress(process.stderr, json);
      const report = progress.line;
      try {
        const record = await untilSignal(async (signal) => {
          await mkdir(dirname(folder), { recursive: true });
          const message = `waiting for another merge in ${folder}`;
          return await withLock(folder, { message, report, signal }, async () => {
            const found = await findMerge(folder, settings, fresh);
            if (found !== null) return found;
            const python = await trainerPython(override, { cacheDir, report, signal });
            const partial = await openPartial(folder, settings);
            const job = { python, partial, groups, device, report, signal };
            const result = await runMerge(settings, job);
            const made: MergeRecord = { schema: 1, settings, result };
            await placeMerge(folder, partial, made);
            return made;
          });
        });
        context.write(json ? `${JSON.stringify({ folder, ...record })}\n` : doneText(out, record));
      } finally {
        progress.close();
      }
    });
}

function doneText(out: string, { settings, result }: MergeRecord): string {
  const { kind, weights, soup } = result;
  const taken = settings.parents.filter((_, place) => weights[place] !== 0);
  const best = soup === null ? null : Math.max(...soup.trials.map(({ score }) => score));
  const score = best === null ? "" : `; dev score ${best.toFixed(4)}`;
  return `${out}: ${kind} merged from ${taken.map(({ name }) => name).join(", ")} (${settings.method})${score}\n`;
}

function numbers(text: string): number[] {
  return text.split(",").map(number);
}

function number(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("expected a number.");
}

function share(text: string): number {
  const value = number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError("expected a number above 0, at most 1.");
}
