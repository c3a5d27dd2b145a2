import { Command } from "@commander-js/extra-typings";
import { type CommandContext, programContext } from "../runs/context.ts";
import { forgetCommand, reflectCommand, trainCommand } from "./change.ts";
import { exportCommand } from "./export.ts";
import { listCommand, searchCommand, showCommand, statsCommand } from "./look.ts";

/** `mle-star memory`: what earlier runs left to learn from. */
export function memoryCommand(context: CommandContext = programContext()): Command {
  const command = new Command("memory").description("what earlier runs left to learn from");
  command.addCommand(listCommand(context));
  command.addCommand(showCommand(context));
  command.addCommand(searchCommand(context));
  command.addCommand(statsCommand(context));
  command.addCommand(reflectCommand(context));
  command.addCommand(forgetCommand(context));
  command.addCommand(trainCommand(context));
  command.addCommand(exportCommand(context));
  return command;
}
