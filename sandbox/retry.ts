import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { diskError, Fault, Interrupted, placeOf, SandboxUnavailable } from "../runs/errors.ts";
import type { Attempt, Attempts, Execution, Job, Sandbox } from "./contract.ts";
import { doubtOf, lackOf, readState } from "./machine-faults.ts";
import { probe } from "./probe.ts";

/** A sandbox that tries once more when its engine fails, and asks a script of our own before it blames the engine. */
export function retryingSandbox(engine: Attempts): Sandbox {
  const running = new Set<Promise<unknown>>();
  const closing = new AbortController();
  const { name, describe, protectsFiles, packages, slots } = engine;
  return {
    name,
    describe,
    protectsFiles,
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
  const first = await tryOnce(engine, job, signal);
  if ("execution" in first && first.doubt === null) return first.execution;
  if (signal.aborted) throw new Interrupted(`interrupted in ${job.at}`);
  await restoreFiles(job.workspace, given);
  const second = await tryOnce(engine, job, signal);
  if (signal.aborted) throw new Interrupted(`interrupted in ${job.at}`);
  if ("error" in second) throw twice(engine, second.error);
  if (second.doubt === null) return noted(second.execution, first.doubt ?? "it did not end well");
  await refuseIfFault(engine, job, second, signal);
  return second.execution;
}

/** The engine failed both times; what the system says of itself needs no further words. */
function twice(engine: Attempts, error: Fault): Fault {
  if (!(error instanceof SandboxUnavailable)) return error;
  return new SandboxUnavailable(`${error.message} (twice); ${mend(engine)}`, { cause: error });
}

/** What a second try came to, with the reason for it. */
function noted(execution: Execution, doubt: string): Execution {
  const warning = execution.warning ?? `run again, since at first ${doubt}`;
  return { ...execution, warning };
}

/** A try that ended: why it may have failed through the machine, and what the machine surely lacks; null: it did not, nothing. */
type Ended = { execution: Execution; doubt: string | null; lack: string | null };
/** A try in which the engine, or the machine under it, failed. */
type Broken = { doubt: string; error: Fault };

/** The machine is looked at before and after: a failure of a script is not believed while the machine lacks something. */
async function tryOnce(engine: Attempts, job: Job, signal: AbortSignal): Promise<Ended | Broken> {
  const before = await readState(engine, job);
  try {
    const attempt = await engine.attempt(job, signal);
    const now = await readState(engine, job);
    const doubt = doubtOf(attempt, before, now) ?? (hasRun(attempt) ? null : "it did not start");
    return { execution: attempt.execution, doubt, lack: lackOf(attempt, before, now) };
  } catch (caught) {
    const error = diskError(caught, placeOf(caught) ?? `${engine.name} at ${job.at}`);
    if (error instanceof Fault) return { doubt: error.message, error };
    throw error;
  }
}

/** Throws where a try that looked like the machine's failure twice was one: a healthy machine leaves only the script. */
async function refuseIfFault(
  engine: Attempts,
  job: Job,
  { lack }: Ended,
  signal: AbortSignal,
): Promise<void> {
  if (lack !== null)
    throw new Fault(`${job.at} could not run: ${lack}, then run the same command again`);
  const failure = await probe(engine, signal);
  if (failure === null) return;
  throw new SandboxUnavailable(`${engine.name} cannot run ${job.at}: ${failure}; ${mend(engine)}`);
}

function mend({ name }: Attempts): string {
  const start = ["docker", "podman"].includes(name) ? `see that ${name} runs, then ` : "";
  return `${start}run the same command again (\`mle-star doctor\` checks this machine)`;
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
  try {
    for (const name of await readdir(workspace)) {
      await rm(join(workspace, name), { recursive: true, force: true });
    }
    for (const [name, content] of files) await writeFile(join(workspace, name), content);
  } catch (error) {
    throw diskError(error, workspace);
  }
}
