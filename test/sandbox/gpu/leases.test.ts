import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { Interrupted } from "../../../runs/errors.ts";
import { gpuPool } from "../../../sandbox/gpu/leases.ts";
import { fakeDevices, freshFolder } from "./fake-gpus.ts";

const never = new AbortController().signal;

function pool(
  folder: string,
  count: number,
  lines: string[] = [],
  promisedMb: number | null = null,
) {
  const devices = fakeDevices(count);
  return gpuPool({ devices, promisedMb, folder, report: (line) => lines.push(line), pollMs: 5 });
}

/** Index of a made-up device: the first digit of its id. */
const digits = (ids: readonly string[]): string => ids.map((id) => id[4]).join("");

const leases = JSON.stringify(new URL("../../../sandbox/gpu/leases.ts", import.meta.url).href);
const program = `
  const [folder, devices, count, times, holdMs, promisedMb] = process.argv.slice(1).map((each) => JSON.parse(each));
  const { gpuPool } = await import(${leases});
  const { appendFileSync } = await import("node:fs");
  const pool = gpuPool({ devices, promisedMb, folder, report: () => {}, pollMs: 2 });
  const note = (what, ids) => { for (const id of ids) appendFileSync(folder + "/notes", what + " " + id[4] + " " + process.pid + "\\n"); };
  for (let time = 0; time < times; time++) {
    const lease = await pool.lease(count, new AbortController().signal);
    note("has", lease.ids);
    console.log("has");
    await new Promise((resolve) => setTimeout(resolve, holdMs));
    note("gave", lease.ids);
    await lease.release();
  }
`;

type Plan = Record<"devices" | "count" | "times" | "holdMs", number> & {
  promisedMb?: number | null;
};

/** Another process that leases so many devices, so many times, and holds each lease for a while. */
function otherProcess(
  folder: string,
  { devices, count, times, holdMs, promisedMb = null }: Plan,
): ChildProcess {
  const given = [folder, fakeDevices(devices), count, times, holdMs, promisedMb].map((each) =>
    JSON.stringify(each),
  );
  const args = ["--import", "tsx", "--input-type=module", "-e", program, ...given];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function saysHas(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("no output");
  await once(createInterface(child.stdout), "line");
}

/** Reads `has <device> <process>` and `gave …` lines; throws where a device had two holders at once. */
async function holdersInTurn(folder: string): Promise<Map<string, number>> {
  const holder = new Map<string, string>();
  const times = new Map<string, number>();
  const lines = (await readFile(join(folder, "notes"), "utf8")).trimEnd().split("\n");
  for (const line of lines) {
    const [what, device = "", pid = ""] = line.split(" ");
    if (what === "has") {
      if (holder.has(device))
        throw new Error(`${device} given to ${pid} and ${holder.get(device)}`);
      holder.set(device, pid);
      times.set(pid, (times.get(pid) ?? 0) + 1);
    } else holder.delete(device);
  }
  return times;
}

test("devices are leased once at a time, and again once they are given back", async () => {
  const lines: string[] = [];
  const gpus = pool(await freshFolder(), 2, lines);
  const first = await gpus.lease(1, never);
  const second = await gpus.lease(1, never);
  expect(digits([...first.ids, ...second.ids])).toBe("01");
  expect(lines).toEqual([]);
  const third = gpus.lease(1, never);
  await first.release();
  expect((await third).ids).toEqual(first.ids);
  await Promise.all([second.release(), (await third).release()]);
});

test("whoever waits says so once, and an interruption ends the waiting", async () => {
  const folder = await freshFolder();
  const lines: string[] = [];
  const gpus = pool(folder, 1, lines);
  const held = await gpus.lease(1, never);
  const stop = new AbortController();
  const waiting = gpus.lease(1, stop.signal);
  await expect.poll(() => lines.length).toBe(1);
  stop.abort();
  await expect(waiting).rejects.toBeInstanceOf(Interrupted);
  expect(lines).toEqual(["waiting for a GPU: other executions have them all"]);
  await held.release();
  expect(await readdir(folder)).toEqual([]);
});

test("an interruption gives back what was gathered so far", async () => {
  const folder = await freshFolder();
  const gpus = pool(folder, 2);
  const held = await gpus.lease(1, never);
  const stop = new AbortController();
  const waiting = gpus.lease(2, stop.signal);
  await expect.poll(async () => (await readdir(folder)).length).toBeGreaterThan(2);
  stop.abort();
  await expect(waiting).rejects.toBeInstanceOf(Interrupted);
  await held.release();
  expect(await readdir(folder)).toEqual([]);
});

test("two processes that contend for one device never have it at once", async () => {
  const folder = await freshFolder();
  const plan = { devices: 1, count: 1, times: 25, holdMs: 3 };
  const children = [otherProcess(folder, plan), otherProcess(folder, plan)];
  for (const child of children) for await (const _ of child.stdout ?? []);
  const times = await holdersInTurn(folder);
  expect([...times.values()]).toEqual([25, 25]);
});

test("processes that each need two of three devices all get their turn", async () => {
  const folder = await freshFolder();
  const two = { devices: 3, count: 2, times: 8, holdMs: 3 };
  const children = [
    otherProcess(folder, two),
    otherProcess(folder, two),
    otherProcess(folder, { ...two, count: 1 }),
  ];
  for (const child of children) for await (const _ of child.stdout ?? []);
  const times = await holdersInTurn(folder);
  expect([...times.values()].sort((a, b) => a - b)).toEqual([8, 16, 16]);
});

test("the devices of a killed process are taken over, while those of a living one are not", async () => {
  const folder = await freshFolder();
  const child = otherProcess(folder, { devices: 2, count: 2, times: 1, holdMs: 600_000 });
  await saysHas(child);
  const gpus = pool(folder, 2);
  const stop = new AbortController();
  const early = gpus.lease(1, stop.signal);
  setTimeout(() => stop.abort(), 200);
  await expect(early).rejects.toBeInstanceOf(Interrupted);
  child.kill("SIGKILL");
  await once(child, "exit");
  const lease = await gpus.lease(2, never);
  expect(digits(lease.ids)).toBe("01");
  await lease.release();
  expect((await readdir(folder)).filter((name) => name.includes(".lock"))).toEqual([]);
});

test("of many that see a dead holder, one takes its device over", async () => {
  const folder = await freshFolder();
  const [device] = fakeDevices(1);
  const gpus = pool(folder, 1);
  for (let round = 0; round < 10; round++) {
    const lease = await gpus.lease(1, never);
    const file = join(folder, `${device?.id}.lock`);
    const own = JSON.parse(await readFile(file, "utf8"));
    await lease.release();
    await writeFile(file, JSON.stringify({ ...own, started: "12" }));
    const stop = new AbortController();
    const wanted = Array.from({ length: 6 }, () => gpus.lease(1, stop.signal));
    const winner = await Promise.race(wanted);
    setTimeout(() => stop.abort(), 40);
    const results = await Promise.allSettled(wanted);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await winner.release();
  }
});

test("a lock that lost its content in a power cut holds nothing", async () => {
  const folder = await freshFolder();
  await writeFile(join(folder, `${fakeDevices(1)[0]?.id}.lock`), "");
  const lease = await pool(folder, 1).lease(1, never);
  expect(digits(lease.ids)).toBe("0");
  await lease.release();
});

test("a holder in another container counts as living until it has shown no heartbeat for long", async () => {
  const folder = await freshFolder();
  const gpus = pool(folder, 1);
  const lease = await gpus.lease(1, never);
  const file = join(folder, `${fakeDevices(1)[0]?.id}.lock`);
  const own = JSON.parse(await readFile(file, "utf8"));
  await lease.release();
  await writeFile(file, JSON.stringify({ ...own, pidNamespace: "pid:[7]" }));
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 150);
  await expect(gpus.lease(1, stop.signal)).rejects.toBeInstanceOf(Interrupted);
  const impatient = {
    devices: fakeDevices(1),
    promisedMb: null,
    folder,
    report: () => undefined,
    pollMs: 5,
  };
  const taken = await gpuPool({ ...impatient, silenceMs: 50 }).lease(1, never);
  expect(digits(taken.ids)).toBe("0");
  await taken.release();
});

test("a device that failed somebody is leased only when there is no other", async () => {
  const gpus = pool(await freshFolder(), 2);
  gpus.suspect([fakeDevices(2)[0]?.id ?? ""]);
  const first = await gpus.lease(1, never);
  const second = await gpus.lease(1, never);
  expect(digits([...first.ids, ...second.ids])).toBe("10");
  await first.release();
  await second.release();
});

test("executions share a device while what they are promised fits, the emptiest device first", async () => {
  const folder = await freshFolder();
  const lines: string[] = [];
  const gpus = pool(folder, 2, lines, 400);
  const held = [];
  for (let n = 0; n < 4; n++) held.push(await gpus.lease(1, never));
  expect(held.map(({ ids }) => digits(ids))).toEqual(["0", "1", "0", "1"]);
  const fifth = gpus.lease(1, never);
  await expect.poll(() => lines.length).toBe(1);
  // Less fits where as much is left: the promises of other runs are seen.
  const small = await pool(folder, 2, lines, 200).lease(1, never);
  await held[1]?.release();
  expect(digits((await fifth).ids)).toBe("1");
  for (const lease of [...held, small, await fifth]) await lease.release();
  expect(await readdir(folder)).toEqual([]);
});

test("who needs a whole device waits for those that share it, and nobody joins them meanwhile", async () => {
  const folder = await freshFolder();
  const sharing = pool(folder, 1, [], 400);
  const first = await sharing.lease(1, never);
  const lines: string[] = [];
  const whole = pool(folder, 1, lines).lease(1, never);
  await expect.poll(() => lines.length).toBe(1);
  const second = sharing.lease(1, never);
  await first.release();
  const alone = await whole;
  expect(digits(alone.ids)).toBe("0");
  await alone.release();
  await (await second).release();
  expect(await readdir(folder)).toEqual([]);
});

test("who needs a whole device takes a free one rather than wait for one that is shared", async () => {
  const folder = await freshFolder();
  const shared = await pool(folder, 2, [], 400).lease(1, never);
  const whole = await pool(folder, 2).lease(1, never);
  expect([...shared.ids, ...whole.ids].map((id) => digits([id]))).toEqual(["0", "1"]);
  await Promise.all([shared.release(), whole.release()]);
});

test("processes that share one device never have more promised than it has", async () => {
  const folder = await freshFolder();
  const plan = { devices: 1, count: 1, times: 12, holdMs: 3, promisedMb: 600 };
  const children = [otherProcess(folder, plan), otherProcess(folder, plan)];
  for (const child of children) for await (const _ of child.stdout ?? []);
  // Two of 600 MB do not fit in 1000 MB: they take turns.
  expect([...(await holdersInTurn(folder)).values()]).toEqual([12, 12]);
});

test("what a killed process was promised is free for the next one", async () => {
  const folder = await freshFolder();
  const plan = { devices: 1, count: 1, times: 1, holdMs: 600_000, promisedMb: 700 };
  const child = otherProcess(folder, plan);
  await saysHas(child);
  const gpus = pool(folder, 1, [], 700);
  const stop = new AbortController();
  const early = gpus.lease(1, stop.signal);
  setTimeout(() => stop.abort(), 200);
  await expect(early).rejects.toBeInstanceOf(Interrupted);
  child.kill("SIGKILL");
  await once(child, "exit");
  const lease = await gpus.lease(1, never);
  await lease.release();
  expect((await readdir(folder)).filter((name) => name.includes(".lock"))).toEqual([]);
});
