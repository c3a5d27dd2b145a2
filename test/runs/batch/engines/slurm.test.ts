import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { SlurmSettings, slurmEngine } from "../../../../runs/batch/engines/slurm.ts";
import { batchOn, finishedOnce, isFull, killedAtRandom, someBegun } from "./every-engine.ts";

const isHere = (process.env.SLURM_CONF ?? "") !== "";
if (!isHere) console.log("Slurm is not tested: SLURM_CONF is not set (test/engine/slurm.sh)");
const full = isHere && isFull;

const execFileAsync = promisify(execFile);
const run = async (file: string, ...args: string[]) => (await execFileAsync(file, args)).stdout;
const slow = { configurations: [{ name: "base", options: ["0", "1.5"] }] };
const allCores = { cpus: availableParallelism(), memoryMb: 100, gpus: 0 };

/** The tasks of a batch that Slurm has at work or waiting. */
async function queued(states: string): Promise<string[]> {
  const text = await run("squeue", "--noheader", "--array", `--states=${states}`, "--format=%F_%K");
  return text.split("\n").filter((line) => line !== "");
}

test("a machine with Slurm's commands that belongs to no cluster is told so, and what to do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-no-cluster-"));
  const said = "scontrol: fatal: Could not establish a configuration source";
  await writeFile(join(folder, "scontrol"), `#!/bin/sh\necho "${said}" >&2\nexit 1\n`, {
    mode: 0o755,
  });
  const capacity = { cpus: 1, memoryMb: 100, gpus: 0 };
  const environment = { PATH: `${folder}:${process.env.PATH}` };
  const settings = SlurmSettings.parse({});
  await expect(
    slurmEngine({ folder, settings, variables: null, capacity, environment }),
  ).rejects.toThrow(
    /^this machine belongs to no cluster of Slurm; .* SLURM_CONF \(scontrol: Could/u,
  );
  await rm(folder, { recursive: true });
});

test.runIf(isHere)(
  "on Slurm each job is begun and finished once, though bench is killed at random",
  () => killedAtRandom(["slurm"], 3),
);

test.runIf(full)(
  "a drained node delays a batch that outlives bench, and loses nothing",
  async () => {
    await using batch = await batchOn(["slurm"], 3);
    const node = (await run("sinfo", "--noheader", "--format=%n")).trim();
    await run("scontrol", "update", `nodename=${node}`, "state=drain", "reason=test");
    const first = batch.start();
    try {
      while ((await queued("PENDING")).length < 3) await sleep(100);
      first.child.kill("SIGKILL");
      await first.ended;
    } finally {
      await run("scontrol", "update", `nodename=${node}`, "state=resume");
    }
    await finishedOnce(batch, batch.start());
    expect(await batch.begun()).toEqual([1, 1, 1]);
  },
);

test.runIf(full)("a job that is cancelled in the middle is tried again and goes on", async () => {
  await using batch = await batchOn(["slurm"], 2, slow);
  const session = batch.start();
  await someBegun(batch);
  const [victim = ""] = await queued("RUNNING");
  await run("scancel", victim);
  await finishedOnce(batch, session);
  expect((await batch.begun()).sort()).toEqual([1, 2]);
});

test.runIf(full)(
  "a job that is pre-empted is requeued by Slurm and ends in the same try",
  async () => {
    const settings = JSON.stringify({ partition: "low" });
    await using batch = await batchOn(["slurm", settings], 1, { ...slow, needs: allCores });
    const first = batch.start();
    await someBegun(batch);
    // Slurm goes on without us.
    first.child.kill("SIGKILL");
    await first.ended;
    const all = [`--cpus-per-task=${allCores.cpus}`, "--partition=high", "--output=/dev/null"];
    await run("sbatch", "--wait", ...all, "--wrap=sleep 1");
    await finishedOnce(batch, batch.start());
    const [turns = []] = await batch.turns();
    expect(turns.filter((turn) => turn === "begin")).toHaveLength(2);
    expect(turns.at(-1)).toBe("end:0");
  },
);

test.runIf(full)(
  "Ctrl-C pauses jobs and takes those that wait out of the queue, and the same command goes on",
  async () => {
    await using batch = await batchOn(["slurm"], 4, { ...slow, needs: allCores });
    const first = batch.start();
    await someBegun(batch);
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);
    expect(await first.said).toContain("waiting");
    expect(await queued("PENDING,RUNNING")).toEqual([]);
    await finishedOnce(batch, batch.start());
  },
);

/** An engine in a folder of its own, and what a command leaves in its log. */
async function alone(
  more: Partial<SlurmSettings>,
  variables = "",
  environment: NodeJS.ProcessEnv = process.env,
) {
  const place = await mkdtemp(join(tmpdir(), "mle-star-slurm-"));
  await writeFile(join(place, "keys.env"), variables);
  const engine = await slurmEngine({
    folder: place,
    settings: SlurmSettings.parse(more),
    variables: variables === "" ? null : join(place, "keys.env"),
    capacity: { cpus: 8, memoryMb: 1e6, gpus: 8 },
    environment,
  });
  const attempt = join(place, "attempt-1");
  await mkdir(attempt);
  return {
    async ends(command: readonly string[], gpus = 0) {
      const needs = { cpus: 1, memoryMb: 100, gpus };
      await engine.submit([{ folder: attempt, command, env: {}, needs }]);
      while ((await engine.state(attempt)).kind === "running") await sleep(200);
      return {
        state: await engine.state(attempt),
        log: await readFile(engine.logs(attempt), "utf8"),
      };
    },
    [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true }),
  };
}

test.runIf(full)(
  "a job has the GPUs that it asked for, the lines of the user's file, and variables from a file",
  async () => {
    const lines = ["export MADE_LINE=from-the-lines", "#SBATCH --comment=made"];
    await using engine = await alone({ lines }, "MADE_KEY=from-a-file\n");
    const said = 'echo "$CUDA_VISIBLE_DEVICES $MADE_LINE $MADE_KEY $1"';
    expect(await engine.ends(["sh", "-c", said, "sh", "it's $HOME"], 2)).toEqual({
      state: { kind: "ended", exitCode: 0 },
      log: "0,1 from-the-lines from-a-file it's $HOME\n",
    });
  },
);

test.runIf(full)(
  "a job that takes more memory than it has is no victim: it failed, for that reason",
  async () => {
    await using engine = await alone({});
    const greedy = "const kept = []; for (;;) kept.push(Buffer.alloc(2 ** 24, 1));";
    const { state } = await engine.ends([
      process.execPath,
      "-e",
      `setTimeout(() => { ${greedy} })`,
    ]);
    expect(state).toEqual({
      kind: "ended",
      exitCode: 1,
      why: "Slurm ended it: it took more memory than the job has (memory in the file of --engine-file)",
    });
  },
);

test.runIf(isHere)("a partition that is not there is refused in Slurm's words", async () => {
  await using batch = await batchOn(["slurm", JSON.stringify({ partition: "nowhere" })], 1);
  const session = batch.start();
  expect(await session.ended).not.toBe(0);
  expect(await session.errors).toContain(
    "EngineRefused: Slurm's sbatch: invalid partition specified: nowhere; Batch job submission failed: Invalid partition name specified",
  );
});

/**
 * The environment of a Slurm that forgets jobs as soon as they have ended, and has accounting: the real commands, but
 * for a `squeue` without the ended ones, and a stand-in of `sacct` that says this.
 */
async function accounting(says: string) {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-sacct-"));
  const squeue = (await run("sh", "-c", "command -v squeue")).trim();
  const programs = {
    squeue: `for each in "$@"; do [ "$each" = --states=all ] || set -- "$@" "$each"; shift; done\nexec ${squeue} "$@"`,
    sacct: `echo "$@" >>"${folder}/asked"\n${says}`,
  };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return {
    environment: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    asked: () => readFile(join(folder, "asked"), "utf8"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Kills its wrapper with itself, so that it leaves no word in its folder. */
const killed = ["sh", "-c", "kill -9 $(ps -o ppid= -p $$) $$"];

const ENDS = [
  ["CANCELLED by 0", { kind: "lost", why: "CANCELLED in Slurm" }],
  ["TIMEOUT", { kind: "lost", why: "TIMEOUT in Slurm" }],
  ["FAILED", { kind: "lost" }],
  [
    "OUT_OF_MEMORY",
    { kind: "ended", exitCode: 1, why: expect.stringContaining("more memory than the job has") },
  ],
] as const;

test.runIf(isHere).each(isFull ? ENDS : ENDS.slice(1, 2))(
  "accounting says of a job that squeue has forgotten why it is gone: %s",
  async (state, expected) => {
    await using made = await accounting(
      `echo "77_10|COMPLETED"; echo "77_0|${state}"; echo "77_[1-9]|PENDING"`,
    );
    await using engine = await alone({}, "", made.environment);
    const { state: found } = await engine.ends(killed);
    expect(found).toEqual(expected);
    expect(await made.asked()).toContain("--allocations --name=mle-star-");
  },
);

test.runIf(isHere && isFull)(
  "a job that squeue has forgotten is gone without a reason where there is no accounting",
  async () => {
    await using made = await accounting('echo "Slurm accounting storage is disabled" >&2; exit 1');
    await using engine = await alone({}, "", made.environment);
    const { state } = await engine.ends(killed);
    expect(state).toEqual({ kind: "lost" });
  },
);
