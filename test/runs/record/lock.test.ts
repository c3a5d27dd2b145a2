import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { RunRefused } from "../../../runs/errors.ts";
import { lockRun, runHolder } from "../../../runs/record/lock.ts";
import { freshFolder } from "../journal-fixture.ts";

const quick = { heartbeatMs: 40, silenceMs: 1_000 };
const program = `
  const { lockRun } = await import(${JSON.stringify(new URL("../../../runs/record/lock.ts", import.meta.url).href)});
  try { await lockRun(process.argv[1]); console.log("locked"); setInterval(() => {}, 1000); }
  catch (error) { console.log(error.name); }
`;

/** Another process that takes the lock and keeps it; resolves with what it said. */
async function otherProcess(folder: string): Promise<{ child: ChildProcess; said: string }> {
  const args = ["--import", "tsx", "--input-type=module", "-e", program, folder];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = await once(child.stdout, "data");
  return { child, said: String(said).trim() };
}

async function holderOf(folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, "lock.json"), "utf8"));
}

test("a run that another process works on is refused by its number, until kill -9 frees it", async () => {
  const folder = await freshFolder();
  const { child, said } = await otherProcess(folder);
  expect(said).toBe("locked");
  await expect(lockRun(folder)).rejects.toThrow(RunRefused);
  await expect(lockRun(folder)).rejects.toThrow(`process ${child.pid} on`);
  expect((await runHolder(folder))?.pid).toBe(child.pid);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await runHolder(folder)).toBeNull();
  const lock = await lockRun(folder);
  expect((await runHolder(folder))?.pid).toBe(process.pid);
  await lock.release();
  expect(await runHolder(folder)).toBeNull();
});

test("the same process cannot take a run twice, and can take it again once released", async () => {
  const folder = await freshFolder();
  const lock = await lockRun(folder);
  await expect(lockRun(folder)).rejects.toThrow(RunRefused);
  await lock.release();
  await (await lockRun(folder)).release();
});

test("a process that got the dead holder's number does not keep the lock alive", async () => {
  const folder = await freshFolder();
  const lock = await lockRun(folder);
  const own = await holderOf(folder);
  await lock.release();
  await writeFile(join(folder, "lock.json"), JSON.stringify({ ...own, started: "12" }));
  const again = await lockRun(folder);
  expect(await holderOf(folder)).toMatchObject({ pid: process.pid, started: own.started });
  await again.release();
});

test("of many that want a dead holder's lock at once, one gets it", async () => {
  const folder = await freshFolder();
  const lock = await lockRun(folder);
  const own = await holderOf(folder);
  await lock.release();
  await writeFile(join(folder, "lock.json"), JSON.stringify({ ...own, started: "12" }));
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => lockRun(folder)));
  const won = results.filter((result) => result.status === "fulfilled");
  expect(won).toHaveLength(1);
  for (const result of results)
    if (result.status === "rejected") expect(result.reason).toBeInstanceOf(RunRefused);
  await won[0]?.value.release();
});

test("a holder on another machine is refused while it shows a heartbeat and taken over when it no longer does", async () => {
  const folder = await freshFolder();
  const lock = await lockRun(folder, quick);
  const own = await holderOf(folder);
  await lock.release();
  const file = join(folder, "lock.json");
  await writeFile(file, JSON.stringify({ ...own, host: "elsewhere", boot: "7" }));
  const heartbeat = setInterval(() => void utimes(file, new Date(), new Date()), 30);
  onTestFinished(() => clearInterval(heartbeat));
  await expect(lockRun(folder, quick)).rejects.toThrow("on elsewhere is working on this run");
  clearInterval(heartbeat);
  expect((await runHolder(folder))?.host).toBe("elsewhere");
  const taken = await lockRun(folder, { heartbeatMs: 40, silenceMs: 200 });
  expect(await holderOf(folder)).toMatchObject({ host: own.host });
  await taken.release();
});

test("a holder in another PID namespace of this host is not taken for dead by its process id", async () => {
  const folder = await freshFolder();
  const lock = await lockRun(folder, quick);
  const own = await holderOf(folder);
  await lock.release();
  const far = { ...own, pidNamespace: "pid:[7]", pid: 2 ** 22, started: "12" };
  await writeFile(join(folder, "lock.json"), JSON.stringify(far));
  expect((await runHolder(folder))?.pid).toBe(2 ** 22);
});

test("a holder touches its lock as long as it lives", async () => {
  const folder = await freshFolder();
  const lock = await lockRun(folder, { heartbeatMs: 5, silenceMs: 100 });
  const file = join(folder, "lock.json");
  const before = (await stat(file)).mtimeMs;
  await expect.poll(async () => (await stat(file)).mtimeMs).toBeGreaterThan(before);
  await lock.release();
});

test("a lock file that is no lock is named, not taken over", async () => {
  const folder = await freshFolder();
  await writeFile(join(folder, "lock.json"), "mine!");
  await expect(lockRun(folder)).rejects.toThrow(`${join(folder, "lock.json")}: not a lock`);
});
