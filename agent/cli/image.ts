import { Argument, Command } from "@commander-js/extra-typings";
import { ConfigInvalid } from "../../runs/errors.ts";
import { findEngine } from "../../sandbox/containers/engine.ts";
import { imageFor } from "../../sandbox/containers/image.ts";
import { readEnvironment } from "./environment.ts";
import { openProgress } from "./progress.ts";

/** `mle-star image`: builds one of the images ahead of need, and says its tag. */
export function imageCommand() {
  return new Command("image")
    .description(
      "Build an image now that would be built on first use: cpu and gpu run the scripts, agent is the whole program for a machine without one (MLE-bench: sandbox/agent-image/config.yaml). What is there already is not built again.",
    )
    .addArgument(new Argument("<target>", "what the image is for").choices(TARGETS))
    .option("--gpu", "agent: with the packages for a GPU")
    .option("--root-user", "agent: start as root, for a base image whose entry point asks for it")
    .option("--node-image <image>", "agent: image to take Node.js from")
    .option("--modules <folder>", "agent: npm packages, instead of npm's registry")
    .option("--json", "one JSON object on standard output")
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
