import { Argument, Command } from "@commander-js/extra-typings";
import { ConfigInvalid } from "../../runs/errors.ts";
import { findEngine } from "../../sandbox/containers/engine.ts";
import { imageFor } from "../../sandbox/containers/image.ts";
import { readEnvironment } from "./environment.ts";
import { openProgress } from "./terminal/progress.ts";

/** `mle-star image`: builds a container image ahead of its first use and prints its tag. */
export function imageCommand() {
  return new Command("image")
    .description(
      "Build a container image before its first use: cpu and gpu run scripts, agent holds the whole program (for MLE-bench: sandbox/agent-image/config.yaml).",
    )
    .addArgument(new Argument("<target>", "image to build").choices(TARGETS))
    .option("--gpu", "agent: include GPU packages")
    .option("--root-user", "agent: start as root, where the base image requires it")
    .option("--node-image <image>", "agent: image to copy Node.js from")
    .option("--modules <folder>", "agent: folder of npm packages to use instead of the registry")
    .option("--json", "print one JSON object")
    .action(async (target, options) => {
      const progress = openProgress(process.stderr, options.json === true);
      const environment = readEnvironment();
      const { CONTAINER_HOST: podmanHost = null } = environment.all;
      const docker = await findEngine("docker");
      const engine = typeof docker === "string" ? await findEngine("podman", podmanHost) : docker;
      if (typeof engine === "string") throw new ConfigInvalid(`${docker}; ${engine}`);
      const { gpu, rootUser, nodeImage, modules = null } = options;
      const { tag, packages } = await imageFor(engine, target, {
        ...environment,
        modules,
        buildArguments: {
          ...(gpu === true ? { STACK: "gpu" } : {}),
          ...(rootUser === true ? { AGENT_USER: "root" } : {}),
          ...(nodeImage === undefined ? {} : { NODE_IMAGE: nodeImage }),
        },
        report: progress.line,
      }).finally(() => progress.close());
      process.stdout.write(`${options.json === true ? JSON.stringify({ tag, packages }) : tag}\n`);
    });
}

const TARGETS = ["cpu", "gpu", "agent"] as const;
