import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SandboxUnavailable } from "../../runs/errors.ts";
import type { Attempt, Execution, Job, Sandbox } from "../../sandbox/contract.ts";
import { retryingSandbox } from "../../sandbox/retry.ts";
import { prepareWorkspace } from "../../sandbox/workspace.ts";
import { limits } from "./engines.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-steady-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;

/** An engine that answers the n-th job that is not a probe with the n-th answer. */
function engine(answers: (Attempt | Error)[], probed: Attempt | Error): Sandbox {
  let next = 0;
  return retryingSandbox({
    name: "docker",
    describe: "scripted",
    protectsFiles: true,
    packages: [],
    slots: 1,
    cacheDir: folder,
    writes: [],
    attempt: async ({ at, workspace }) => {
      const answer = at === "probe" ? probed : answers[next++];
      if (at !== "probe") {
        expect(readFileSync(join(workspace, "solution.py"), "utf8")).toBe("pass");
        await writeFile(join(workspace, "solution.py"), "changed by the script");
      }
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error("too many");
      return answer;
    },
    release: async () => undefined,
  });
}

function attempt(change: Partial<Execution>, hasStarted: boolean): Attempt {
  const { log = "" } = change;
  const audit = { processes: [], sockets: [], outside: [], forbidden: null };
  const base = {
    exitCode: 0,
    signal: null,
    seconds: 1,
    peakMb: 1,
    gpu: null,
    spent: [],
    opened: [],
  };
  const execution = {
    outcome: "finished" as const,
    warning: null,
    audit,
    logFile: "",
    ...base,
    log,
  };
  return {
    execution: { ...execution, ...change },
    hasStarted,
    killed: change.signal == null ? null : `it was ended from outside by ${change.signal}`,
    lackedMemory: false,
  };
}

async function run(sandbox: Sandbox): Promise<Execution> {
  const workspace = join(folder, "work");
  await prepareWorkspace(workspace, "pass");
  const place = { at: "here", workspace, script: "solution.py", input: folder };
  const job: Job = { ...place, limits, gpus: [], seed: 0, rules: "enforced" };
  return sandbox.run(job, signal);
}

const broken = new SandboxUnavailable("the engine broke");
const unstarted = attempt({ outcome: "error", exitCode: 127 }, false);
const kept = attempt({ log: "kept\n" }, true);

test("an engine that fails once is given the same files again", async () => {
  const ran = await run(engine([broken, attempt({ log: "well" }, true)], kept));
  expect(ran).toMatchObject({ outcome: "finished", log: "well" });
});

test("an engine that fails twice is a fault, which pauses the run", async () => {
  await expect(run(engine([broken, broken], kept))).rejects.toThrow(
    "the engine broke (twice); see that docker runs, then run the same command again",
  );
});

test("a script that fails after it has begun is not run again", async () => {
  const ran = await run(engine([attempt({ outcome: "error", exitCode: 1 }, true)], kept));
  expect(ran).toMatchObject({ outcome: "error", exitCode: 1 });
});

test("a script that seems never to have begun is to blame when a script of ours runs well", async () => {
  const ran = await run(engine([unstarted, unstarted], kept));
  expect(ran).toMatchObject({ outcome: "error", exitCode: 127 });
});

test("the engine is to blame when our script does not run either", async () => {
  const failing = run(engine([unstarted, unstarted], attempt({ outcome: "error" }, false)));
  await expect(failing).rejects.toBeInstanceOf(SandboxUnavailable);
});

const shot = attempt({ outcome: "error", exitCode: 137, signal: "SIGKILL" }, true);

test("a script that was killed from outside is run again, and says so", async () => {
  const ran = await run(engine([shot, attempt({ log: "well" }, true)], kept));
  expect(ran).toMatchObject({
    outcome: "finished",
    warning: "run again, since at first it was ended from outside by SIGKILL",
  });
});

test("a script that is killed twice on a healthy machine has killed itself, and is run no third time", async () => {
  expect(await run(engine([shot, shot], kept))).toMatchObject({
    outcome: "error",
    signal: "SIGKILL",
  });
});

test("a script that is killed twice where ours does not run either is not to blame", async () => {
  const failing = run(engine([shot, shot], attempt({ outcome: "error" }, false)));
  await expect(failing).rejects.toThrow("docker cannot run here");
});

test("what the system refuses the engine twice is a fault that says what to do", async () => {
  const full = Object.assign(new Error("spawn EMFILE"), { code: "EMFILE", path: "/bin/sh" });
  await expect(run(engine([full, full], kept))).rejects.toThrow(
    "/bin/sh: too many open files; raise their limit (`ulimit -n 4096`) and run the same command again",
  );
});
