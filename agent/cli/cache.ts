import { mkdir } from "node:fs/promises";
import { Command } from "@commander-js/extra-typings";
import { pythonEnvironment } from "../../sandbox/environment/python-environment.ts";
import {
  addWeights,
  type CachedWeights,
  listWeights,
  removeWeights,
} from "../../sandbox/environment/weights.ts";
import { readEnvironment } from "./environment.ts";
import { openProgress } from "./terminal/progress.ts";
import { table } from "./terminal/table.ts";

/** `mle-star cache`: pretrained weights that scripts may load although they have no network. */
export function cacheCommand() {
  const command = new Command("cache").description(
    "Manage pretrained weights that scripts may load without a network.",
  );
  command.addCommand(addCommand());
  command.addCommand(listCommand());
  command.addCommand(removeCommand());
  return command;
}

function addCommand() {
  return new Command("add")
    .description(
      "Download weights: hf:<org/model>[@revision] (uses HF_ENDPOINT and HF_TOKEN), timm:<model>, torch:<torchvision model or checkpoint URL>",
    )
    .argument("<weights...>", "weights to download")
    .option("--json", "print one JSON object")
    .action(async (names, options) => {
      const { cacheDir, python: override } = readEnvironment();
      const progress = openProgress(process.stderr, options.json === true);
      const interrupt = new AbortController();
      const onInterrupt = (): void => interrupt.abort();
      process.once("SIGINT", onInterrupt);
      try {
        await mkdir(cacheDir, { recursive: true });
        const report = progress.line;
        const { signal } = interrupt;
        const { python } = await pythonEnvironment({ cacheDir, override, report, signal });
        const added: CachedWeights[] = [];
        for (const name of names)
          added.push(await addWeights(name, { cacheDir, python, report, signal }));
        print(added, options.json === true);
      } finally {
        process.off("SIGINT", onInterrupt);
        progress.close();
      }
    });
}

function listCommand() {
  return new Command("list")
    .description("List the cached weights")
    .option("--json", "print one JSON object")
    .action(async (options) => {
      print(await listWeights(readEnvironment().cacheDir), options.json === true);
    });
}

function removeCommand() {
  return new Command("remove")
    .description("Delete cached weights")
    .argument("<weights...>", "names shown by `cache list`")
    .action(async (names) => {
      const { cacheDir } = readEnvironment();
      const report = (line: string): void => void process.stderr.write(`${line}\n`);
      const removed: CachedWeights[] = [];
      for (const name of names) removed.push(await removeWeights(name, { cacheDir, report }));
      process.stdout.write(`removed ${removed.map(({ name }) => name).join(", ")}\n`);
    });
}

function print(weights: readonly CachedWeights[], json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ weights })}\n`);
  else if (weights.length === 0)
    process.stdout.write(
      "the cache is empty; add weights with mle-star cache add hf:<org/model>\n",
    );
  else process.stdout.write(`${table(weights.map(cells), (column) => column === 1).join("\n")}\n`);
}

function cells({ name, files, bytes, revision, addedAt }: CachedWeights): string[] {
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  return [name, size, `${files} files`, revision.slice(0, 12), addedAt.slice(0, 10)];
}
