import { execFileSync } from "node:child_process";
import { chmodSync, realpathSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigInvalid } from "../../runs/errors.ts";
import { hostPython } from "../../sandbox/bubblewrap/host-python.ts";
import { openSandbox, probeEngine, type SandboxOptions } from "../../sandbox/choose.ts";
import { nothingAround, openPython, root } from "./engines.ts";

const around = process.env.DOCKER_HOST;
let folder: string;
let options: SandboxOptions;

/** A machine on which no container engine answers, and with a Python that bubblewrap does not show. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-choose-"));
  process.env.DOCKER_HOST = `unix://${join(folder, "nobody.sock")}`;
  options = {
    ...{ wanted: "auto", trustedCode: false, run: "test", python: join(folder, "python") },
    ...{ cacheDir: folder, packages: [], root, baseImage: null, wheels: null, podmanHost: null },
    report: () => undefined,
    sharedMounts: nothingAround,
  };
  await pretendAmongHome(join(folder, "python"));
});
afterEach(async () => {
  if (around === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = around;
  await rm(folder, { recursive: true, force: true });
});

/** False where an engine of the machine answers at its usual place all the same. */
async function isBare(): Promise<boolean> {
  const found = await Promise.all(
    (["docker", "podman"] as const).map((name) => probeEngine(name, options)),
  );
  return found.every(({ ok }) => !ok);
}

test("a model's code is refused where no engine passes its probe, and the way out is told", async ({
  skip,
}) => {
  skip(!(await isBare()), "an engine answers at its usual place");
  const refusal = openSandbox(options);
  await expect(refusal).rejects.toBeInstanceOf(ConfigInvalid);
  await expect(refusal).rejects.toThrow(
    /Docker does not answer.*Podman does not answer.*install bubblewrap.*--sandbox process/s,
  );
});

test("our own code may run as ordinary processes then, and it is said", async ({ skip }) => {
  skip(!(await isBare()), "an engine answers at its usual place");
  const said: string[] = [];
  const report = (line: string): void => void said.push(line);
  const sandbox = await openSandbox({ ...options, trustedCode: true, report });
  expect(sandbox.name).toBe("process");
  expect(said.join("\n")).toContain("the built-in playbook's own code runs as ordinary processes");
  await sandbox.close();
});

test("an engine that was asked for is not replaced by another", async () => {
  await expect(openSandbox({ ...options, wanted: "bwrap", trustedCode: true })).rejects.toThrow(
    /^--sandbox bwrap: /,
  );
});

test("where no container engine answers, bubblewrap is taken", async ({ skip }) => {
  const { python } = await openPython();
  const { ok, result } = await probeEngine("bwrap", { ...options, python });
  skip(!ok, result);
  skip(!(await isBare()), "an engine answers at its usual place");
  const sandbox = await openSandbox({ ...options, python });
  expect(sandbox.name).toBe("bwrap");
  await sandbox.close();
});

test("a virtual environment is shown together with the Python it was made of", async () => {
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
  const python = join(folder, "python");
  await writeFile(python, '#!/bin/sh\nexec python3 "$@"\n');
  chmodSync(python, 0o755);
  const shown = await hostPython(python);
  if (typeof shown === "string") throw new Error(shown);
  expect(shown.executable).not.toBe(python);
  expect(shown.folders.some((each) => shown.executable.startsWith(each))).toBe(true);
});

/** A Python that works, and says of its files that they lie beside those of the user. */
async function pretendAmongHome(python: string): Promise<void> {
  const told = JSON.stringify({ executable: "/usr/bin/python3", places: ["/usr", homedir()] });
  const script = `#!/bin/sh\nif [ "$1" = -c ]; then echo '${told}'; else exec python3 "$@"; fi\n`;
  await writeFile(python, script);
  chmodSync(python, 0o755);
}

test("a Python that lies among a user's own files is refused", async () => {
  expect(await hostPython(options.python)).toContain(`keeps its files in ${homedir()}`);
});
