import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { readyPython } from "../../../sandbox/environment/python-environment.ts";
import { writeWages } from "../../end-to-end/made-competition.ts";
import { mleStar, runCommand } from "../../end-to-end/program.ts";
import { silences } from "../../fakes/servers/silence.ts";
import { openKeptRows } from "../scores/kept-rows.ts";
import { now, type Report } from "../timing.ts";

const GOAL = "<= 5 s + a kill";

type Row = { silent: string; seconds: number; overshoot: number; exitCode: number | null };

/** How long the real program goes on past its time limit when something it needs never answers. */
export async function measureDeadlines({ limit }: { limit: number }): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const python = (await readyPython({ cacheDir, override }))?.python ?? "python3";
  const folder = await mkdtemp(join(tmpdir(), "mle-star-measure-"));
  const kept = await openKeptRows<Row>(`deadlines-${limit}`);
  const rows = kept.all;
  try {
    const wages = await writeWages(join(folder, "wages"));
    const missing = Object.entries(silences).filter(
      ([name]) => !rows.some(({ silent }) => silent === name),
    );
    for (const [silent, open] of missing) {
      const silence = await open(python);
      const flags = [...silence.flags, "--time-limit", String(limit)];
      const id = `run-${rows.length + 1}`;
      const begun = now();
      const { code } = await mleStar(
        runCommand(wages, { runs: join(folder, "runs"), id, flags }),
        silence.env,
      );
      const seconds = now() - begun;
      await silence.close();
      await kept.add({ silent, seconds, overshoot: seconds - limit, exitCode: code });
    }
    await kept.drop();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return {
    title: `deadlines: the program with --time-limit ${limit} and something silent`,
    table: [
      ["silent", "seconds", "past the limit", "exit code", "goal"],
      ...rows.map((row) => [
        row.silent,
        row.seconds.toFixed(1),
        row.overshoot.toFixed(1),
        String(row.exitCode),
        GOAL,
      ]),
    ],
    notes: [
      "the start of node and the hash of the data, before the limit runs, are in the seconds",
    ],
    data: rows,
  };
}
