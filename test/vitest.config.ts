import { defineConfig } from "vitest/config";
import { ClosingLine } from "./closing-line.ts";

/** Files that start real Python processes: slow where two cores are shared, never timed. */
const python = [
  "test/tasks/**/*.test.ts",
  "test/agent/cli/**/*.test.ts",
  "test/agent/models/playbook/**/*.test.ts",
  "test/agent/search/examples.test.ts",
];

/** Files that start engines or the whole program, or ask a real model: one at a time. */
const engines = [
  "test/sandbox/**/*.test.ts",
  "test/end-to-end/**/*.test.ts",
  "test/zoo/*.test.ts",
  "test/agent/models/local-model.test.ts",
];

export default defineConfig({
  test: {
    expect: { requireAssertions: true },
    reporters: ["default", new ClosingLine()],
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...python, ...engines],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "python",
          include: python,
          testTimeout: 300_000,
          hookTimeout: 900_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "engines",
          include: engines,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 900_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
