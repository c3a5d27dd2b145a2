import { Command } from "commander";
import { optimizeCommand } from "./optimize.ts";

/** `mle-star swarm`: which models ask which. */
export function swarmCommand(): Command {
  return new Command("swarm")
    .description("graphs of models that play the roles together: find a good one")
    .addCommand(optimizeCommand());
}
