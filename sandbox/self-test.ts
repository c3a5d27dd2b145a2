import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Execution, Limits, Sandbox } from "./contract.ts";
import { openUntrusted, prepareWorkspace } from "./workspace.ts";

/** One promise of a sandbox, and what a script that tried to break it came to. */
export type Guarantee = { what: string; kept: boolean; result: string };

/** A script that notes what it achieved in `achieved`, and how its end is read. */
type Trial = {
  what: string;
  code: string;
  limits: Partial<Limits>;
  judge(execution: Execution, achieved: string): Omit<Guarantee, "what">;
};

const LIMITS: Limits = {
  seconds: 30,
  memoryMb: 512,
  cpus: 1,
  pids: 64,
  outputMb: 4,
  diskMb: 64,
  gpus: 0,
};
const LEAST = { memoryMb: 256, pids: 40 };

/** Runs a script per promise that tries to break it: network, system, this machine's files, memory, processes. */
export async function selfTest(sandbox: Sandbox, cacheDir: string): Promise<Guarantee[]> {
  await mkdir(cacheDir, { recursive: true });
  const folder = await mkdtemp(join(cacheDir, "self-test-"));
  const listener = await listen();
  try {
    await writeFile(join(folder, "secret"), "a secret of this machine");
    const trials = [
      network(listener),
      // As an ordinary process it could: tried there, it would write to this machine.
      ...(sandbox.name === "process" ? [] : [systemFiles()]),
      hostFiles(folder),
      memory(),
      processes(),
    ];
    return await Promise.all(
      trials.map((trial, number) => run(sandbox, trial, join(folder, `${number}`))),
    );
  } finally {
    listener.server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(sandbox: Sandbox, trial: Trial, place: string): Promise<Guarantee> {
  const workspace = join(place, "work");
  const input = join(place, "input");
  await mkdir(input, { recursive: true });
  await writeFile(join(input, "train.csv"), "id\n1\n");
  await prepareWorkspace(workspace, trial.code);
  const limits = { ...LIMITS, ...trial.limits };
  const around = { at: "self-test", workspace, input, script: "solution.py" };
  const job = { ...around, limits, gpus: [], seed: 0 };
  const execution = await sandbox.run(job, new AbortController().signal);
  const achieved = await readNote(join(workspace, "achieved"));
  return { what: trial.what, ...trial.judge(execution, achieved) };
}

async function readNote(path: string): Promise<string> {
  const file = await openUntrusted(path);
  if (typeof file === "string") return "";
  try {
    return (await file.readFile("utf8")).trim();
  } finally {
    await file.close();
  }
}

type Listener = { server: Server; port: number; addresses: string[]; heard: () => number };

/** A door of this machine on all its addresses: a network that is closed does not lead here either. */
async function listen(): Promise<Listener> {
  let heard = 0;
  const server = createServer((socket) => {
    heard++;
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "0.0.0.0", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const addresses = own.filter(({ family }) => family === "IPv4").map((each) => each.address);
  return { server, port, addresses, heard: () => heard };
}

function network({ port, addresses, heard }: Listener): Trial {
  const targets = JSON.stringify([...addresses.map((host) => [host, port]), ["1.1.1.1", 53]]);
  const code = `
import socket
reached = []
for host, port in ${targets}:
    try:
        socket.create_connection((host, port), 2).close()
        reached.append(host)
    except OSError:
        pass
open("achieved", "w").write(", ".join(reached))`;
  return {
    what: "network closed",
    code,
    limits: {},
    judge: ({ outcome, log }, reached) => {
      if (outcome !== "finished") return failed(outcome, log);
      return reached === "" && heard() === 0
        ? { kept: true, result: "no address of this machine or beyond can be reached" }
        : { kept: false, result: `a script reached ${reached || "this machine"}` };
    },
  };
}

function systemFiles(): Trial {
  const code = `
import os
written = []
for path in ("/etc/mle-star-test", "/usr/mle-star-test", "/opt/mle-star-test", "/mle-star-test", "input/test"):
    try:
        open(path, "w").close()
        os.remove(path)
        written.append(path)
    except OSError:
        pass
open("achieved", "w").write(", ".join(written))`;
  return {
    what: "system and input read-only",
    code,
    limits: {},
    judge: ({ outcome, log }, written) => {
      if (outcome !== "finished") return failed(outcome, log);
      return written === ""
        ? { kept: true, result: "nothing but its own folder can be written" }
        : { kept: false, result: `a script wrote ${written}` };
    },
  };
}

function hostFiles(folder: string): Trial {
  const paths = JSON.stringify([
    join(folder, "secret"),
    "/var/run/docker.sock",
    "/run/docker.sock",
  ]);
  const code = `
import os
secret, *sockets = ${paths}
seen = [path for path in sockets if os.access(path, os.W_OK)]
try: seen.append("a file beside its folder" if open(secret).read() else "")
except OSError: pass
open("achieved", "w").write(", ".join(seen))`;
  return {
    what: "files of this machine hidden",
    code,
    limits: {},
    judge: ({ outcome, log }, seen) => {
      if (outcome !== "finished") return failed(outcome, log);
      return seen === ""
        ? { kept: true, result: "a secret beside its folder cannot be read" }
        : { kept: false, result: `a script can reach ${seen}` };
    },
  };
}

function memory(): Trial {
  const code = `
held = [bytearray(b"x" * (16 << 20)) for _ in range(${(3 * LEAST.memoryMb) / 16})]
open("achieved", "w").write("all")`;
  return {
    what: "memory limited",
    code,
    limits: { memoryMb: LEAST.memoryMb },
    judge: ({ outcome }, achieved) =>
      outcome === "out-of-memory"
        ? { kept: true, result: `a script that takes more than ${LEAST.memoryMb} MB is ended` }
        : {
            kept: false,
            result:
              achieved === "all"
                ? `a script limited to ${LEAST.memoryMb} MB had three times as much`
                : `a script that takes too much ended with ${outcome}`,
          },
  };
}

function processes(): Trial {
  const most = 2 * LEAST.pids;
  const code = `
import os, time
count = 0
for _ in range(${most}):
    try: child = os.fork()
    except OSError: break
    if child == 0:
        time.sleep(2)
        os._exit(0)
    count += 1
    open("achieved", "w").write(str(count))`;
  return {
    what: "processes limited",
    code,
    limits: { pids: LEAST.pids },
    judge: (_, count) =>
      Number(count || "0") < most
        ? { kept: true, result: `a script that makes more than ${LEAST.pids} processes is stopped` }
        : { kept: false, result: `a script limited to ${LEAST.pids} processes made ${count}` },
  };
}

function failed(outcome: string, log: string): Omit<Guarantee, "what"> {
  const why = log.trim().split("\n").at(-1) ?? "";
  return { kept: false, result: `could not be tried: ${outcome} ${why}`.trim() };
}
