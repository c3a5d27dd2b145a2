import { chmodSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { ConfigInvalid } from "../../runs/errors.ts";
import { hostPython } from "../../sandbox/bubblewrap/host-python.ts";
import { openSandbox, probeEngine, type SandboxOptions } from "../../sandbox/choose.ts";
import { noMounts, openPython, root } from "./engines.ts";

const dockerHost = process.env.DOCKER_HOST;
let folder: string;
let options: SandboxOptions;

/** A machine on which no container engine answers, and with a Python that bubblewrap does not show. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-choose-"));
  process.env.DOCKER_HOST = `unix://${join(folder, "nobody.sock")}`;
  options = {
    wanted: "auto",
    trustedCode: false,
    run: "test",
    python: join(folder, "python"),
    cacheDir: folder,
    packages: [],
    root,
    baseImage: null,
    wheels: null,
    podmanHost: null,
    report: () => undefined,
    sharedMounts: noMounts,
  };
  await pretendAmongHome(join(folder, "python"));
});
afterEach(async () => {
  if (dockerHost === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = dockerHost;
  await rm(folder, { recursive: true, force: true });
});

/** False where an engine of the machine answers at its usual place all the same. */
async function isBare(): Promise<boolean> {
  const found = await Promise.all(
    (["docker", "podman"] as const).map((name) => probeEngine(name, options)),
  );
  return found.every(({ ok }) => !ok);
}

test("a model's code is refused where no engine passes its probe, and the message says what to do", async ({
  skip,
}) => {
  skip(!(await isBare()), "an engine answers at its usual place");
  const refusal = openSandbox(options);
  await expect(refusal).rejects.toBeInstanceOf(ConfigInvalid);
  await expect(refusal).rejects.toThrow(
    /Docker does not answer.*Podman does not answer.*install bubblewrap.*--sandbox process/s,
  );
});

test("our own code may run as ordinary processes then, and that is reported", async ({ skip }) => {
  skip(!(await isBare()), "an engine answers at its usual place");
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const sandbox = await openSandbox({ ...options, trustedCode: true, report });
  onTestFinished(() => sandbox.close());
  expect(sandbox.name).toBe("process");
  expect(lines.join("\n")).toContain("the built-in playbook's own code runs as ordinary processes");
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
  onTestFinished(() => sandbox.close());
  expect(sandbox.name).toBe("bwrap");
});

/** A Python that works, and reports that its files lie beside those of the user. */
async function pretendAmongHome(python: string): Promise<void> {
  const listing = JSON.stringify({ executable: "/usr/bin/python3", places: ["/usr", homedir()] });
  const script = `#!/bin/sh\nif [ "$1" = -c ]; then echo '${listing}'; else exec python3 "$@"; fi\n`;
  await writeFile(python, script);
  chmodSync(python, 0o755);
}

test("a Python that lies among a user's own files is refused", async () => {
  expect(await hostPython(options.python)).toContain(`keeps its files in ${homedir()}`);
});
