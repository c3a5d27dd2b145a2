import { expect, test } from "vitest";
import { seccompFilter } from "../../../sandbox/linux/seccomp.ts";

const ALLOW = 0x7fff_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;
const DONE = 0x0005_0000;
const EINVAL = 0x0005_0016;
const EAFNOSUPPORT = 0x0005_0061;
const EOPNOTSUPP = 0x0005_005f;
const KILL = 0x8000_0000;

const machines = {
  x64: {
    token: 0xc000_003e,
    clone: 56,
    clone3: 435,
    socket: 41,
    ptrace: 101,
    read: 0,
    personality: 135,
    flock: 73,
    fcntl: 72,
    fadvise64: 221,
    madvise: 28,
    preadv2: 327,
  },
  arm64: {
    token: 0xc000_00b7,
    clone: 220,
    clone3: 435,
    socket: 198,
    ptrace: 117,
    read: 63,
    personality: 92,
    flock: 32,
    fcntl: 25,
    fadvise64: 223,
    madvise: 233,
    preadv2: 286,
  },
} as const;

/** The jumps of the packet filter: equal, at least, any bit. */
const jumps: Record<number, (held: number, value: number) => boolean> = {
  21: (held, value) => held === value,
  53: (held, value) => held >= value,
  69: (held, value) => (held & value) !== 0,
};

/** Runs a filter as the kernel does: on the number, the architecture and the arguments of one call. */
function decide(filter: Buffer, number: number, architecture: number, ...given: number[]): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(architecture, 4);
  given.forEach((value, index) => void data.writeUInt32LE(value >>> 0, 16 + 8 * index));
  let held = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const code = filter.readUInt16LE(at);
    const value = filter.readUInt32LE(at + 4);
    if (code === 0x06) return value;
    if (code === 0x20) held = data.readUInt32LE(value);
    else at += 8 * filter.readUInt8(at + (jumps[code]?.(held, value) ? 2 : 3));
  }
  throw new Error("the filter ends without an answer");
}

for (const architecture of ["x64", "arm64"] as const) {
  const filter = seccompFilter(architecture) ?? Buffer.alloc(0);
  const machine = machines[architecture];
  const on = (number: number, ...given: number[]): number =>
    decide(filter, number, machine.token, ...given);

  test(`${architecture}: ordinary calls pass, those on other processes and the kernel do not`, () => {
    expect(on(machine.read)).toBe(ALLOW);
    expect(on(machine.ptrace)).toBe(EPERM);
  });

  test(`${architecture}: threads and processes can be made, namespaces cannot`, () => {
    expect(on(machine.clone, 0x11)).toBe(ALLOW);
    expect(on(machine.clone, 0x003d_0f00)).toBe(ALLOW);
    for (const flag of [0x2_0000, 0x1000_0000, 0x4000_0000]) {
      expect(on(machine.clone, flag | 0x11)).toBe(EPERM);
    }
    // Libraries then fall back to the call whose flags can be looked at.
    expect(on(machine.clone3)).toBe(ENOSYS);
  });

  test(`${architecture}: locks are had at once and tell nobody, descriptors can be changed`, () => {
    expect(on(machine.flock, 3, 2)).toBe(DONE);
    for (const lock of [6, 7, 37, 38]) expect(on(machine.fcntl, 3, lock)).toBe(DONE);
    for (const command of [1024, 1026]) expect(on(machine.fcntl, 3, command)).toBe(EINVAL);
    for (const command of [1, 2, 3, 4, 5, 36]) expect(on(machine.fcntl, 3, command)).toBe(ALLOW);
  });

  test(`${architecture}: what lies in memory of a file is neither changed nor told`, () => {
    expect(on(machine.fadvise64, 3, 0, 0, 4)).toBe(DONE);
    expect(on(machine.madvise, 0, 4096, 21)).toBe(DONE);
    for (const advice of [3, 4, 8, 14]) expect(on(machine.madvise, 0, 4096, advice)).toBe(ALLOW);
    expect(on(machine.preadv2, 3, 0, 1, 0, 0, 0)).toBe(ALLOW);
    expect(on(machine.preadv2, 3, 0, 1, 0, 0, 8)).toBe(EOPNOTSUPP);
  });

  test(`${architecture}: sockets that a network namespace does not hold cannot be made`, () => {
    for (const family of [1, 2, 10, 16]) expect(on(machine.socket, family)).toBe(ALLOW);
    for (const family of [17, 38, 40]) expect(on(machine.socket, family)).toBe(EAFNOSUPPORT);
  });

  test(`${architecture}: only harmless personalities can be taken on`, () => {
    expect(on(machine.personality, 0xffff_ffff)).toBe(ALLOW);
    expect(on(machine.personality, 0x0040_0000)).toBe(EPERM);
  });

  test(`${architecture}: calls of another architecture end the process`, () => {
    expect(decide(filter, 0, 0x4000_0003)).toBe(KILL);
  });
}

test("calls of the 32-bit variant of x86-64 are refused, whatever their number", () => {
  const filter = seccompFilter("x64") ?? Buffer.alloc(0);
  expect(decide(filter, 0x4000_0000 | 101, machines.x64.token)).toBe(ENOSYS);
});

test("there is no filter for an architecture whose numbers are not known", () => {
  expect(seccompFilter("riscv64")).toBeNull();
});
