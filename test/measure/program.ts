import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { now } from "./timing.ts";

const bin = fileURLToPath(new URL("../../agent/cli/bin.mjs", import.meta.url));

/** How a run of a program ended, and how long it took from its start to its end. */
export type Ran = { stdout: string; exitCode: number | null; seconds: number };

/** Starts `mle-star` as a person would, until we end; what it tells of its progress goes where ours goes. */
export function startProgram(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return startUntilEnd([bin, ...args], env);
}

/** Starts a TypeScript file of the tests as a program, until we end. */
export function startNode(args: readonly string[]): ChildProcess {
  return startUntilEnd(["--import", "tsx", ...args], {});
}

function startUntilEnd(args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const end = () => void child.kill("SIGINT");
  process.once("exit", end);
  child.once("close", () => process.removeListener("exit", end));
  return child;
}

/** Runs a program to its end. */
export async function ended(child: ChildProcess, begun: number = now()): Promise<Ran> {
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [stdout, exitCode] = await Promise.all([
    child.stdout === null ? "" : text(child.stdout),
    closed,
  ]);
  return { stdout, exitCode, seconds: now() - begun };
}

/** The object a program printed as its last line. */
export function lastJson(stdout: string): unknown {
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "null");
}

/** Runs Python to its end; what it says goes where ours goes. Throws when it fails. */
export async function runPython(python: string, args: readonly string[]): Promise<void> {
  const child = spawn(python, args, { stdio: ["ignore", "ignore", "inherit"] });
  const { exitCode } = await ended(child as ChildProcess);
  if (exitCode !== 0) throw new Error(`${args[0]} ended with code ${exitCode}`);
}
