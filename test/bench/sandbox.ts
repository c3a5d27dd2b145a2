import { spawnSync } from "node:child_process";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readEnvironment } from "../../agent/cli/environment.ts";
import type { EngineName, Sandbox } from "../../sandbox/contract.ts";
import { pythonEnvironment } from "../../sandbox/python-environment.ts";
import { prepareWorkspace } from "../../sandbox/workspace.ts";
import { attack, type Bench, makeBench, open, presentEngines } from "../sandbox/engines.ts";
import { median, now, type Report } from "./measure.ts";

const GOALS_MS = { process: 20, bwrap: 20, docker: 150, podman: 150 };

/** Scripts that do next to nothing and a little: what they cost beyond bare Python is the sandbox's. */
const scripts = {
  "nothing at all": "pass\n",
  "imports pandas, reads a table": 'import pandas\npandas.read_csv("input/train.csv")\n',
};

type Measured = { engine: EngineName; script: string; bareMs: number; overMs: number };

/** What each engine adds to a script, against the same script on bare Python in turn with it: medians. */
export async function sandboxBench({ repeats }: { repeats: number }): Promise<Report> {
  const { cacheDir, python: override } = readEnvironment();
  const { python } = await pythonEnvironment({ cacheDir, override, report: () => undefined });
  const measured: Measured[] = [];
  for (const engine of await presentEngines()) {
    const sandbox = await open(engine);
    const bench = await makeBench();
    try {
      for (const [script, code] of Object.entries(scripts)) {
        const found = await compare(sandbox, bench, python, code, repeats);
        measured.push({ engine, script, ...found });
      }
    } finally {
      await sandbox.close();
      await rm(bench.folder, { recursive: true, force: true });
    }
  }
  return {
    title: `sandbox: overhead per execution over bare python, medians of ${repeats}`,
    table: [
      ["engine", "script", "bare", "overhead", "goal"],
      ...measured.map(({ engine, script, bareMs, overMs }) => [
        engine,
        script,
        `${bareMs.toFixed(0)} ms`,
        `${overMs.toFixed(1)} ms`,
        `<= ${GOALS_MS[engine]} ms`,
      ]),
    ],
    notes: [
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
): Promise<{ bareMs: number; overMs: number }> {
  const bare: number[] = [];
  const held: number[] = [];
  for (let turn = 0; turn <= repeats; turn++) {
    const [plain, sandboxed] = [
      await timeBare(bench, python, code),
      await timeHeld(sandbox, bench, code),
    ];
    if (turn === 0) continue;
    bare.push(plain);
    held.push(sandboxed);
  }
  const over = held.map((each, turn) => each - (bare[turn] ?? Number.NaN));
  return { bareMs: 1000 * median(bare), overMs: 1000 * median(over) };
}

async function timeBare({ workspace, input }: Bench, python: string, code: string) {
  await prepareWorkspace(workspace, code);
  await symlink(input, join(workspace, "input"));
  await writeFile(join(workspace, "run.log"), "");
  const begun = now();
  const { status } = spawnSync(python, ["solution.py"], { cwd: workspace, stdio: "ignore" });
  const seconds = now() - begun;
  if (status !== 0) throw new Error(`bare python ended with ${status}`);
  return seconds;
}

async function timeHeld(sandbox: Sandbox, bench: Bench, code: string): Promise<number> {
  const begun = now();
  const { outcome, log } = await attack(sandbox, bench, code, { memoryMb: 2048 });
  const seconds = now() - begun;
  if (outcome !== "finished") throw new Error(`${sandbox.name}: ${outcome}: ${log}`);
  return seconds;
}
