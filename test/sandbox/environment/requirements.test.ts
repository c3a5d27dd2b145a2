import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findPython } from "../../../sandbox/environment/find-python.ts";

const execute = promisify(execFile);
const room = fileURLToPath(new URL("../../../sandbox", import.meta.url));

/** A Python with pip, which the installer reads requirements with. */
let python: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-requirements-"));
  await execute((await findPython()).executable, ["-m", "venv", folder]);
  python = join(folder, "bin", "python");
});
afterAll(() => rm(folder, { recursive: true }));

async function pins(name: string): Promise<string[]> {
  const text = await readFile(join(room, `requirements-${name}.txt`), "utf8");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

test("every requirement is one version, the one that the lock has", async () => {
  const lock = (await pins("lock")).map((line) => line.split(";")[0]);
  const wanted = [...(await pins("core")), ...(await pins("extras")), ...(await pins("gpu"))];
  expect(wanted.length).toBeGreaterThan(20);
  for (const line of wanted) {
    expect(line).toMatch(/^[a-z0-9-]+==[\d.]+(?:; .*)?$/u);
    expect(lock).toContain(line.split(";")[0]);
  }
});

test("no two lines of the lock speak of one package to the same Python", async () => {
  const code = `
import sys
from pip._vendor.packaging.requirements import Requirement
lines = [line for line in open(sys.argv[1]) if line.strip() and not line.startswith("#")]
for python in ("3.10", "3.11", "3.12", "3.13", "3.14"):
    here = [each.name for each in map(Requirement, lines) if not each.marker or each.marker.evaluate({"python_version": python})]
    twice = sorted({name for name in here if here.count(name) > 1})
    print(python, len(here) > 60, twice)
`;
  const lock = join(room, "requirements-lock.txt");
  const { stdout } = await execute(python, ["-c", code, lock]);
  expect(stdout.trim().split("\n")).toEqual(
    ["3.10", "3.11", "3.12", "3.13", "3.14"].map((version) => `${version} True []`),
  );
});

test("without a GPU the newest build without CUDA is taken that is not newer than the pin, and the lock leaves it free", async () => {
  const code = `
import os, sys
sys.path.insert(0, os.path.join(sys.argv[1], "python"))
import install
from pip._vendor.packaging.requirements import Requirement
lock = os.path.join(sys.argv[1], "requirements-lock.txt")
pip = install.Pip.__new__(install.Pip)
pip.wheels, pip.lock, pip.log = None, lock, sys.argv[2]
pip.versions = lambda name: ["9.2.0+cpu", "9.1.0", "9.0.0+cpu", "8.9.0+cpu", "8.9.0"]
wanted, why = install.choose_build(pip, Requirement("torch==9.1.0"), False)
kept = open(pip.lock_without(["numpy==1", wanted])).read()
print(wanted, why, "torch==" in kept, "torchvision==" in kept, pip.lock_without(["numpy==1"]) == lock)
print(install.choose_build(pip, Requirement("torch==9.1.0"), True)[0])
`;
  const { stdout } = await execute(python, ["-B", "-c", code, room, join(folder, "log")]);
  expect(stdout).toBe("torch==9.0.0+cpu None False True True\ntorch==9.1.0\n");
});

test("with a GPU a build with CUDA takes the place of the one without, which goes first", async () => {
  const code = `
import os, sys
sys.path.insert(0, os.path.join(sys.argv[1], "python"))
import install
class Pip:
    def run(self, *arguments): print("pip", *arguments)
read = lambda name: install.requirements(os.path.join(sys.argv[1], f"requirements-{name}.txt"))
install.is_installed = lambda name: name == "xgboost-cpu"
names = [each.name for each in install.with_gpu(Pip(), read("extras"), read("gpu"))]
print("xgboost-cpu" in names, names.count("xgboost"), names.count("torch"), "timm" in names, "catboost" in names)
`;
  const { stdout } = await execute(python, ["-B", "-c", code, room]);
  const linux = "pip uninstall --yes xgboost-cpu\nFalse 1 1 True True\n";
  expect(stdout).toBe(process.platform === "linux" ? linux : "False 1 1 True True\n");
});
