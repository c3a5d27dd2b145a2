import { mkdtemp, readdir, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SandboxUnavailable } from "../../../runs/errors.ts";
import { compiledRunner } from "../../../sandbox/environment/compiled-runner.ts";
import { openPython } from "../engines.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-compiled-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("it is made once, whoever asks, is readable to everybody, and nothing else stays", async () => {
  const { python } = await openPython();
  const umask = process.umask(0o077);
  const places = await Promise.all([1, 2, 3].map(() => compiledRunner(python, folder)));
  process.umask(umask);
  const [place = ""] = places;
  expect(new Set(places).size).toBe(1);
  expect(await readdir(folder)).toHaveLength(1);
  expect((await stat(join(place, "watch"))).mode & 0o777).toBe(0o755);
  expect((await stat(join(place, "runner.py"))).mode & 0o777).toBe(0o644);
  const compiled = await readdir(join(place, "watch", "__pycache__"));
  const sources = (await readdir(join(place, "watch"))).filter((name) => name.endsWith(".py"));
  expect(compiled).toHaveLength(sources.length);
  const made = new Date("2001-02-03");
  await utimes(place, made, made);
  expect(await compiledRunner(python, folder)).toBe(place);
  expect((await stat(place)).mtime).toEqual(made);
});

test("an interpreter that cannot compile it is named as the engine's failure", async () => {
  const failing = compiledRunner(join(folder, "nothing"), folder);
  await expect(failing).rejects.toBeInstanceOf(SandboxUnavailable);
  expect(await readdir(folder)).toEqual([]);
});
