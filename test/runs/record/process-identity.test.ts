import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import {
  identify,
  isAlive,
  ownIdentity,
  type ProcessIdentity,
} from "../../../runs/record/process-identity.ts";

test("this process knows itself, and that it lives", async () => {
  const own = await ownIdentity();
  expect(own).toEqual(await identify(process.pid));
  expect(await isAlive(own)).toBe(true);
});

test("a process that has ended is dead, whoever has its id by now", async () => {
  const sleeper = spawn("sleep", ["600"], { stdio: "ignore" });
  const identity = await identify(sleeper.pid ?? 0);
  if (identity === null) throw new Error("the sleeper has ended");
  expect(await isAlive(identity)).toBe(true);
  expect(await isAlive({ ...identity, started: "12" })).toBe(false);
  sleeper.kill("SIGKILL");
  await once(sleeper, "exit");
  expect(await isAlive(identity)).toBe(false);
  expect(await identify(identity.pid)).toBeNull();
});

test("of another host, boot or PID namespace nothing is known, whether the id exists here or not", async () => {
  const own = await ownIdentity();
  const elsewhere: Partial<ProcessIdentity>[] = [
    { host: "elsewhere" },
    { boot: "another" },
    { pidNamespace: "pid:[7]" },
  ];
  for (const change of elsewhere) {
    expect(await isAlive({ ...own, ...change })).toBeNull();
    expect(await isAlive({ ...own, ...change, started: "12" })).toBeNull();
  }
});
