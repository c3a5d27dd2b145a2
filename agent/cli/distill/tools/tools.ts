import { Command } from "@commander-js/extra-typings";
import { TOOL_TRAINING } from "../../../distill/tools/training-defaults.ts";
import type { CommandContext } from "../../runs/context.ts";
import { trainCommand } from "../train/train.ts";
import { toolsDataCommand } from "./tools-data.ts";
import { toolsEvalCommand } from "./tools-eval.ts";
import { toolsGraphCommand } from "./tools-graph.ts";
import { toolsPairsCommand } from "./tools-pairs.ts";

/** `mle-star distill tools`: a model that calls the tools of the drivers, after Magnet (arXiv 2503.07826). */
export function toolsCommand(context: CommandContext) {
  const command = new Command("tools").description(
    "calls of tools over several turns: paths through the graph of tools, every call executed",
  );
  command.addCommand(toolsGraphCommand(context));
  command.addCommand(toolsDataCommand(context));
  command.addCommand(trainCommand(TOOL_TRAINING, context));
  command.addCommand(toolsPairsCommand(context));
  command.addCommand(toolsEvalCommand(context));
  return command;
}
