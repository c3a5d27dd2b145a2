import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { Fault } from "../../../../runs/errors.ts";
import { trainerPython } from "../../../../sandbox/environment/trainer-environment.ts";
import { readEnvironment } from "../../environment.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { serveModel } from "./served-model.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `mle-star distill serve`: a trained model behind the Chat Completions API, on this machine, until Ctrl-C. */
export function serveCommand(context: CommandContext) {
  return new Command("serve")
    .description("let a trained model answer: the Chat Completions API, until Ctrl-C")
    .argument("<folder>", "what distill train wrote, a folder with config.json, or a .gguf file")
    .option("--host <address>", "where it listens", "127.0.0.1")
    .option("--port <n>", "0: any that is free", port, 0)
    .addOption(
      new Option("--device <device>", "where it answers")
        .choices(["auto", "cpu", "cuda"] as const)
        .default("auto" as const),
    )
    .option("--json", "print data instead of text", false)
    .action(async (folder, { host, port: wanted, device, json }) => {
      const { cacheDir, trainerPython: override } = readEnvironment();
      const progress = openProgress(process.stderr, json);
      const python = await trainerPython(override, { cacheDir, report: progress.line });
      progress.close();
      const options = { python, folder, cwd: context.cwd, cacheDir, host, port: wanted, device };
      await using model = await serveModel(options);
      const { url } = model;
      context.write(json ? `${JSON.stringify({ url })}\n` : `${folder} answers at ${url}\n`);
      const why = await Promise.race([signaled(), model.ended]);
      if (why !== null) throw new Fault(`the server ended with ${why}`);
    });
}

/** Settles with null at the first signal. Until then it keeps this process. */
function signaled(): Promise<null> {
  return new Promise((resolve) => {
    const hold = setInterval(() => undefined, 60_000);
    for (const name of SIGNALS)
      process.once(name, () => {
        clearInterval(hold);
        resolve(null);
      });
  });
}

function port(text: string): number {
  const number = /^\d{1,5}$/u.test(text) ? Number(text) : Number.NaN;
  if (number <= 65_535) return number;
  throw new InvalidArgumentError("expected a port, 0 to 65535.");
}
