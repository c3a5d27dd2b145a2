import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Execution, Job, Sandbox } from "../../../sandbox/contract.ts";
import type { Gpu, GpuView } from "../../../sandbox/gpu/devices.ts";

/** A machine with made-up GPUs: an `nvidia-smi` that comes first on the path, and answers what stands in its folder. */
export type FakeGpus = {
  folder: string;
  view: GpuView;
  /** Replaces what one of its three questions is answered with: `query`, `L` (the list), `use`. */
  answer(question: "query" | "L" | "use", lines: readonly string[]): Promise<void>;
  /** From now on it fails like a driver that lost its device. */
  breakDown(message: string): Promise<void>;
};

const PROGRAM = `#!/bin/sh
here=$(dirname "$0")
if [ -f "$here/broken" ]; then cat "$here/broken"; exit 9; fi
case "$*" in
  *utilization.gpu*) cat "$here/use" ;;
  *memory.total*) cat "$here/query" ;;
  -L) cat "$here/L" ;;
  *) echo "unexpected: $*"; exit 2 ;;
esac
`;

/** Makes so many GPUs of 1000 MB that do nothing: `GPU-0000…`, `GPU-1000…`. */
export async function fakeGpus(count: number): Promise<FakeGpus> {
  const folder = await freshFolder();
  const program = join(folder, "nvidia-smi");
  await writeFile(program, PROGRAM);
  await chmod(program, 0o755);
  const write = (name: string, lines: readonly string[]) =>
    writeFile(join(folder, name), `${lines.join("\n")}\n`);
  const gpus = fakeDevices(count);
  await write(
    "query",
    gpus.map(({ id, index, name, memoryMb }) => `${id}, ${index}, ${name}, ${memoryMb}`),
  );
  await write(
    "L",
    gpus.map(({ id, index, name }) => `GPU ${index}: ${name} (UUID: ${id})`),
  );
  await write(
    "use",
    gpus.map(({ id }) => `${id}, 0, 0`),
  );
  return {
    folder,
    view: { path: `${folder}:/usr/bin:/bin`, visible: null },
    answer: write,
    breakDown: (message) => write("broken", [message]),
  };
}

/** The devices that `fakeGpus` lists. */
export function fakeDevices(count: number): Gpu[] {
  return Array.from({ length: count }, (_, number) => ({
    id: `GPU-${number}0000000-0000-0000-0000-000000000000`,
    index: String(number),
    name: "NVIDIA Made-Up",
    memoryMb: 1000,
  }));
}

/** What a script did; `finished` in a tenth of a second by default. */
export type Told = Partial<Execution>;

/** A sandbox that runs nothing: it records every job and returns what it is given. */
export function scriptedSandbox(behave: (job: Job) => Promise<Told> | Told): {
  sandbox: Sandbox;
  jobs: Job[];
} {
  const jobs: Job[] = [];
  const sandbox: Sandbox = {
    name: "docker",
    protectsFiles: true,
    describe: "scripted",
    packages: [],
    slots: 4,
    async run(job) {
      jobs.push(job);
      const result = await behave(job);
      return { ...PLAIN, logFile: join(job.workspace, "run.log"), ...result };
    },
    close: async () => undefined,
  };
  return { sandbox, jobs };
}

const PLAIN = {
  outcome: "finished" as const,
  exitCode: 0,
  signal: null,
  seconds: 0.1,
  peakMb: 10,
  gpu: null,
  log: "",
  spent: [],
  opened: [],
  audit: { processes: [], sockets: [], outside: [], forbidden: null },
  warning: null,
};

/** What the probe's script would have left in its workspace. */
export async function found(job: Job, usable: number): Promise<Told> {
  const text = JSON.stringify({ usable, why: null, listed: usable, nodes: [] });
  await writeFile(join(job.workspace, "gpus.json"), text);
  return {};
}

/** A folder that goes when the test ends. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-gpus-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
