import { expect, test } from "vitest";
import { ConfigInvalid } from "../../../runs/errors.ts";
import type { Job } from "../../../sandbox/contract.ts";
import { assignGpus } from "../../../sandbox/gpu/assign.ts";
import { findGpus } from "../../../sandbox/gpu/devices.ts";
import {
  type FakeGpus,
  fakeDevices,
  fakeGpus,
  found,
  freshFolder,
  scriptedSandbox,
  type Told,
} from "./fake-gpus.ts";

const ids = fakeDevices(2).map(({ id }) => id);

/** Asks for GPUs as a run does. */
async function assign(
  machine: FakeGpus,
  behave: (job: Job) => Promise<Told> | Told,
  {
    wanted = null,
    promisedMb = null,
    visible = null,
  }: { wanted?: number | null; promisedMb?: number | null; visible?: string | null } = {},
) {
  const cacheDir = await freshFolder();
  const lines: string[] = [];
  const { sandbox, jobs } = scriptedSandbox(behave);
  const view = { ...machine.view, visible };
  const report = (line: string) => void lines.push(line);
  const devices = await findGpus(view);
  const { perExecution, sandbox: given } = await assignGpus(sandbox, {
    wanted,
    promisedMb,
    devices,
    view,
    cacheDir,
    report,
    signal: new AbortController().signal,
  });
  return { perExecution, jobs, lines, isLeasing: given !== sandbox, given };
}

test("scripts share a GPU where each is promised a part of its memory", async () => {
  const { given } = await assign(await fakeGpus(2), (job) => found(job, 1), { promisedMb: 300 });
  // Three of 300 MB on each GPU of 1000 MB: more than the four of this engine.
  expect(given.slots).toBe(4);
  expect(given.describe).toContain("1 of 2 GPU(s), 300 MB of each, leased to each execution");
  const whole = await assign(await fakeGpus(2), (job) => found(job, 1));
  expect(whole.given.slots).toBe(2);
});

test("a slice is leased by its id, and by the memory that its profile is named after", async () => {
  const machine = await fakeGpus(1);
  const slice = "MIG-aaaaaaaa-1111-5555-9999-000000000000";
  await machine.answer("L", [
    `GPU 0: NVIDIA Made-Up (UUID: ${ids[0]})`,
    "  MIG 1g.5gb     Device  0: (UUID: MIG-bbbbbbbb-1111-5555-9999-000000000000)",
    `  MIG 3g.20gb    Device  1: (UUID: ${slice})`,
  ]);
  const asked = { promisedMb: 9000 };
  const { jobs, given } = await assign(machine, (job) => found(job, 1), asked);
  expect(jobs.map(({ gpus }) => gpus)).toEqual([[slice]]);
  expect(given.slots).toBe(2);
});

test("more memory than any GPU has is refused in one line", async () => {
  const asked = assign(await fakeGpus(2), () => ({}), { promisedMb: 2000 });
  await expect(asked).rejects.toThrow(
    /^gpuMemoryMb=2000, but 0 of the 1 GPU\(s\) of an execution have so much \(0 has 1000 MB, 1 has 1000 MB\): ask for less$/u,
  );
});

test("one GPU goes to each execution once a probe has found it inside", async () => {
  const { perExecution, jobs, isLeasing } = await assign(await fakeGpus(2), (job) => found(job, 1));
  expect({ perExecution, isLeasing }).toEqual({ perExecution: 1, isLeasing: true });
  expect(jobs.map(({ at, gpus }) => [at, gpus])).toEqual([["gpu-probe", [ids[0]]]]);
});

test.each([
  ["a machine without GPUs", "", null],
  ["zero asked for", null, 0],
])("%s is not probed", async (_, visible, wanted) => {
  const { perExecution, jobs } = await assign(await fakeGpus(2), () => ({}), { visible, wanted });
  expect({ perExecution, jobs }).toEqual({ perExecution: 0, jobs: [] });
});

test("GPUs that silently do not arrive inside are an error with the engine, what was found, and the fix", async () => {
  const asked = assign(await fakeGpus(2), (job) => found(job, 0));
  await expect(asked).rejects.toThrow(ConfigInvalid);
  await expect(asked).rejects.toThrow(
    /^docker was asked for 1 GPU\(s\) of GPU-0\S+ and gave none that work; found inside: 0 usable by CUDA, nvidia-smi lists 0, no \/dev\/nvidia\*\. Install the NVIDIA container toolkit and restart Docker, or run without GPUs: --set gpusPerExecution=0$/u,
  );
});

test("an engine that says that it cannot hand GPUs on is used without them, unless they were asked for", async () => {
  const refuse = () => {
    throw new ConfigInvalid("no device driver");
  };
  const machine = await fakeGpus(2);
  const { perExecution, lines } = await assign(machine, refuse);
  expect({ perExecution, lines }).toEqual({
    perExecution: 0,
    lines: ["without GPUs: no device driver"],
  });
  await expect(assign(machine, refuse, { wanted: 1 })).rejects.toThrow("no device driver");
});

test.each([
  [3, null, /^gpusPerExecution=3, but only 2 GPU\(s\) can be seen \(0 NVIDIA Made-Up, 1 NVIDIA/u],
  [2, "1", /only 1 GPU\(s\) can be seen with CUDA_VISIBLE_DEVICES="1" \(1 NVIDIA Made-Up\): ask/u],
  [1, "", /no GPU can be seen \(nvidia-smi shows none with CUDA_VISIBLE_DEVICES=""\): fix that/u],
])(
  "%i GPU(s) asked for with CUDA_VISIBLE_DEVICES %j are refused in one line.",
  async (...given) => {
    const [wanted, visible, message] = given;
    const asked = assign(await fakeGpus(2), () => ({}), { wanted, visible });
    await expect(asked).rejects.toThrow(message);
  },
);
