import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
/** As Biome's `noExcessiveLinesPerFile` for TypeScript. */
const MAX_LINES = 350;

test("no Python file has more lines than a file of TypeScript may have", () => {
  const listed = execFileSync("git", ["ls-files", "-z", "*.py"], { cwd: root, encoding: "utf8" });
  const files = listed.split("\0").filter((file) => file !== "");
  expect(files.length).toBeGreaterThan(100);
  const long = files.filter(
    (file) => readFileSync(`${root}/${file}`, "utf8").split("\n").length - 1 > MAX_LINES,
  );
  expect(long).toEqual([]);
});
