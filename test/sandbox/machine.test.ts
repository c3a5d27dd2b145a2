import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readMachine } from "../../sandbox/machine.ts";

let root: string;
let own: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-machine-"));
  own = join(root, "own");
});
afterEach(() => rm(root, { recursive: true, force: true }));

function limit(path: string, file: string, value: string): void {
  mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, path, file), `${value}\n`);
}

const whole = { cores: availableParallelism(), memoryMb: Math.floor(totalmem() / 2 ** 20) };

test("the limits of a job or a service around us count, wherever above us they were set", async () => {
  writeFileSync(own, "0::/jobs.slice/job-7.scope/step\n");
  limit("jobs.slice", "memory.max", `${512 * 2 ** 20}`);
  limit("jobs.slice/job-7.scope", "memory.max", "max");
  limit("jobs.slice/job-7.scope", "cpu.max", "100000 100000");
  limit("jobs.slice/job-7.scope/step", "cpu.max", "max 100000");
  expect(await readMachine({ root, own })).toEqual({ cores: 1, memoryMb: 512 });
});

test("without a limit it is the whole machine", async () => {
  writeFileSync(own, "0::/user.slice\n");
  limit("user.slice", "memory.max", "max");
  limit("user.slice", "cpu.max", "max 100000");
  expect(await readMachine({ root, own })).toEqual(whole);
  expect(await readMachine({ root: join(root, "none"), own: join(root, "none") })).toEqual(whole);
});

test("in a container, whose own group is the root that it sees, under either version", async () => {
  writeFileSync(own, "0::/\n");
  limit("", "memory.max", `${256 * 2 ** 20}`);
  expect(await readMachine({ root, own })).toEqual({ ...whole, memoryMb: 256 });
  const first = join(root, "version-1");
  limit("version-1/memory", "memory.limit_in_bytes", `${128 * 2 ** 20}`);
  limit("version-1/cpu", "cpu.cfs_quota_us", "150000");
  limit("version-1/cpu", "cpu.cfs_period_us", "100000");
  expect(await readMachine({ root: first, own })).toEqual({ cores: 1, memoryMb: 128 });
});
