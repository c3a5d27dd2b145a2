import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { findPython } from "../../../sandbox/environment/find-python.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { cacheDir } from "../engines.ts";

const quiet = (): void => undefined;

describe("finding Python", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mle-python-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function fake(answer: object): Promise<string> {
    return program(`echo '${JSON.stringify(answer)}'`);
  }

  async function program(lines: string): Promise<string> {
    const path = join(folder, "python-fake");
    await writeFile(path, `#!/bin/sh\n${lines}\n`);
    await chmod(path, 0o755);
    return path;
  }

  test("no Python at all gives one line that says what to install", async () => {
    const failure = findPython([join(folder, "nothing")]);
    await expect(failure).rejects.toThrow(/no Python found: install Python 3\.10 or newer/);
    await expect(failure).rejects.toBeInstanceOf(ConfigInvalid);
  });

  test("a Python without venv is named, with the package to install", async () => {
    const missing = ["ensurepip"];
    const answer = { executable: "/usr/bin/python3", version: "3.11.2", recent: true, missing };
    await expect(findPython([await fake(answer)])).rejects.toThrow(
      /\/usr\/bin\/python3 \(3\.11\.2, without ensurepip\).*apt-get install python3-venv/,
    );
  });

  test("an old Python is passed over for a later one on the list", async () => {
    const answer = { executable: "/old", version: "3.8.1", recent: false, missing: [] };
    const found = await findPython([await fake(answer), "python3", "python"]);
    expect(found.executable).not.toBe("/old");
  });

  test("an interpreter named by the user must exist and have the core", async () => {
    const options = { cacheDir: folder, report: quiet };
    await expect(
      pythonEnvironment({ ...options, override: join(folder, "nothing") }),
    ).rejects.toThrow(/^MLE_STAR_PYTHON=.*nothing does not work/);
    const listing = JSON.stringify({ missing: ["lightgbm"], packages: [] });
    const bare = await program(
      `case "$2" in *stdout.write*) echo 3.11.2;; *) echo '${listing}';; esac`,
    );
    await expect(pythonEnvironment({ ...options, override: bare })).rejects.toThrow(
      /lacks lightgbm: install them there, or unset it/,
    );
  });

  test.for([
    ["too old", "echo 2.7.18", /is Python 2\.7\.18, and Python 3\.10 or newer is needed/],
    ["another program", "echo hello", /is no Python, and Python 3\.10 or newer is needed/],
    ["broken", "echo 'ImportError: no libpython' >&2; exit 1", /\(ImportError: no libpython\)/],
    ["killed", "kill -9 $$", /does not work \(.*SIGKILL.*\)/],
    [
      "of no use",
      'case "$2" in *stdout.write*) echo 3.11.2;; *) echo hi;; esac',
      /does not list its packages/,
    ],
  ] as const)("a named interpreter that is %s has its line", async ([, lines, message]) => {
    const override = await program(lines);
    const opening = pythonEnvironment({ cacheDir: folder, report: quiet, override });
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(/name (?:another|an) interpreter[^\n]*, or unset it$/);
  });
});

test("what a machine sets for its own Pythons does not reach the installation", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mle-python-"));
  const answer = {
    executable: join(folder, "python3"),
    version: "3.11.2",
    recent: true,
    missing: [],
  };
  // Stands for Python: says which one it is, copies itself as a venv, and installs the settings that it sees.
  const lines = `#!/bin/sh
case "$*" in
  *"-m venv"*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python";;
  *install.py*)
    while [ "$1" != --result ]; do shift; done
    seen=$(env | sed -n 's/^\\(PYTHON[A-Z]*\\)=.*/"\\1",/p')
    echo "{\\"error\\":null,\\"packages\\":[$seen\\"\\"],\\"missing\\":[]}" >"$2";;
  *) echo '${JSON.stringify(answer)}';;
esac
`;
  await writeFile(answer.executable, lines, { mode: 0o755 });
  const unfit = { PYTHONDONTWRITEBYTECODE: "1", PYTHONPYCACHEPREFIX: folder, PYTHONPATH: folder };
  const before = { ...process.env };
  Object.assign(process.env, unfit, { PATH: `${folder}:${before.PATH}`, PYTHONUNBUFFERED: "1" });
  try {
    const { packages } = await pythonEnvironment({
      cacheDir: folder,
      report: quiet,
      override: null,
    });
    expect(packages).toContain("PYTHONUNBUFFERED");
    expect(packages.filter((name) => name in unfit)).toEqual([]);
  } finally {
    process.env = before;
    await rm(folder, { recursive: true });
  }
});

describe("the environment of this machine", () => {
  const options = { cacheDir, override: null, report: (line: string) => console.log(line) };

  test("two callers at once get the same one, with the whole core in it", {
    timeout: 900_000,
  }, async () => {
    const [one, two] = await Promise.all([pythonEnvironment(options), pythonEnvironment(options)]);
    expect(one).toEqual(two);
    const names = one.packages.map((each) => each.split("==")[0]);
    expect(names).toEqual(
      expect.arrayContaining(["lightgbm", "numpy", "pandas", "scikit-learn", "scipy"]),
    );
    const versions = "import pandas, lightgbm; print(pandas.__version__)";
    const printed = execFileSync(one.python, ["-c", versions], { encoding: "utf8" });
    expect(printed).toMatch(/^2\./);
  });

  test("what the index lacks is named as missing, never listed as installed", {
    timeout: 900_000,
  }, async () => {
    const { packages, missingExtras } = await pythonEnvironment(options);
    const installed = new Set(packages.map((each) => each.split("==")[0]?.toLowerCase()));
    const missing = missingExtras.map((each) => each.split(":")[0] ?? "");
    expect(missing.filter((name) => installed.has(name))).toEqual([]);
  });
});
