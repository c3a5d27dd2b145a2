import { join, resolve } from "node:path";
import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { UserError } from "../../../runs/errors.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { evaluatePlans, type PlanEvaluation } from "../../distill/plan/plan-eval.ts";
import type { CommandContext } from "../runs/context.ts";
import { openProgress } from "../terminal/progress.ts";
import { table } from "../terminal/table.ts";
import { askOne } from "./eval/ask-model.ts";
import { estimateText } from "./eval/estimate-text.ts";
import { count } from "./option-values.ts";
import { readTraining } from "./train/training-folder.ts";
import { readDataSet, readQuestions } from "./train/training-run.ts";

/** Tokens of a plan at most: three to five sentences. */
const MAX_TOKENS = 256;

/** `mle-star distill plan eval`: a trained planner beside its base, the teacher and chance, on questions of dev. */
export function planEvalCommand(context: CommandContext) {
  return new Command("eval")
    .description(
      "ask a trained planner the questions of dev, and score its plans by what was executed",
    )
    .argument("[folder]", "what distill plan train wrote", "adapters/planner")
    .option("--data <folder>", "what `distill plan data` wrote", "distill/plan")
    .option("--max-tokens <n>", "tokens of an answer at most", count, MAX_TOKENS)
    .option("--min-gain <n>", "standard errors that an accepted plan gained", standardErrors, 1)
    .option("--limit <n>", "questions at most, the first ones", count)
    .option("--json", "print data instead of text", false)
    .action(async (name, options) => {
      const { json, maxTokens, minGain } = options;
      const folder = resolve(context.cwd, name);
      const record = await readTraining(folder);
      if (record?.result == null)
        throw new UserError(
          `${name} holds no model that was trained to its end: distill plan train`,
        );
      const data = await readDataSet(resolve(context.cwd, options.data));
      const all = await readQuestions(data.folder, "dev");
      if (all.length === 0)
        throw new UserError(
          `${data.folder} has no question for dev: more runs, or another --dev-share`,
        );
      const questions = all.slice(0, options.limit ?? all.length);
      const progress = openProgress(process.stderr, json);
      const asking = { file: join(folder, "eval", "answers.jsonl"), maxTokens };
      try {
        const { settings } = record;
        const { cwd } = context;
        const trained = await askOne(questions, {
          ...{ ...asking, report: progress.line, folder, cwd },
          model: `trained ${sha256(JSON.stringify(record)).slice(0, 16)}`,
        });
        const base = await askOne(questions, {
          ...{ ...asking, report: progress.line, folder: settings.base, cwd },
          model: `base ${settings.base}`,
        });
        const found = evaluatePlans(questions, { trained, base }, minGain);
        context.write(json ? `${JSON.stringify({ folder, ...found })}\n` : foundText(found));
      } finally {
        progress.close();
      }
    });
}

function foundText({ questions, competitions, scores, difference }: PlanEvaluation): string {
  const head = ["", "read", "carried out before", "accepted"];
  const rows = scores.map(({ who, read, known, accepted }) =>
    [who].concat([read, known, accepted].map(estimateText)),
  );
  return `${[
    `${questions} questions of ${competitions} competitions for dev; 95 % intervals, competitions drawn anew`,
    ...table([head, ...rows]),
    `accepted, trained minus base: ${estimateText(difference)}`,
    "accepted: this very plan was carried out in the same step, and gained more than noise; a plan that nobody carried out counts as not accepted",
  ].join("\n")}\n`;
}

function standardErrors(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number >= 0 && number <= 100) return number;
  throw new InvalidArgumentError("expected a number from 0 to 100.");
}
