import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SandboxUnavailable } from "../runs/errors.ts";
import type { Attempts } from "./contract.ts";
import { prepareWorkspace } from "./workspace.ts";

/** Collects which of an engine's guarantees do not hold. */
const GUARANTEES = `
import socket
broken = []
def refused(what, act):
    try: act()
    except OSError: return
    broken.append(what)
refused("its input can be written", lambda: open("input/new", "w"))
refused("the system can be written", lambda: open("/usr/new", "w"))
if len(open("/proc/net/route").read().splitlines()) > 1: broken.append("the network is open")
refused("sockets to the machine below can be made", lambda: socket.socket(40))
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
if int(status["CapEff"], 16) or int(status["CapBnd"], 16): broken.append("it has privileges")
if status["NoNewPrivs"].strip() != "1": broken.append("it may gain privileges")
if status["Seccomp"].strip() != "2": broken.append("system calls are not filtered")
`;
/** Proves that Python, its libraries, the workspace and the input are there; prints what is broken, else `kept`. */
const WORKS = `
import numpy
open("submission.csv", "w").write(open("input/probe").read())
print("; ".join(broken) or "kept")
`;
const LIMITS = {
  seconds: 60,
  memoryMb: 1024,
  cpus: 1,
  pids: 64,
  outputMb: 1,
  diskMb: 64,
  gpus: 0,
};

/** Runs a script of our own that tests the engine's guarantees; what is wrong, or null when all hold. */
export async function probe(
  { name, attempt, cacheDir }: Pick<Attempts, "name" | "attempt" | "cacheDir">,
  signal: AbortSignal,
): Promise<string | null> {
  // What the kernel grants to ordinary processes differs, and was probed when they were opened.
  const checks = name === "process" ? "broken = []" : GUARANTEES;
  await mkdir(cacheDir, { recursive: true });
  const folder = await mkdtemp(join(cacheDir, "probe-"));
  try {
    const [workspace, input] = [join(folder, "work"), join(folder, "input")];
    await prepareWorkspace(workspace, checks + WORKS);
    await mkdir(input);
    await writeFile(join(input, "probe"), "probe");
    const place = { at: "probe", workspace, input, script: "solution.py", seed: 0 };
    const { execution } = await attempt(
      { ...place, limits: LIMITS, gpus: [], rules: "audit" },
      signal,
    );
    const { outcome, log } = execution;
    if (outcome === "finished" && log.trim() === "kept") return null;
    return `${outcome}: ${log.trim().split("\n").at(-1)}`;
  } catch (error) {
    if (error instanceof SandboxUnavailable) return error.message;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
