import { execFileSync } from "node:child_process";
import { chmodSync, realpathSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hostPython } from "../../../sandbox/bubblewrap/host-python.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("a virtual environment is shown together with the Python it was made of", async () => {
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  const environment = join(folder, "environment");
  execFileSync("python3", ["-m", "venv", "--without-pip", environment]);
  const python = join(environment, "bin", "python");
  const shown = await hostPython(python);
  if (typeof shown === "string") throw new Error(shown);
  const isShown = (path: string): boolean => shown.folders.some((each) => path.startsWith(each));
  expect(isShown(python)).toBe(true);
  expect(isShown(realpathSync(python))).toBe(true);
  expect(shown.folders).not.toContain(homedir());
});

test("behind a wrapper the program itself is run", async () => {
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  const python = join(folder, "python");
  await writeFile(python, '#!/bin/sh\nexec python3 "$@"\n');
  chmodSync(python, 0o755);
  const shown = await hostPython(python);
  if (typeof shown === "string") throw new Error(shown);
  expect(shown.executable).not.toBe(python);
  expect(shown.folders.some((each) => shown.executable.startsWith(each))).toBe(true);
});
