import { Command } from "@commander-js/extra-typings";
import { type CommandContext, programContext } from "../runs/context.ts";
import { planDataCommand } from "./plan-data.ts";

/** `mle-star distill`: what small models are trained on, made from runs. */
export function distillCommand(context: CommandContext = programContext()): Command {
  const plan = new Command("plan").description(
    "planners: plans that a verifier liked and that gained when they were carried out",
  );
  plan.addCommand(planDataCommand(context));
  const command = new Command("distill").description(
    "data sets from runs, for training small models",
  );
  command.addCommand(plan);
  return command;
}
