import { access, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SandboxUnavailable } from "../../../runs/errors.ts";
import type { Job } from "../../../sandbox/contract.ts";
import { gpuPool } from "../../../sandbox/gpu/leases.ts";
import { withGpuLeases } from "../../../sandbox/gpu/leasing-sandbox.ts";
import { gpuMeter } from "../../../sandbox/gpu/meter.ts";
import { prepareWorkspace } from "../../../sandbox/workspace.ts";
import {
  type FakeGpus,
  fakeDevices,
  fakeGpus,
  found,
  freshFolder,
  scriptedSandbox,
  type Told,
} from "./fake-gpus.ts";

const never = new AbortController().signal;
const ids = fakeDevices(4).map(({ id }) => id);
const LIMITS = { seconds: 5, memoryMb: 100, cpus: 1, pids: 9, outputMb: 1, diskMb: 9 };
const SICK = {
  outcome: "error" as const,
  exitCode: 1,
  log: "RuntimeError: CUDA error: unknown error",
};

/** A job whose workspace holds a script, and nothing else. */
async function jobIn(folder: string, at: string, gpus: number): Promise<Job> {
  const workspace = join(folder, at);
  await prepareWorkspace(workspace, "pass");
  const limits = { ...LIMITS, gpus };
  return {
    at,
    workspace,
    script: "solution.py",
    input: folder,
    limits,
    gpus: [],
    seed: 0,
    rules: "enforced" as const,
  };
}

async function leasing(
  machine: FakeGpus,
  behave: (job: Job, time: number) => Promise<Told> | Told,
  perExecution = 1,
) {
  const folder = await freshFolder();
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  let times = 0;
  const { sandbox, jobs } = scriptedSandbox((job) => behave(job, ++times));
  const { view } = machine;
  const devices = fakeDevices(2);
  const place = join(folder, "gpus");
  const pool = gpuPool({ devices, promisedMb: null, folder: place, report, pollMs: 5 });
  const meter = gpuMeter(view, 20);
  const leasing = { pool, meter, view, perExecution, cacheDir: folder, report };
  return { sandbox: withGpuLeases(sandbox, leasing), jobs, folder, lines };
}

test("an execution gets devices of its own, and the next one gets them after it", async () => {
  const busy = new Set<string>();
  const machine = await fakeGpus(2);
  const { sandbox, folder, jobs } = await leasing(machine, async (job) => {
    for (const id of job.gpus) if (busy.has(id)) throw new Error(`${id} given twice`);
    for (const id of job.gpus) busy.add(id);
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (const id of job.gpus) busy.delete(id);
    return {};
  });
  const wanted = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => jobIn(folder, `job-${n}`, 1)));
  await Promise.all(wanted.map((job) => sandbox.run(job, never)));
  expect(jobs.map(({ gpus }) => gpus.length)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(new Set(jobs.flatMap(({ gpus }) => gpus))).toEqual(new Set(ids.slice(0, 2)));
  expect(await readdir(join(folder, "gpus"))).toEqual([]);
});

test("an execution that asks for none gets none, one that asks for two gets both", async () => {
  const { sandbox, folder, jobs } = await leasing(await fakeGpus(2), () => ({}));
  await sandbox.run(await jobIn(folder, "none", 0), never);
  await sandbox.run(await jobIn(folder, "both", 2), never);
  expect(jobs.map(({ gpus }) => gpus)).toEqual([[], ids.slice(0, 2)]);
});

test.each([
  [1, 2],
  [2, 1],
])("with %i of two GPUs each, %i execution(s) may run side by side", async (each, slots) => {
  const { sandbox } = await leasing(await fakeGpus(2), () => ({}), each);
  expect(sandbox.slots).toBe(slots);
  expect(sandbox.describe).toBe(`scripted; ${each} of 2 GPU(s) leased to each execution`);
});

test("memory and utilization are read while an execution holds its device", async () => {
  const machine = await fakeGpus(2);
  await machine.answer("use", [`${ids[0]}, 300, 20`, `${ids[1]}, 999, 99`]);
  const { sandbox, folder } = await leasing(machine, async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await machine.answer("use", [`${ids[0]}, 700, 20`, `${ids[1]}, 999, 99`]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return {};
  });
  const { gpu } = await sandbox.run(await jobIn(folder, "job", 1), never);
  expect(gpu).toEqual({ peakMb: 700, utilization: 20 });
});

test("of a slice, which the driver does not measure, nothing is reported", async () => {
  const machine = await fakeGpus(2);
  await machine.answer("use", [`${ids[0]}, 300, [N/A]`]);
  const { sandbox, folder } = await leasing(machine, async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return {};
  });
  expect((await sandbox.run(await jobIn(folder, "job", 1), never)).gpu).toBeNull();
});

test("an execution that lost its GPU is repeated from its beginning on another device", async () => {
  const machine = await fakeGpus(2);
  const { sandbox, folder, jobs, lines } = await leasing(machine, async (job, time) => {
    if (time > 1) {
      await expect(access(join(job.workspace, "half.bin"))).rejects.toThrow("ENOENT");
      expect(await readFile(join(job.workspace, "solution.py"), "utf8")).toBe("pass");
      return {};
    }
    await writeFile(join(job.workspace, "half.bin"), "x");
    await rm(join(job.workspace, "solution.py"));
    return SICK;
  });
  const ran = await sandbox.run(await jobIn(folder, "job", 1), never);
  expect(ran.outcome).toBe("finished");
  expect(jobs.map(({ gpus }) => gpus)).toEqual([[ids[0]], [ids[1]]]);
  expect(lines).toEqual([
    'job: a GPU seems to be lost (its log says "CUDA error: unknown error"); once more on a fresh lease',
  ]);
  expect((await readdir(folder)).sort()).toEqual(["gpus", "job"]);
});

test.each([
  ["a mistake of its own", { ...SICK, log: "ValueError: no" }, 1],
  ["success after words that look like a loss", { log: "NVRM: Xid (PCI:0000:01:00): 79" }, 1],
])("%s is not repeated.", async (_, result, times) => {
  const { sandbox, folder, jobs } = await leasing(await fakeGpus(2), () => result);
  expect((await sandbox.run(await jobIn(folder, "job", 1), never)).log).toBe(result.log);
  expect(jobs).toHaveLength(times);
});

test("a script that keeps saying that its GPU is lost, where the GPU works, fails by itself", async () => {
  const { sandbox, folder, jobs } = await leasing(await fakeGpus(2), (job) =>
    job.at === "gpu-probe" ? found(job, 1) : SICK,
  );
  const ran = await sandbox.run(await jobIn(folder, "job", 1), never);
  expect(ran).toMatchObject(SICK);
  expect(jobs.map(({ at }) => at)).toEqual(["job", "job", "gpu-probe"]);
});

test("a GPU that a probe cannot use either stops the run, not the solution", async () => {
  const { sandbox, folder } = await leasing(await fakeGpus(2), (job) =>
    job.at === "gpu-probe" ? found(job, 0) : SICK,
  );
  const ran = sandbox.run(await jobIn(folder, "job", 1), never);
  await expect(ran).rejects.toThrow(SandboxUnavailable);
  await expect(ran).rejects.toThrow(/GPU lost twice \(0 usable by CUDA/u);
  expect(await readdir(join(folder, "gpus"))).toEqual([]);
});

test("a driver that fails after the run makes the loss known, whatever the script said", async () => {
  const machine = await fakeGpus(2);
  const { sandbox, folder, jobs } = await leasing(machine, async () => {
    await machine.breakDown("Unable to determine the device handle: Unknown Error");
    return { outcome: "timed-out", exitCode: 137 };
  });
  const ran = sandbox.run(await jobIn(folder, "job", 1), never);
  await expect(ran).rejects.toThrow(/GPU lost twice \(nvidia-smi failed: Unable to determine/u);
  expect(jobs).toHaveLength(2);
});

test("an engine that cannot start with a lost device tries another", async () => {
  const machine = await fakeGpus(2);
  const { sandbox, folder, jobs } = await leasing(machine, async (_, time) => {
    if (time > 1) return {};
    await machine.answer("L", [`GPU 1: NVIDIA Made-Up (UUID: ${ids[1]})`]);
    throw new SandboxUnavailable("unknown device");
  });
  expect((await sandbox.run(await jobIn(folder, "job", 1), never)).outcome).toBe("finished");
  expect(jobs.map(({ gpus }) => gpus)).toEqual([[ids[0]], [ids[1]]]);
});

test("an engine that fails with all its devices there is not taken for a lost GPU", async () => {
  const { sandbox, folder, jobs } = await leasing(await fakeGpus(2), () => {
    throw new SandboxUnavailable("no space");
  });
  const ran = sandbox.run(await jobIn(folder, "job", 1), never);
  await expect(ran).rejects.toThrow("no space");
  expect(jobs).toHaveLength(1);
});
