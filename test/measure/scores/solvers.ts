import { spawn } from "node:child_process";
import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import type { Competition } from "../../../tasks/competition.ts";
import { ended, lastJson, startProgram } from "../program.ts";
import type { Solver } from "../results.ts";
import { now } from "../timing.ts";

/** The product's interpreter, and the one that has FLAML; null where that cannot be had. */
export type Pythons = { own: string; flaml: string | null };

/** One attempt of a solver; `budget` is the wall clock that FLAML gets. */
export type Problem = {
  competition: Competition;
  seed: number;
  effort: string;
  workspace: string;
  budget: number;
  pythons: Pythons;
};

/** The submission that a solver left, null when it left none. */
export type Made = { submission: string | null; spent: { seconds: number } };

/** Lets one solver make a submission from the public folder. */
export function solve(solver: Solver, problem: Problem): Promise<Made> {
  const { own, flaml } = problem.pythons;
  switch (solver) {
    case "playbook":
      return runPlaybook(problem);
    case "constant":
      return runScript("constant.py", own, problem);
    case "lightgbm":
      return runScript("lightgbm_default.py", own, problem);
    case "reference":
      return runScript("reference.py", own, problem);
    case "flaml":
      return runScript("flaml_automl.py", flaml ?? own, problem);
  }
}

async function runPlaybook({ competition, seed, effort, workspace }: Problem): Promise<Made> {
  const flags = ["--model", "playbook", "--sandbox", "process", "--json", "--quiet"];
  const preset = ["--effort", effort, "--seed", `${seed}`, "--runs-dir", workspace];
  const child = startProgram(["run", competition.folder, ...flags, ...preset]);
  const { stdout, seconds } = await ended(child);
  const summary = z.object({ submission: z.string().nullable() });
  const { submission } = stdout === "" ? { submission: null } : summary.parse(lastJson(stdout));
  return { submission, spent: spent(seconds) };
}

async function runScript(
  name: string,
  python: string,
  { competition, seed, workspace, budget }: Problem,
): Promise<Made> {
  const script = fileURLToPath(new URL(`../python/${name}`, import.meta.url));
  const submission = join(workspace, "submission.csv");
  const args = [script, JSON.stringify(competition), submission, `${seed}`, `${budget}`];
  const begun = now();
  const child = spawn(python, ["-W", "ignore", ...args], {
    cwd: workspace,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const { exitCode, seconds } = await ended(child, begun);
  const isThere = await access(submission).then(
    () => true,
    () => false,
  );
  return { submission: exitCode === 0 && isThere ? submission : null, spent: spent(seconds) };
}

function spent(seconds: number): { seconds: number } {
  return { seconds: Math.round(seconds * 10) / 10 };
}

/** An interpreter with FLAML, in an environment of its own that is made when first asked for; null, with the reason, where it cannot be had. */
export async function flamlPython(
  python: string,
  cacheDir: string,
  note: (line: string) => void,
): Promise<string | null> {
  const folder = join(cacheDir, "measure-flaml");
  const own = join(folder, "bin", "python");
  const ready = await access(own).then(
    () => true,
    () => false,
  );
  if (ready && (await works(own))) return own;
  note("setting up FLAML (first use)");
  await rm(folder, { recursive: true, force: true });
  const quietly = { reject: false, stdin: "ignore", all: true } as const;
  await execa(python, ["-m", "venv", folder], quietly);
  const pip = ["-m", "pip", "install", "--quiet", "--prefer-binary", "flaml[automl]"];
  const installed = await execa(own, pip, quietly);
  if (await works(own)) return own;
  const why = (installed.all ?? installed.shortMessage ?? "").trim().split("\n").at(-1);
  note(`FLAML is left out: it could not be installed: ${why}`);
  return null;
}

async function works(python: string): Promise<boolean> {
  const probe = await execa(python, ["-c", "from flaml import AutoML"], {
    reject: false,
    stdin: "ignore",
  });
  return probe.exitCode === 0;
}
