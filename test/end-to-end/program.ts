import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../agent/cli/bin.mjs", import.meta.url));

/** How a program ended and what it said. */
export type Ended = { code: number | null; signal: string | null; stdout: string; stderr: string };

export type Started = { child: ChildProcess; ended: Promise<Ended> };

/** What the real program gets from its environment: nothing of the keys and settings of whoever runs the tests. */
export function cleanEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(?:ANTHROPIC_|OPENAI_|VITEST|NODE_OPTIONS|NODE_ENV|MLE_STAR_)/u.test(name) ||
      ["MLE_STAR_PYTHON", "MLE_STAR_CACHE"].includes(name),
  );
  // No test asks the real web.
  return { ...Object.fromEntries(kept), NO_COLOR: "1", MLE_STAR_SEARCH: "none", ...extra };
}

/** Starts the real program in a process group of its own; `before` is a command that starts it in turn. */
export function start(
  args: readonly string[],
  extra: Record<string, string> = {},
  before: readonly string[] = [],
): Started {
  return startCommand([...before, process.execPath, bin, ...args], extra);
}

/** The same of any command, which starts the real program in turn. */
export function startCommand(
  [file = "", ...args]: readonly string[],
  extra: Record<string, string> = {},
): Started {
  const child = spawn(file, args, {
    env: cleanEnvironment(extra),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = (async () => {
    const { code, signal } = await exit;
    const [stdout, stderr] = await said;
    return { code, signal, stdout, stderr };
  })();
  return { child, ended };
}

/** Runs the real program to its end. */
export function mleStar(
  args: readonly string[],
  extra: Record<string, string> = {},
): Promise<Ended> {
  return start(args, extra).ended;
}

/** Options of `run`; `settings` as `--set` takes them. */
type RunOptions = {
  runs: string;
  id: string;
  settings?: readonly string[];
  flags?: readonly string[];
};

/** The arguments of a quick run without a sandbox or a time limit. */
export function runCommand(
  competition: string,
  { runs, id, settings = [], flags = [] }: RunOptions,
): string[] {
  return ["run", competition, "--quick", "--sandbox", "process", "--time-limit", "none"].concat(
    ["--runs-dir", runs, "--run-id", id],
    flags,
    settings.flatMap((setting) => ["--set", setting]),
  );
}

/** The object that `--json` puts on the last line of standard output. */
export function lastObject({ stdout }: Ended): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

/** The code that made a run's submission: one script, or those of a blend. */
export async function scriptsOf(folder: string): Promise<string[]> {
  const members = await readdir(join(folder, "solution")).catch(() => []);
  const paths = members.map((name) => join("solution", name)).sort();
  const names = paths.length === 0 ? ["solution.py"] : paths;
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}
