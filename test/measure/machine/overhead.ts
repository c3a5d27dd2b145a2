import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { ended, lastJson, startProgram } from "../program.ts";
import { timeOutside } from "../scores/outside.ts";
import { percent, type Report } from "../timing.ts";
import { measureMakespan } from "./makespan.ts";

export type OverheadOptions = {
  competition: string;
  effort: string;
  /** Folder of a run that has ended, to look at instead of making one. */
  run: string | null;
  modelSeconds: number;
  scriptSeconds: number;
};

/** Share of a run outside model and sandbox (goal < 1 %), and makespan over critical path (goal <= 1.05). */
export async function measureOverhead(options: OverheadOptions): Promise<Report> {
  const outside = await shareOutside(options);
  const { modelSeconds: model, scriptSeconds: script } = options;
  const makespan = await measureMakespan({ model, script });
  const { wall, inside, parts } = outside;
  const rest = (wall - inside) / wall;
  const named = Object.entries(parts).sort(([, a], [, b]) => b - a);
  return {
    title: `overhead: a run of ${outside.of}, and a made-up one with simulated latencies`,
    table: [
      ["", "seconds", "share or ratio", "goal"],
      ["wall clock of the run", wall.toFixed(2), "", ""],
      ["outside model and sandbox", (wall - inside).toFixed(2), percent(rest), "< 1 %"],
      ...named.map(([name, seconds]) => [
        `  ${name}`,
        seconds.toFixed(2),
        percent(seconds / wall),
        "",
      ]),
      ["critical path of the made-up run", makespan.criticalPath.toFixed(2), "", ""],
      ["its makespan", makespan.seconds.toFixed(2), makespan.ratio.toFixed(3), "<= 1.05"],
    ],
    notes: [
      `the made-up run: ${makespan.calls} calls, ${model} s of a model and ${script} s of a script on average, slots for all`,
    ],
    data: { ...outside, share: rest, makespan },
  };
}

type Shares = { of: string; wall: number; inside: number; parts: Record<string, number> };

async function shareOutside({ competition, effort, run }: OverheadOptions): Promise<Shares> {
  if (run !== null) {
    const { inside, outside, parts } = timeOutside(await readEvents(runFiles(run).journal));
    return { of: run, wall: inside + outside, inside, parts };
  }
  const runsDir = await mkdtemp(join(tmpdir(), "mle-star-measure-"));
  try {
    const flags = ["--effort", effort, "--sandbox", "process", "--model", "playbook", "--json"];
    const child = startProgram(["run", competition, ...flags, "--runs-dir", runsDir]);
    const { stdout, seconds: wall } = await ended(child);
    const summary = z.object({ run: z.string() }).parse(lastJson(stdout));
    const folder = join(runsDir, competition, summary.run);
    const { inside, outside, parts } = timeOutside(await readEvents(runFiles(folder).journal));
    parts["start and end of the program"] = wall - inside - outside;
    return { of: competition, wall, inside, parts };
  } finally {
    await rm(runsDir, { recursive: true, force: true });
  }
}
