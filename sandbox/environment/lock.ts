import { lock } from "proper-lockfile";
import { Interrupted } from "../../runs/errors.ts";

export type Waiting = {
  /** Said once when another process holds the lock. */
  message: string;
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
};

/** Does something that only one process of this machine may do at a time, named by a path. */
export async function withLock<T>(
  path: string,
  { message, report, signal }: Waiting,
  effect: () => Promise<T>,
): Promise<T> {
  let release: (() => Promise<void>) | null = null;
  for (let waited = 0; release === null; waited++) {
    try {
      release = await lock(path, { realpath: false, stale: 30_000, update: 5_000 });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ELOCKED")) throw error;
      if (signal?.aborted) throw new Interrupted("interrupted while waiting for another process");
      if (waited === 0) report(message);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  try {
    return await effect();
  } finally {
    await release();
  }
}
