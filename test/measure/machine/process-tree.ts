import { readdir, readFile } from "node:fs/promises";

/** How often the memory of the processes is looked at. */
const SAMPLE_MS = 100;

/** Resident bytes of a process and all that it started, at most at any one moment, and until `stop`. */
export function watchMemory(root: number): { peakBytes(): number; stop(): void } {
  let peak = 0;
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    peak = Math.max(peak, await residentBytes(root));
    isLooking = false;
  }, SAMPLE_MS);
  return { peakBytes: () => peak, stop: () => clearInterval(timer) };
}

/** Resident bytes of a process and its descendants now; what they share is counted for each. */
async function residentBytes(root: number): Promise<number> {
  const found = await Promise.all(
    (await readdir("/proc")).filter((name) => /^\d+$/u.test(name)).map(readProcess),
  );
  const processes = found.filter((each) => each !== null);
  const own = processes.find(({ pid }) => pid === root)?.bytes ?? 0;
  const below = (pid: number): number =>
    processes
      .filter(({ parent }) => parent === pid)
      .reduce((sum, child) => sum + child.bytes + below(child.pid), 0);
  return own + below(root);
}

/** One process, by `/proc/<pid>/status`; null when it has ended meanwhile. */
async function readProcess(
  name: string,
): Promise<{ pid: number; parent: number; bytes: number } | null> {
  const status = await readFile(`/proc/${name}/status`, "utf8").catch(() => null);
  if (status === null) return null;
  const parent = Number(/^PPid:\s*(\d+)/mu.exec(status)?.[1] ?? 0);
  const kilobytes = Number(/^VmRSS:\s*(\d+)/mu.exec(status)?.[1] ?? 0);
  return { pid: Number(name), parent, bytes: kilobytes * 1024 };
}
