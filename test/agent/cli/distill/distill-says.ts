import { distillCommand } from "../../../../agent/cli/distill/distill.ts";

/** What `mle-star distill …` prints. */
export async function distillSays(cwd: string, ...args: string[]): Promise<string> {
  let said = "";
  const write = (text: string) => {
    said += text;
  };
  const path = process.env.PATH ?? "";
  const command = distillCommand({ write, isTerminal: false, cwd, path, env: {} });
  await command.parseAsync(args, { from: "user" });
  return said;
}
