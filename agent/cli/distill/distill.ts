import { Command } from "@commander-js/extra-typings";
import { PLAN_TRAINING } from "../../distill/plan/training-defaults.ts";
import { REVERSE_TRAINING } from "../../distill/reverse/training-defaults.ts";
import { type CommandContext, programContext } from "../runs/context.ts";
import { jobSheetCommand } from "./job-sheet.ts";
import { planDataCommand } from "./plan-data.ts";
import { planEvalCommand } from "./plan-eval.ts";
import { reverseCurveCommand } from "./reverse/reverse-curve.ts";
import { reverseDataCommand } from "./reverse/reverse-data.ts";
import { reverseEvalCommand } from "./reverse/reverse-eval.ts";
import { serveCommand } from "./serve/serve.ts";
import { skdCommand } from "./skd/skd.ts";
import { toolsCommand } from "./tools/tools.ts";
import { trainCommand } from "./train/train.ts";

/** `mle-star distill`: what small models are trained on, made from runs. */
export function distillCommand(context: CommandContext = programContext()): Command {
  const plan = new Command("plan").description(
    "planners: plans that a verifier liked and that gained when they were carried out",
  );
  plan.addCommand(planDataCommand(context));
  plan.addCommand(trainCommand(PLAN_TRAINING, context));
  plan.addCommand(planEvalCommand(context));
  const command = new Command("distill").description(
    "small models that learn from runs: their data sets, and their training",
  );
  command.addCommand(plan);
  const reverse = new Command("reverse").description(
    "debuggers, leakage checkers, readers of ablations: forward, a question back, and its answer",
  );
  reverse.addCommand(reverseDataCommand(context));
  reverse.addCommand(trainCommand(REVERSE_TRAINING, context));
  reverse.addCommand(reverseEvalCommand(context));
  reverse.addCommand(reverseCurveCommand(context));
  command.addCommand(reverse);
  command.addCommand(toolsCommand(context));
  command.addCommand(skdCommand(context));
  command.addCommand(serveCommand("serve", context));
  command.addCommand(jobSheetCommand(context));
  return command;
}
