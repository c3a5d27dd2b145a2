import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { Fault } from "../../../../runs/errors.ts";
import { trainerPython } from "../../../../sandbox/environment/trainer-environment.ts";
import { readEnvironment } from "../../environment.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { SIGNALS } from "../../terminal/signals.ts";
import { BELOW, mixtureOf, mixtureText, PLAUSIBLE, readShare } from "./mixture.ts";
import { serveModel } from "./served-model.ts";

/**
 * `mle-star models serve-local`, which is `distill serve`, too: a model on this machine, or several as one, behind the
 * Chat Completions API until Ctrl-C.
 */
export function serveCommand(name: "serve" | "serve-local", context: CommandContext) {
  return new Command(name)
    .description("let open models answer: the Chat Completions API on this machine, until Ctrl-C")
    .argument(
      "<folder>",
      "what distill train or models merge wrote, a folder with config.json, or a .gguf file",
    )
    .option("--fuse <a,b>", "instead: the mean of the log-probabilities of these", names)
    .option("--contrast <good,bad>", "instead: log-probabilities of one less the other's", names)
    .option("--proxy <tuned,untuned>", "moved by the logits of one less the other's", names)
    .option("--switch <other>", "another one writes each token it is not sure of", names)
    .option(
      "--plausible <share>",
      `contrast: of the likeliest token's probability, that a token must have (${PLAUSIBLE})`,
      share,
    )
    .option(
      "--below <probability>",
      `switch: not sure where the likeliest token has less (${BELOW})`,
      share,
    )
    .option("--host <address>", "where it listens", "127.0.0.1")
    .option("--port <n>", "0: any that is free", port, 0)
    .addOption(
      new Option("--device <device>", "where it answers")
        .choices(["auto", "cpu", "cuda"] as const)
        .default("auto" as const),
    )
    .option("--json", "print data instead of text", false)
    .action(async (folder, { host, port: wanted, device, json, plausible, below, ...given }) => {
      const shares = { plausible: plausible ?? null, below: below ?? null };
      const model = { folder, mixture: mixtureOf(given, shares) };
      const { cacheDir, trainerPython: override } = readEnvironment();
      const progress = openProgress(process.stderr, json);
      const python = await trainerPython(override, { cacheDir, report: progress.line });
      progress.close();
      const where = { python, cwd: context.cwd, cacheDir, host, port: wanted, device };
      await using served = await serveModel({ ...where, model, name: `local:${folder}` });
      const { url, socket, hasNoNetwork } = served;
      const shown = { url, socket, hasNoNetwork, models: mixtureText(model) };
      const network = hasNoNetwork ? "no network behind it" : "no sandbox: a watch on its network";
      context.write(
        json
          ? `${JSON.stringify(shown)}\n`
          : `${shown.models}: answers at ${url} (socket ${socket}; ${network})\n`,
      );
      const why = await Promise.race([signaled(), served.ended]);
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

function names(text: string): string[] {
  return text.split(",");
}

function share(text: string): number {
  const value = readShare(text);
  if (!Number.isNaN(value)) return value;
  throw new InvalidArgumentError("expected a number above 0, at most 1.");
}

function port(text: string): number {
  const number = /^\d{1,5}$/u.test(text) ? Number(text) : Number.NaN;
  if (number <= 65_535) return number;
  throw new InvalidArgumentError("expected a port, 0 to 65535.");
}
