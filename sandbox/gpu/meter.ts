import type { GpuUse } from "../contract.ts";
import { askSmi, type GpuView } from "./devices.ts";

/** Watches devices for as long as an execution holds them. */
export type GpuMeter = {
  /** Starts watching; the function returned ends it and gives what was measured, null when nothing was. */
  watch(ids: readonly string[]): () => GpuUse | null;
};

const POLL_MS = 2_000;
/** Soon enough to see an execution of a few seconds at all. */
const FIRST_MS = 500;

type Watcher = { ids: readonly string[]; peakMb: number; sum: number; samples: number };

/** Reads memory and utilization of all watched devices with one `nvidia-smi` every two seconds. */
export function gpuMeter(view: GpuView, pollMs: number = POLL_MS): GpuMeter {
  const watchers = new Set<Watcher>();
  let timer: NodeJS.Timeout | null = null;
  const schedule = (milliseconds: number): void => {
    timer = setTimeout(() => {
      void sample(view, watchers).then(() => {
        timer = null;
        if (watchers.size > 0) schedule(pollMs);
      });
    }, milliseconds);
    // The sampling does not keep the process alive.
    timer.unref();
  };
  return {
    watch(ids) {
      const watcher: Watcher = { ids, peakMb: 0, sum: 0, samples: 0 };
      watchers.add(watcher);
      if (timer === null) schedule(Math.min(FIRST_MS, pollMs));
      return () => {
        watchers.delete(watcher);
        if (watcher.samples === 0) return null;
        const utilization = Math.round(watcher.sum / watcher.samples);
        return { peakMb: Math.round(watcher.peakMb), utilization };
      };
    },
  };
}

/** A slice of a GPU is not in this list, so nothing is reported for it rather than the whole GPU's figures. */
async function sample(view: GpuView, watchers: ReadonlySet<Watcher>): Promise<void> {
  const query = ["--query-gpu=uuid,memory.used,utilization.gpu", "--format=csv,noheader,nounits"];
  const answer = await askSmi(view, query);
  if (!answer.ok) return;
  const seen = new Map<string, { usedMb: number; percent: number }>();
  for (const line of answer.lines) {
    const [id = "", used = "", percent = ""] = line.split(",").map((part) => part.trim());
    const reading = { usedMb: Number(used), percent: Number(percent) };
    if (Number.isFinite(reading.usedMb) && Number.isFinite(reading.percent)) seen.set(id, reading);
  }
  for (const watcher of watchers) {
    const own = watcher.ids.map((id) => seen.get(id)).filter((reading) => reading !== undefined);
    if (own.length < watcher.ids.length) continue;
    watcher.peakMb = Math.max(
      watcher.peakMb,
      own.reduce((sum, { usedMb }) => sum + usedMb, 0),
    );
    watcher.sum += own.reduce((sum, { percent }) => sum + percent, 0) / own.length;
    watcher.samples += 1;
  }
}
