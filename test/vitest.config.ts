import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { ClosingLine } from "./closing-line.ts";
import { LongFilesFirst, longFiles } from "./long-files-first.ts";

/** Files that start real Python processes: slow where two cores are shared, never timed. */
const python = [
  "test/tasks/**/*.test.ts",
  "test/agent/cli/**/*.test.ts",
  "test/agent/distill/trainer/**/*.test.ts",
  "test/agent/models/playbook/**/*.test.ts",
  "test/agent/search/examples.test.ts",
  "test/agent/tools/scratch/**/*.test.ts",
];

/** Files that change what all of a machine shares, or need all of it: each runs while no other does. */
const alone = [
  // Kills a harness and counts what it left running; another file's start would sweep it first.
  "test/sandbox/linux/leftovers.test.ts",
  // Counts the containers that build; another file builds an image, too.
  "test/sandbox/containers/image-build.test.ts",
  // A real model takes both cores, and must answer before its client gives up.
  "test/agent/models/local-model.test.ts",
];

/** Files that start engines or the whole program: side by side, since each has folders, ports and marks of its own. */
const engines = [
  "test/sandbox/**/*.test.ts",
  "test/end-to-end/**/*.test.ts",
  "test/zoo/*.test.ts",
  // Clusters of one machine.
  "test/runs/batch/engines/**/*.test.ts",
  // A browser is an engine, too.
  "test/runs/viewer/browser/*.test.ts",
];

// A file that moves must take its entry along, or it would run beside others unnoticed.
for (const path of [...python, ...alone, ...longFiles])
  if (!path.includes("*") && !existsSync(new URL(`../${path}`, import.meta.url)))
    throw new Error(`${path}, named in vitest.config.ts, is not there`);

/** Vitest by itself would leave one core idle. One file more than there are cores, since many wait: for servers, engines, a limit. */
const workers = availableParallelism() + 1;

/**
 * `isolate: false`: the files of a worker share their modules, which would take longer to load for each file than most
 * files run. No test patches a module (AGENTS.md, rule 10), and a file that sets a variable of the environment resets it.
 */
const patient = { testTimeout: 300_000, hookTimeout: 900_000 };

/** Real engines on a machine that others share: one more try in CI, and those that needed it are listed at the end. */
const retry = process.env.CI === undefined ? 0 : 1;

export default defineConfig({
  test: {
    expect: { requireAssertions: true },
    reporters: ["default", new ClosingLine()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongFilesFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...python, ...engines, ...alone],
          maxWorkers: workers,
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          name: "python",
          include: python,
          maxWorkers: workers,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          retry,
          name: "engines",
          include: engines,
          exclude: alone,
          // No more where there are more cores: a run by itself starts two scripts at a time, and engines share one machine.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          ...patient,
          retry,
          name: "alone",
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
