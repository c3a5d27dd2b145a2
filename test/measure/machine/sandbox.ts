import { spawnSync } from "node:child_process";
import { rm, symlink } from "node:fs/promises";
import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import type { EngineName, Sandbox } from "../../../sandbox/contract.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { scriptEnvironment } from "../../../sandbox/script-environment.ts";
import { prepareWorkspace } from "../../../sandbox/workspace.ts";
import { type Bench, jobOn, makeBench, open, presentEngines } from "../../sandbox/engines.ts";
import { median, now, type Report } from "../timing.ts";

const GOALS_MS: Record<EngineName, number> = { process: 20, bwrap: 20, docker: 150, podman: 150 };
const LIMITS = { memoryMb: 2048 };

/** Scripts that do next to nothing and a little: what they cost beyond bare Python is the sandbox's. */
const scripts = {
  "nothing at all": "pass\n",
  "imports pandas, reads a table": 'import pandas\npandas.read_csv("input/train.csv")\n',
};

/** Medians over all turns, in milliseconds; of the difference, of each turn by itself. */
type Compared = { bareMs: number; heldMs: number; overMs: number; load: number };
type Measured = Compared & { engine: EngineName; script: string };

/** What each engine adds to a script, against the same script on bare Python in turn with it: medians. */
export async function measureSandbox({ repeats }: { repeats: number }): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const { python } = await pythonEnvironment({ cacheDir, override, report: () => undefined });
  const measured: Measured[] = [];
  for (const engine of await presentEngines()) {
    const sandbox = await open(engine);
    const bench = await makeBench();
    try {
      for (const [script, code] of Object.entries(scripts)) {
        measured.push({
          engine,
          script,
          ...(await compare(sandbox, bench, python, code, repeats)),
        });
      }
    } finally {
      await sandbox.close();
      await rm(bench.folder, { recursive: true, force: true });
    }
  }
  return {
    title: `sandbox: overhead per execution over bare python, medians of ${repeats} in turn`,
    table: [
      ["engine", "script", "bare", "sandboxed", "ratio", "overhead", "goal", "load"],
      ...measured.map(({ engine, script, bareMs, heldMs, overMs, load }) => [
        engine,
        script,
        `${bareMs.toFixed(1)} ms`,
        `${heldMs.toFixed(1)} ms`,
        `x${(heldMs / bareMs).toFixed(2)}`,
        `${overMs.toFixed(1)} ms`,
        `<= ${GOALS_MS[engine]} ms`,
        load.toFixed(1),
      ]),
    ],
    notes: [
      "bare: the same Python with the same variables, workspace and input, without limits or walls",
      "engines that answer are measured (test/engine/up.sh makes them); ENGINES=bwrap,docker picks some",
    ],
    data: measured,
  };
}

/** In turn, so that whatever else the machine does meets both alike; the first of each warms the disk. */
async function compare(
  sandbox: Sandbox,
  bench: Bench,
  python: string,
  code: string,
  repeats: number,
): Promise<Compared> {
  const bare: number[] = [];
  const held: number[] = [];
  for (let turn = 0; turn <= repeats; turn++) {
    const plain = await timeBare(bench, python, code);
    const sandboxed = await timeHeld(sandbox, bench, code);
    if (turn === 0) continue;
    bare.push(1000 * plain);
    held.push(1000 * sandboxed);
  }
  const overMs = median(held.map((each, turn) => each - (bare[turn] ?? Number.NaN)));
  const [load = 0] = loadavg();
  return { bareMs: median(bare), heldMs: median(held), overMs, load };
}

async function timeBare(bench: Bench, python: string, code: string): Promise<number> {
  const { workspace, input } = bench;
  await prepareWorkspace(workspace, code);
  await symlink(input, join(workspace, "input"));
  const env = scriptEnvironment(jobOn(bench, LIMITS), "/tmp", `${dirname(python)}:/usr/bin:/bin`);
  const begun = now();
  const { status } = spawnSync(python, ["solution.py"], { cwd: workspace, env, stdio: "ignore" });
  const seconds = now() - begun;
  if (status !== 0) throw new Error(`bare python ended with ${status}`);
  return seconds;
}

async function timeHeld(sandbox: Sandbox, bench: Bench, code: string): Promise<number> {
  await prepareWorkspace(bench.workspace, code);
  const begun = now();
  const { outcome, log } = await sandbox.run(jobOn(bench, LIMITS), new AbortController().signal);
  const seconds = now() - begun;
  if (outcome !== "finished") throw new Error(`${sandbox.name}: ${outcome}: ${log}`);
  return seconds;
}
