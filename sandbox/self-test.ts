import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import type { Execution, Limits, Sandbox } from "./contract.ts";
import { openUntrusted, prepareWorkspace } from "./workspace.ts";

/** One guarantee of a sandbox, and what a script that tried to break it achieved. */
export type Guarantee = { what: string; kept: boolean; result: string };

/** A script, and how its outcome is read for the guarantees that it tried to break. */
type Trial = {
  code: string;
  limits: Partial<Limits>;
  assess(execution: Execution, achieved: string): Guarantee[];
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
const SYSTEM_PATHS = [
  "/etc/mle-star-test",
  "/usr/mle-star-test",
  "/opt/mle-star-test",
  "/var/mle-star-test",
  "/mle-star-test",
  "input/test",
];
const MIN_LIMITS = { memoryMb: 256, pids: 40 };

/** Runs scripts that try to break the guarantees: network, system, this machine's files, memory, processes. */
export async function selfTest(sandbox: Sandbox, cacheDir: string): Promise<Guarantee[]> {
  await mkdir(cacheDir, { recursive: true });
  const folder = await mkdtemp(join(cacheDir, "self-test-"));
  const listener = await listen();
  try {
    await writeFile(join(folder, "secret"), "a secret of this machine");
    // Where nothing keeps it from writing to the system it is not tried: it would do so.
    const paths = sandbox.protectsFiles ? SYSTEM_PATHS : [];
    const trials = [breakIsolation(listener, paths, folder), memory(), processes()];
    const found = await Promise.all(
      trials.map((trial, number) => run(sandbox, trial, join(folder, `${number}`))),
    );
    return found.flat();
  } finally {
    listener.server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(sandbox: Sandbox, trial: Trial, place: string): Promise<Guarantee[]> {
  const workspace = join(place, "work");
  const input = join(place, "input");
  await mkdir(input, { recursive: true });
  await writeFile(join(input, "train.csv"), "id\n1\n");
  await prepareWorkspace(workspace, trial.code);
  const limits = { ...LIMITS, ...trial.limits };
  const job = {
    at: "self-test",
    workspace,
    input,
    script: "solution.py",
    limits,
    gpus: [],
    seed: 0,
    rules: "audit" as const,
  };
  const execution = await sandbox.run(job, new AbortController().signal);
  const achieved = await readNote(join(workspace, "achieved"));
  return trial.assess(execution, achieved);
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

type Listener = { server: Server; port: number; addresses: string[]; connections: () => number };

/** Listens on all addresses of this machine: no script in a closed network can connect here either. */
async function listen(): Promise<Listener> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
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
  return { server, port, addresses, connections: () => connections };
}

const achievedSchema = z.object({
  reached: z.array(z.string()),
  written: z.array(z.string()),
  seen: z.array(z.string()),
});

function breakIsolation(
  { port, addresses, connections }: Listener,
  paths: readonly string[],
  folder: string,
) {
  const targets = [...addresses.map((host) => [host, port]), ["1.1.1.1", 53]];
  const hidden = [join(folder, "secret"), "/var/run/docker.sock", "/run/podman/podman.sock"];
  const code = `
import json, os, socket, stat
def each(trial, values):
    done = []
    for value in values:
        try: trial(value)
        except OSError: continue
        done.append(str(value[0] if isinstance(value, list) else value))
    return done
def write(path):
    open(path, "w").close()
    os.remove(path)
def see(path):
    if stat.S_ISSOCK(os.stat(path).st_mode):
        with socket.socket(socket.AF_UNIX) as there: there.connect(path)
    else:
        open(path).close()
achieved = {
    "reached": each(lambda target: socket.create_connection(tuple(target), 2).close(), ${JSON.stringify(targets)}),
    "written": each(write, ${JSON.stringify(paths)}),
    "seen": each(see, ${JSON.stringify(hidden)}),
}
open("achieved", "w").write(json.dumps(achieved))`;
  const assess = (execution: Execution, text: string): Guarantee[] => {
    if (execution.outcome !== "finished") return [notTested(execution)];
    const { reached, written, seen } = achievedSchema.parse(JSON.parse(text));
    // Connections are counted here as well: what a script reports cannot be trusted.
    const touched = reached.length > 0 ? reached : connections() > 0 ? ["this machine"] : [];
    const system = {
      what: "system and input read-only",
      done: written,
      verb: "wrote",
      promise: "nothing but its own folder can be written",
    };
    return [
      guarantee({
        what: "network closed",
        done: touched,
        verb: "reached",
        promise: "no address of this machine or beyond can be reached",
      }),
      ...(paths.length === 0 ? [] : [guarantee(system)]),
      guarantee({
        what: "files of this machine hidden",
        done: seen,
        verb: "read",
        promise: "a secret beside its folder and the engines' sockets cannot be seen",
      }),
    ];
  };
  return { code, limits: {}, assess };
}

type Attempted = { what: string; done: readonly string[]; verb: string; promise: string };

function guarantee({ what, done, verb, promise }: Attempted): Guarantee {
  if (done.length === 0) return { what, kept: true, result: promise };
  return { what, kept: false, result: `a script ${verb} ${done.join(", ")}` };
}

function memory() {
  const code = `
held = [bytearray(b"x" * (16 << 20)) for _ in range(${(3 * MIN_LIMITS.memoryMb) / 16})]
open("achieved", "w").write("all")`;
  const assess = ({ outcome }: Execution, achieved: string): Guarantee[] => {
    const what = "memory limited";
    if (outcome === "out-of-memory") {
      const result = `a script that takes more than ${MIN_LIMITS.memoryMb} MB is ended`;
      return [{ what, kept: true, result }];
    }
    const had = achieved === "all" ? "had three times as much" : `ended with ${outcome}`;
    return [{ what, kept: false, result: `a script limited to ${MIN_LIMITS.memoryMb} MB ${had}` }];
  };
  return { code, limits: { memoryMb: MIN_LIMITS.memoryMb }, assess };
}

function processes() {
  const most = 2 * MIN_LIMITS.pids;
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
    open("achieved", "w").write(str(count))
time.sleep(1)`;
  const assess = ({ outcome }: Execution, count: string): Guarantee[] => {
    const what = "processes limited";
    // Some engines refuse the next process, others end a script that made it.
    if (outcome !== "finished" || Number(count || "0") < most) {
      const result = `a script that makes more than ${MIN_LIMITS.pids} processes is stopped`;
      return [{ what, kept: true, result }];
    }
    const result = `a script limited to ${MIN_LIMITS.pids} processes made ${count}`;
    return [{ what, kept: false, result }];
  };
  return { code, limits: { pids: MIN_LIMITS.pids }, assess };
}

function notTested({ outcome, log }: Execution): Guarantee {
  const why = log.trim().split("\n").at(-1) ?? "";
  return { what: "isolation", kept: false, result: `could not be tried: ${outcome} ${why}`.trim() };
}
