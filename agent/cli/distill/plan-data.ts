import { resolve } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { PROMPTS } from "../../distill/asked.ts";
import { sift, writeDataSet } from "../../distill/data-set.ts";
import { type PlanQuestion, planQuestions, QUESTIONS } from "../../distill/plan/plan-questions.ts";
import {
  MIN_PLAN_SCORE,
  PLAN_MODES,
  PLANS_PER_QUESTION,
  planAsked,
  planRows,
} from "../../distill/plan/plan-rows.ts";
import type { Judged, Row } from "../../distill/row.ts";
import type { CommandContext } from "../runs/context.ts";
import { readCalls } from "./calls.ts";
import { dataCommand, devShareOf, madeText } from "./data-options.ts";
import { count, within } from "./option-values.ts";

function dataOptions() {
  return dataCommand("make the data set from the journals of runs", "distill/plan")
    .addOption(
      new Option("--mode <mode>", "m1: plan and code; m2: the plan alone, another model codes")
        .choices(PLAN_MODES)
        .default("m2" as const),
    )
    .option(
      "--min-plan-score <n>",
      "lowest score of the verifier, -100 to 100; none: also plans that nobody judged",
      scoreOrNone,
      MIN_PLAN_SCORE,
    )
    .option(
      "--min-gain <n>",
      "standard errors that a plan must have gained; noise: 1; none: it must only have run",
      gainOrNone,
      1,
    )
    .option("--per-question <n>", "plans of one question at most", count, PLANS_PER_QUESTION)
    .addOption(
      new Option(
        "--prompt <form>",
        "full: as any model is asked; short: the block and what follows",
      )
        .choices(PROMPTS)
        .default("full" as const),
    );
}

/** `mle-star distill plan data`: the rows of PLAN-TUNING (arXiv 2507.07495) among the calls of runs. */
export function planDataCommand(context: CommandContext) {
  return dataOptions().action(async (options) => {
    const { from, out, splits, mode, perQuestion, license, prompt } = options;
    const asked = planAsked(prompt);
    const devShare = devShareOf(options);
    const rules = {
      mode,
      minScore: orNull(options.minPlanScore),
      minGain: orNull(options.minGain),
      perQuestion,
    };
    const judged: Judged[] = [];
    const questions: PlanQuestion[] = [];
    const { runsLeftOut, passedOver } = await readCalls(
      { from, splits, devShare },
      context,
      (calls) => {
        judged.push(...planRows(calls, { ...rules, licenses: license, asked }));
        questions.push(...planQuestions(calls));
      },
    );
    const sifted = sift(judged);
    const folder = resolve(context.cwd, out);
    const about = {
      kind: "plan",
      options: { ...rules, prompt, devShare, licenses: Object.fromEntries([...license].sort()) },
      asked,
      runsLeftOut,
    };
    const sorted = questions.sort((a, b) => (a.id < b.id ? -1 : 1));
    const manifest = await writeDataSet(folder, sifted, about, { [QUESTIONS]: sorted });
    const shown = sifted.rows.slice(0, options.show ?? 0);
    const made = { folder, ...manifest, passedOver, shown };
    context.write(options.json ? `${JSON.stringify(made)}\n` : madeText(made, rowText));
  });
}

export function rowText({ id, split, provenance, parts, measured }: Row): string {
  const { gain, noise, planScore } = measured;
  const said = parts.map(({ name, messages }) => `${name}: ${messages.at(-1)?.content ?? ""}`);
  return [
    "",
    `${id} (${split})`,
    `by ${provenance.model}, ${provenance.license}`,
    `gain ${gain ?? "unknown"}, standard error ${noise ?? "unknown"}, verifier ${planScore ?? "not asked"}`,
    ...said,
  ].join("\n");
}

/** Commander makes an empty text of null: the word stands until it is read. */
function orNull(value: number | "none"): number | null {
  return value === "none" ? null : value;
}

function scoreOrNone(text: string): number | "none" {
  return text === "none" ? "none" : within(text, -100, 100);
}

function gainOrNone(text: string): number | "none" {
  if (text === "none") return "none";
  return text === "noise" ? 1 : within(text, 0, 100);
}
