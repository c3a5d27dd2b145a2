import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SandboxUnavailable } from "../../../runs/errors.ts";
import { containerAttempts } from "../../../sandbox/containers/containers.ts";
import type { Engine } from "../../../sandbox/containers/engine.ts";
import { hasSandboxImage } from "../../../sandbox/containers/image.ts";
import type { Job } from "../../../sandbox/contract.ts";
import { limits, noMounts, root } from "../engines.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { engineOf, engineThatSays } from "./engine-of.ts";

function open(engine: Engine, cacheDir: string) {
  const image = { tag: "sandbox", packages: [] };
  const parts = { engine, image, run: "test", cacheDir, slots: 1 };
  return containerAttempts({ ...parts, sharedMounts: noMounts, limitsCores: true });
}

async function jobIn(folder: string): Promise<Job> {
  const [workspace, input] = [join(folder, "work"), join(folder, "input")];
  for (const path of [workspace, input]) await mkdir(path);
  const place = { at: "one/fold-0", workspace, script: "solution.py", input, gpus: [], seed: 0 };
  return { ...place, limits, rules: "audit" };
}

const never = new AbortController().signal;
/** How far an engine answers: it hangs from then on. */
const hangs: [string, RegExp][] = [
  ["POST /containers/create", /cannot start one\/fold-0: Docker .* did not answer within 0\.2 s/u],
  ["POST /containers/7/start", /cannot start one\/fold-0: Docker .* did not answer/u],
  ["GET /containers/7/json", /lost one\/fold-0: Docker .* did not answer .*the state of a/u],
];
const ended = { Status: "exited", Running: false, Pid: 0, ExitCode: 0 };

test.each(hangs)(
  "an engine that hangs at %s is said to, also without a time limit",
  async (at, words) => {
    await using folder = await temporaryFolder();
    await using fake = await engineThatSays((what) => {
      if (what === at) return undefined;
      return what === "GET /containers/json" ? [] : { Id: "7", StatusCode: 0, State: ended };
    });
    const attempts = await open(engineOf(fake.docker, { patienceSeconds: 0.2 }), folder.path);
    const attempt = attempts.attempt(await jobIn(folder.path), never);
    await expect(attempt).rejects.toBeInstanceOf(SandboxUnavailable);
    await expect(attempt).rejects.toThrow(words);
  },
);

test("an engine that hangs at its lists of containers and images is said to", async () => {
  await using folder = await temporaryFolder();
  await using fake = await engineThatSays(() => undefined);
  const engine = engineOf(fake.docker, { patienceSeconds: 0.2 });
  await expect(open(engine, folder.path)).rejects.toThrow(/did not answer .*its containers/u);
  const sources = { root, baseImage: null, wheels: null, cacheDir: folder.path };
  const image = hasSandboxImage(engine, { ...sources, report: () => undefined });
  await expect(image).rejects.toThrow(/did not answer .*its images/u);
});

test.each(["docker", "podman"] as const)(
  "a script of %s has ended when its container's state says so, not when the engine's answer comes too early",
  async (product) => {
    await using folder = await temporaryFolder();
    const job = await jobIn(folder.path);
    let looks = 0;
    const look = () => {
      looks += 1;
      if (looks < 5) return { Status: "running", Running: true, Pid: 0, ExitCode: 0 };
      if (looks < 7) return { Status: "stopping", Running: false, Pid: 0, ExitCode: 0 };
      return { ...ended, ExitCode: 3 };
    };
    await using fake = await engineThatSays((what) => {
      if (what === "GET /containers/json") return [];
      if (what === "GET /containers/7/json") return { State: look() };
      return { Id: "7", StatusCode: 0 };
    });
    const attempts = await open(engineOf(fake.docker, { product }), folder.path);
    const running = attempts.attempt(job, never);
    await writeFile(join(job.workspace, "run.log"), "said late\n");
    const { execution } = await running;
    expect(looks).toBeGreaterThanOrEqual(7);
    expect(execution).toMatchObject({ outcome: "error", exitCode: 3 });
  },
);
