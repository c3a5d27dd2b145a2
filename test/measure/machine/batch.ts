import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_LIMITS, openBatch } from "../../../runs/batch/batch.ts";
import { localEngine } from "../../../runs/batch/engines/local.ts";
import { type Work, workOn } from "../../../runs/batch/work.ts";
import type { Report } from "../timing.ts";

const SIDE_BY_SIDE = 8;
const SEEDS = 3;

/** A batch of jobs that do nothing: what looking after them costs, and how fast it is found again. */
export async function measureBatch({ jobs }: { jobs: number }): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-measure-batch-"));
  try {
    const open = await openBatch(folder, {
      list: null,
      competitions: Array.from({ length: Math.ceil(jobs / SEEDS) }, (_, place) => ({
        id: `competition-${place}`,
        reference: `competition-${place}`,
      })),
      configurations: [{ name: "base", options: [] }],
      seeds: SEEDS,
      jobLimits: NO_LIMITS,
      limits: NO_LIMITS,
      retries: 0,
      needs: { cpus: 1, memoryMb: 0, gpus: 0 },
    });
    let peak = 0;
    const work: Work = {
      engine: localEngine({ cpus: SIDE_BY_SIDE, memoryMb: 0, gpus: 0 }, process.env),
      commandOf: () => ["sleep", "0.2"],
      onChange: () => {
        peak = Math.max(peak, process.memoryUsage().rss);
      },
      stop: { asked: 0 },
      gpus: [],
    };
    const before = process.cpuUsage();
    const standings = await workOn(open, work);
    const { user, system } = process.cpuUsage(before);
    const done = standings.filter(({ state }) => state.kind === "done").length;
    const begun = performance.now();
    await workOn(open, work);
    const frontier = (performance.now() - begun) / 1000;
    const cpu = (user + system) / 1e6 / standings.length;
    return {
      title: `a batch of ${standings.length} jobs that sleep 0.2 s, ${SIDE_BY_SIDE} side by side`,
      notes: [],
      data: { jobs: standings.length, done, peakMb: peak / 2 ** 20, cpuSeconds: cpu, frontier },
      table: [
        ["what", "seen", "goal"],
        ["jobs done", `${done} of ${standings.length}`, "all"],
        ["memory of the orchestrator", `${(peak / 2 ** 20).toFixed(0)} MB`, "< 250 MB"],
        ["CPU per job", `${cpu.toFixed(3)} s`, "< 1 s"],
        ["frontier found again", `${frontier.toFixed(2)} s`, "< 5 s"],
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
