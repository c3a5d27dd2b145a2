import { Command } from "@commander-js/extra-typings";
import type { CommandContext } from "../../runs/context.ts";
import { toolsDataCommand } from "./tools-data.ts";
import { toolsGraphCommand } from "./tools-graph.ts";

/** `mle-star distill tools`: a model that calls the tools of the drivers, after Magnet (arXiv 2503.07826). */
export function toolsCommand(context: CommandContext) {
  const command = new Command("tools").description(
    "calls of tools over several turns: paths through the graph of tools, every call executed",
  );
  command.addCommand(toolsGraphCommand(context));
  command.addCommand(toolsDataCommand(context));
  return command;
}
