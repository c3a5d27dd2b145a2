import { Command } from "@commander-js/extra-typings";
import { type CommandContext, programContext } from "../runs/context.ts";
import { exportCommand } from "./export.ts";

/** `mle-star memory`: what earlier runs left to learn from. */
export function memoryCommand(context: CommandContext = programContext()): Command {
  const command = new Command("memory").description("what earlier runs left to learn from");
  command.addCommand(exportCommand(context));
  return command;
}
