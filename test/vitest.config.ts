import { defineConfig } from "vitest/config";
import { ClosingLine } from "./closing-line.ts";

export default defineConfig({
  test: {
    expect: { requireAssertions: true },
    reporters: ["default", new ClosingLine()],
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/sandbox/**", "test/end-to-end/**", "test/tasks/**"],
        },
      },
      {
        extends: true,
        test: {
          name: "engines",
          include: [
            "test/tasks/**/*.test.ts",
            "test/sandbox/**/*.test.ts",
            "test/end-to-end/**/*.test.ts",
          ],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
