import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Attempt, Execution } from "../../sandbox/contract.ts";
import { doubtOf, lackOf, type MachineState, readState } from "../../sandbox/machine-faults.ts";

const audit = { processes: [], sockets: [], outside: [], forbidden: null };
const plain = {
  exitCode: 1,
  signal: null,
  seconds: 1,
  peakMb: 1,
  gpu: null,
  spent: [],
  opened: [],
};
const failed: Execution = {
  outcome: "error",
  ...plain,
  logFile: "",
  log: "",
  audit,
  warning: null,
};

function attempt(change: Partial<Execution>, more: Partial<Attempt> = {}): Attempt {
  const execution = { ...failed, ...change };
  return { execution, hasStarted: true, killed: null, lackedMemory: false, ...more };
}

function machine(place: { freeMb?: number; ownMb?: number; freeFiles?: number } = {}, memory = {}) {
  const full = { path: "/runs", freeMb: 9000, ownMb: 1, freeFiles: 1000, ...place };
  const state: MachineState = { places: [full], availableMb: 8000, oomKills: 3, ...memory };
  return state;
}

const saidSo = { log: "OSError: [Errno 28] No space left on device" };

test.for([
  ["failed where there is room", attempt({}), machine(), null],
  ["failed on a full disk", attempt({}), machine({ freeMb: 0.5 }), /\/runs: no space left/u],
  [
    "was taken for hostile on a full disk",
    attempt({ outcome: "forbidden" }),
    machine({ freeMb: 0 }),
    /no space/u,
  ],
  [
    "was refused space that is free again",
    attempt(saidSo),
    machine({ freeMb: 100 }),
    /100 MB are left/u,
  ],
  ["only says that it was refused space", attempt(saidSo), machine(), null],
  ["filled the disk by itself", attempt(saidSo), machine({ freeMb: 0, ownMb: 600 }), null],
  [
    "passed its own limit of the disk",
    attempt({ outcome: "disk-limit" }),
    machine({ freeMb: 0 }),
    null,
  ],
  ["found no further file", attempt({}), machine({ freeFiles: 0 }), /no further file fits/u],
  [
    "went on though it found no space",
    attempt({ ...saidSo, outcome: "finished" }),
    machine({ freeMb: 0 }),
    /no space/u,
  ],
  ["ended well on a full disk", attempt({ outcome: "finished" }), machine({ freeMb: 0 }), null],
  [
    "lost memory while the kernel killed",
    attempt({}, { lackedMemory: true }),
    machine({}, { oomKills: 4 }),
    /the kernel ended processes/u,
  ],
  [
    "lost memory where hardly any is left",
    attempt({}, { lackedMemory: true }),
    machine({}, { availableMb: 50 }),
    /50 MB are left/u,
  ],
  [
    "used up its own memory",
    attempt({ outcome: "out-of-memory" }),
    machine({}, { oomKills: 4 }),
    null,
  ],
] as const)("a script that %s", ([, tried, now, lack]) => {
  const doubt = doubtOf(tried, machine(), now);
  if (lack === null) expect(doubt).toBeNull();
  else expect(doubt).toMatch(lack);
});

test("one that somebody ended is doubted, and lacked nothing", () => {
  const tried = attempt({}, { killed: "it was ended from outside by SIGKILL", lackedMemory: true });
  expect(doubtOf(tried, machine(), machine())).toBe("it was ended from outside by SIGKILL");
  expect(lackOf(tried, machine(), machine())).toBeNull();
});

test("the state of this machine is read as it is", async () => {
  const workspace = await mkdtemp(join(tmpdir(), "mle-state-"));
  const state = await readState({ writes: ["/dev/shm"] }, { workspace });
  await rm(workspace, { recursive: true });
  expect(state.places.map(({ path }) => path)).toEqual([workspace, "/dev/shm"]);
  expect(state.availableMb).toBeGreaterThan(100);
  for (const { freeMb, freeFiles } of state.places) {
    expect(freeMb).toBeGreaterThan(1);
    expect(freeFiles).toBeGreaterThan(0);
  }
});
