import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Interrupted, SandboxUnavailable } from "../runs/errors.ts";
import type { Attempt, Attempts, Execution, Job, Sandbox } from "./contract.ts";
import { probe } from "./probe.ts";

/** A sandbox that tries once more when its engine fails, and asks a script of our own before it blames the engine. */
export function retryingSandbox(engine: Attempts): Sandbox {
  const running = new Set<Promise<unknown>>();
  const closing = new AbortController();
  const { name, describe, packages, slots } = engine;
  return {
    name,
    describe,
    packages,
    slots,
    run: (job, signal) => {
      const execution = runWithRetry(engine, job, AbortSignal.any([signal, closing.signal]));
      running.add(execution);
      return execution.finally(() => running.delete(execution));
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled(running);
      await engine.release();
    },
  };
}

async function runWithRetry(engine: Attempts, job: Job, signal: AbortSignal): Promise<Execution> {
  const given = await keepFiles(job.workspace);
  const first = await attemptOnce(engine, job, signal);
  if (!(first instanceof SandboxUnavailable) && hasRun(first)) return first.execution;
  if (signal.aborted) throw new Interrupted(`interrupted in ${job.at}`);
  await restoreFiles(job.workspace, given);
  const second = await attemptOnce(engine, job, signal);
  if (second instanceof SandboxUnavailable) throw second;
  if (hasRun(second)) return second.execution;
  const failure = await probe(engine, signal);
  if (failure === null) return second.execution;
  throw new SandboxUnavailable(`${engine.name} cannot run ${job.at}: ${failure}`);
}

async function attemptOnce(
  engine: Attempts,
  job: Job,
  signal: AbortSignal,
): Promise<Attempt | SandboxUnavailable> {
  try {
    return await engine.attempt(job, signal);
  } catch (error) {
    if (error instanceof SandboxUnavailable) return error;
    throw error;
  }
}

/** A script that fails without having started: either Python could not be started, or it deleted its traces. */
function hasRun({ execution, hasStarted }: Attempt): boolean {
  return hasStarted || execution.outcome !== "error";
}

/** The few files that a workspace is prepared with, so that a second try finds what the first one found. */
async function keepFiles(workspace: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(workspace, { withFileTypes: true })) {
    if (entry.isFile()) files.set(entry.name, await readFile(join(workspace, entry.name)));
  }
  return files;
}

async function restoreFiles(workspace: string, files: Map<string, Buffer>): Promise<void> {
  for (const name of await readdir(workspace)) {
    await rm(join(workspace, name), { recursive: true, force: true });
  }
  for (const [name, content] of files) await writeFile(join(workspace, name), content);
}
