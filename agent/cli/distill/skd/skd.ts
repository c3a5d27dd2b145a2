import { Command } from "@commander-js/extra-typings";
import type { CommandContext } from "../../runs/context.ts";
import { skdDataCommand } from "./skd-data.ts";
import { skdEvalCommand } from "./skd-eval.ts";
import { skdTrainCommand } from "./skd-train.ts";

/** `mle-star distill skd`: Speculative Knowledge Distillation (arXiv 2410.11325). */
export function skdCommand(context: CommandContext) {
  const command = new Command("skd").description(
    "students that write together with a teacher, which replaces what it would not say",
  );
  command.addCommand(skdDataCommand(context));
  command.addCommand(skdTrainCommand(context));
  command.addCommand(skdEvalCommand(context));
  return command;
}
