import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { OBJECTIVES } from "../../../distill/reverse/reverse-rows.ts";
import { REVERSE_TRAINING } from "../../../distill/reverse/training-defaults.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { table } from "../../terminal/table.ts";
import { estimateText } from "../eval/estimate-text.ts";
import { count } from "../option-values.ts";
import { BASE_FORMS } from "../train/base.ts";
import { trainCommand } from "../train/train.ts";
import { evaluateReverse } from "./reverse-eval.ts";

/** Percent of the rows, as DC-CoT (arXiv 2505.18759) compares them: at the small ones the method may lose. */
const SHARES = [25, 50, 100];

/** What is trained at each share: the method, and the baseline that it has to beat. */
const COMPARED = ["revthink", "answers"] as const satisfies readonly (keyof typeof OBJECTIVES)[];

/** `mle-star distill reverse curve`: the method beside answer augmentation, on shares of the rows. */
export function reverseCurveCommand(context: CommandContext) {
  return new Command("curve")
    .description(
      "train and evaluate on shares of the rows, beside answer augmentation: as many answers in place of the way back; the same command goes on",
    )
    .requiredOption("--base <weights>", `the model to train: ${BASE_FORMS}`)
    .option("--data <folder>", "what `distill reverse data` wrote", REVERSE_TRAINING.data)
    .option("--out <folder>", "where the trained models go", "adapters/reverse-curve")
    .option("--from <folder>", "folder of the runs that the data are from", "runs")
    .option("--shares <list>", "percent of the rows, separated by commas", shares, SHARES)
    .option("--epochs <n>", "passes over the rows", count, REVERSE_TRAINING.epochs)
    .option("--batch <n>", "rows of a step", count, REVERSE_TRAINING.batch)
    .option(
      "--learning-rate <x>",
      "highest learning rate",
      Number,
      REVERSE_TRAINING.learningRate.lora,
    )
    .option("--rank <n>", "rank of LoRA", count, REVERSE_TRAINING.rank)
    .option("--alpha <n>", "alpha of LoRA", count, REVERSE_TRAINING.alpha)
    .option("--dev-rows <n>", "rows of dev at most that its loss is measured on", count)
    .option("--max-length <n>", "tokens of a part at most", count, REVERSE_TRAINING.maxLength)
    .option("--max-tokens <n>", "tokens of an answer at most", count, 512)
    .option("--limit <n>", "tasks of dev at most, drawn by their ids", count)
    .option("--seconds <n>", "of one execution at most", count, 120)
    .addOption(
      new Option("--sandbox <engine>", "what runs scripts")
        .choices(["auto", "docker", "podman", "bwrap", "process"] as const)
        .default("auto" as const),
    )
    .option("--json", "print data instead of text", false)
    .action(async (options) => {
      const quiet = { ...context, write: () => undefined };
      const folderOf = (objective: string, share: number) =>
        join(options.out, `${objective}-${share}`);
      for (const share of options.shares)
        for (const objective of COMPARED) {
          const out = folderOf(objective, share);
          const args = trainArguments(options, { objective, share, out });
          await trainCommand(REVERSE_TRAINING, quiet).parseAsync(args, { from: "user" });
        }
      const progress = openProgress(process.stderr, options.json);
      const points: Point[] = [];
      try {
        for (const share of options.shares) {
          const folders = COMPARED.map((objective) => folderOf(objective, share));
          const found = await evaluateReverse({ ...options, folders }, context.cwd, progress.line);
          points.push({ share, found });
        }
      } finally {
        progress.close();
      }
      context.write(options.json ? `${JSON.stringify(points)}\n` : curveText(points));
    });
}

type Point = { share: number; found: Awaited<ReturnType<typeof evaluateReverse>> };

type Trained = { base: string; data: string; epochs: number; batch: number; maxLength: number } & {
  learningRate: number;
  rank: number;
  alpha: number;
  devRows?: number | undefined;
};

function trainArguments(
  { base, data, epochs, batch, maxLength, learningRate, rank, alpha, devRows }: Trained,
  { objective, share, out }: { objective: string; share: number; out: string },
): string[] {
  return [
    "--base",
    base,
    "--data",
    data,
    "--out",
    out,
    "--objective",
    objective,
    "--share",
    String(share),
    "--epochs",
    String(epochs),
    "--batch",
    String(batch),
    "--max-length",
    String(maxLength),
    "--learning-rate",
    String(learningRate),
    "--rank",
    String(rank),
    "--alpha",
    String(alpha),
    ...(devRows === undefined ? [] : ["--dev-rows", String(devRows)]),
    "--json",
  ];
}

/** The curve for people: a line for each share, and what both are compared with. */
export function curveText(points: readonly Point[]): string {
  const [first] = points;
  const rows = points.map(({ share, found }) => {
    const [own, baseline] = found.scores;
    const difference = found.differences[0]?.difference ?? { mean: null, interval: null };
    const shown = [own?.right, baseline?.right].map((each) =>
      estimateText(each ?? { mean: null, interval: null }),
    );
    return [`${share} %`, ...shown, estimateText(difference)];
  });
  const rest = first?.found.scores.slice(COMPARED.length) ?? [];
  return `${[
    `${first?.found.tasks} tasks of ${first?.found.competitions} competitions for dev, right at the first try; 95 % intervals`,
    ...table([["rows", "RevThink", "answer augmentation", "difference"], ...rows]),
    ...rest.map(({ who, right }) => `${who}: ${estimateText(right)}`),
  ].join("\n")}\n`;
}

function shares(text: string): number[] {
  const found = text.split(",").map(Number);
  if (found.every((each) => each > 0 && each <= 100)) return found;
  throw new InvalidArgumentError("expected numbers above 0, at most 100, separated by commas.");
}
