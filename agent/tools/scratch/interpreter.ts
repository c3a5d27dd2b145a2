import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { stoppedBy } from "../../../runs/errors.ts";
import type { Execution, Job, Limits, Sandbox } from "../../../sandbox/contract.ts";
import { copyInput, openUntrusted, prepareWorkspace } from "../../../sandbox/workspace.ts";

/** One cell of Python. `isOwn`: of our code, which neither sees variables of the others nor leaves any. */
export type Cell = { code: string; seconds: number; isOwn: boolean };

/** What a cell came to. `isAlive`: whether the interpreter goes on, with the variables that the cell has left. */
export type CellResult = { text: string; isError: boolean; seconds: number; isAlive: boolean };

/** A Python interpreter in the sandbox that keeps its variables from cell to cell. One cell at a time. */
export interface Interpreter {
  /** Never throws for what a cell did; throws what `signal` says once that is aborted. */
  run(cell: Cell, signal: AbortSignal): Promise<CellResult>;
  close(): Promise<void>;
}

export type InterpreterOptions = {
  sandbox: Sandbox;
  /** Label of its process. */
  at: string;
  /** Folder in which its own one is made. */
  workFolder: string;
  /** What it sees at ./input. */
  input: string;
  limits: Pick<Limits, "memoryMb" | "cpus">;
  seed: number;
  /** Whether what is forbidden to scripts ends it; only recorded by tests, which attack the isolation behind the rules. */
  rules?: Job["rules"];
  /** Most characters of a cell's output that are kept: head and tail. */
  mostOutput?: number;
};

/** Enough to see tables and tracebacks, little enough for many cells in one conversation: a choice of ours. */
const MAX_OUTPUT = 8000;
/** Beside the time of a cell, for Python code that lets no signal in; then the interpreter is ended. */
const GRACE_SECONDS = 5;
/** An interpreter waits for cells as long as a run may take: its own limit is the run's signal. */
const LIFETIME_SECONDS = 7 * 24 * 3600;
const LIMITS = { pids: 512, outputMb: 64, diskMb: 2048, gpus: 0, seconds: LIFETIME_SECONDS };
/** Between looks for an answer. */
const PAUSE_MS = 15;
/** The folder of cells, in the input: the script side of a sandbox cannot write there. */
const CELLS = "mle-star-cells";

const Answer = z.object({ text: z.string(), isError: z.boolean(), seconds: z.number() });

/** Starts an interpreter; `signal` ends it. */
export async function openInterpreter(
  options: InterpreterOptions,
  signal: AbortSignal,
): Promise<Interpreter> {
  const place = join(options.workFolder, randomUUID());
  const [workspace, input] = [join(place, "box"), join(place, "data")];
  const script = new URL("../python/interpreter.py", import.meta.url);
  await prepareWorkspace(workspace, await readFile(script, "utf8"));
  await copyInput(options.input, input);
  await chmod(input, 0o755);
  await mkdir(join(input, CELLS), { recursive: true });
  const stop = new AbortController();
  const { sandbox, at, seed, rules = "enforced", mostOutput: most = MAX_OUTPUT } = options;
  const job = {
    at,
    workspace,
    script: "solution.py",
    input,
    limits: { ...options.limits, ...LIMITS },
    gpus: [],
    seed,
    rules,
  };
  let ended: Execution | Error | null = null;
  const running = sandbox.run(job, AbortSignal.any([signal, stop.signal])).then(
    (execution) => {
      ended = execution;
    },
    (error: unknown) => {
      ended = error instanceof Error ? error : new Error(String(error));
    },
  );
  let number = 0;
  const close = async () => {
    stop.abort();
    await running;
    await rm(place, { recursive: true, force: true });
  };
  return {
    close,
    async run(cell, until) {
      number += 1;
      await writeCell(join(input, CELLS), number, { ...cell, most });
      const deadline =
        performance.now() + 1000 * (cell.seconds + GRACE_SECONDS + startSeconds(number));
      for (;;) {
        if (until.aborted) throw stoppedBy(until, "stopped in a cell");
        const answer = await readAnswer(join(workspace, `answer-${number}.json`), most);
        if (answer !== null) return { ...answer, isAlive: true };
        if (ended !== null) return deadBy(ended, cell);
        if (performance.now() > deadline) {
          const text = `the cell let nothing end it within ${cell.seconds} s: its interpreter was ended`;
          return { text, isError: true, seconds: cell.seconds, isAlive: false };
        }
        await sleep(PAUSE_MS);
      }
    },
  };
}

/** The first cell waits for the engine and for Python itself. */
function startSeconds(number: number): number {
  return number === 1 ? 60 : 0;
}

async function writeCell(
  folder: string,
  number: number,
  { code, seconds, isOwn, most }: Cell & { most: number },
): Promise<void> {
  const part = join(folder, `${number}.part`);
  await writeFile(part, JSON.stringify({ code, seconds, own: isOwn, most }));
  await chmod(part, 0o644);
  await rename(part, join(folder, `${number}.json`));
}

/** What stands in the answer of a cell, which a script could have forged: it would only deceive itself. */
async function readAnswer(path: string, most: number): Promise<z.infer<typeof Answer> | null> {
  const file = await openUntrusted(path);
  if (typeof file === "string") return null;
  try {
    // In JSON every character may be escaped.
    const block = Buffer.alloc(8 * most + 4096);
    const { bytesRead } = await file.read(block, 0, block.length, 0);
    return parseAnswer(block.toString("utf8", 0, bytesRead), most);
  } finally {
    await file.close();
  }
}

function parseAnswer(text: string, most: number): z.infer<typeof Answer> {
  const unreadable = { text: "the cell wrote over its own answer", isError: true, seconds: 0 };
  try {
    const parsed = Answer.safeParse(JSON.parse(text));
    if (!parsed.success) return unreadable;
    return { ...parsed.data, text: parsed.data.text.slice(0, 2 * most) };
  } catch (error) {
    if (error instanceof SyntaxError) return unreadable;
    throw error;
  }
}

/** A cell in which the interpreter ended: by a limit, by what is forbidden, or by itself. An engine's failure is thrown. */
function deadBy(ended: Execution | Error, { seconds }: Cell): CellResult {
  if (ended instanceof Error) throw ended;
  const { outcome, audit, log } = ended;
  const why =
    outcome === "forbidden"
      ? `this is forbidden: ${audit.forbidden ?? "unknown"}`
      : outcome === "finished" || outcome === "error"
        ? "it ended by itself"
        : outcome.replaceAll("-", " ");
  const said = log.trim().slice(-1000);
  const text = `the interpreter was ended in this cell: ${why}${said === "" ? "" : `\n${said}`}`;
  return { text, isError: true, seconds, isAlive: false };
}
