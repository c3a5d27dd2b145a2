import { Command } from "@commander-js/extra-typings";
import type { Manifest } from "../../distill/data-set.ts";
import { DEV_SHARE } from "../../distill/dev-share.ts";
import { count, licenses, share } from "./option-values.ts";

type Made<Shown> = Pick<Manifest, "rows" | "dropped" | "runsLeftOut"> & {
  folder: string;
  passedOver: string[];
  shown: readonly Shown[];
};

/** What was made, for people: how many rows, what was dropped and why, and the rows that were asked for. */
export function madeText<Shown>(
  { folder, rows, dropped, runsLeftOut, passedOver, shown }: Made<Shown>,
  rowText: (row: Shown) => string,
): string {
  const reasons = Object.entries(dropped).map(([reason, times]) => `  ${times} dropped: ${reason}`);
  const left = runsLeftOut === 0 ? [] : [`  ${runsLeftOut} runs left out: competitions of test`];
  const lines = [
    ...passedOver,
    `${folder}: ${rows.train} rows to train on, ${rows.dev} for dev`,
    ...reasons,
    ...left,
    ...shown.map(rowText),
  ];
  return `${lines.join("\n")}\n`;
}

/** A command `data` that reads runs: with what all of them ask for. */
export function dataCommand(description: string, out: string) {
  return new Command("data")
    .description(description)
    .option("--from <folder>", "folder of runs", "runs")
    .option("--out <folder>", "where to write it", out)
    .option("--splits <file>", "YAML lists of competitions: train, dev, test")
    .option("--dev-share <share>", "of the competitions to train on, held back for dev", share)
    .option(
      "--license <model=terms>",
      "terms under which a model's text stands; repeat for several",
      licenses,
      new Map<string, string>(),
    )
    .option("--show <n>", "print so many rows", count)
    .option("--json", "print data instead of text", false);
}

/** What is held back for dev: what was asked for; else a fifth, or what the file of splits says. */
export function devShareOf({
  devShare,
  splits,
}: {
  devShare?: number | undefined;
  splits?: string | undefined;
}): number {
  return devShare ?? (splits === undefined ? DEV_SHARE : 0);
}
