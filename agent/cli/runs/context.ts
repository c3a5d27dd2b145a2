import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";

/** Where `runs` commands write, and what they know of their context; tests bring their own. */
export type CommandContext = {
  write(text: string): void;
  isTerminal: boolean;
  cwd: string;
  /** Search path on which git is found. */
  path: string;
  /** Holds what a bundle must not hold. */
  env: NodeJS.ProcessEnv;
};

/** The context of the program itself. */
export function programContext(): CommandContext {
  return {
    write: (text) => void process.stdout.write(text),
    isTerminal: process.stdout.isTTY === true,
    cwd: process.cwd(),
    path: process.env.PATH ?? "",
    env: process.env,
  };
}

/** How a command names a run. */
export const WHICH =
  "run id or its beginning, <competition>, <competition>/<run>, a path, or latest";

/** A sub-command of `runs`, with the options that all of them have. */
export function subCommand(name: string, description: string, { cwd }: CommandContext) {
  return new Command(name)
    .description(description)
    .option("--runs-dir <folder>", "where runs are kept", join(cwd, "runs"))
    .option("--json", "print data instead of text", false);
}
