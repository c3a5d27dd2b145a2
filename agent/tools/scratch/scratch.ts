import { join } from "node:path";
import { endedBy, GRACE_SECONDS } from "../../run/deadline.ts";
import type { Run } from "../../run/run.ts";
import { type CellResult, type Interpreter, openInterpreter } from "./interpreter.ts";

/** A cell that was run and whose variables the interpreter keeps. */
type KeptCell = { code: string; seconds: number };

/** Where a model tries a few lines: an interpreter that is started when it is needed, and rebuilt when it is gone. */
export interface Scratch {
  /** Runs a cell of the model's; its place is its key in the journal. */
  run(code: string, seconds: number): Promise<CellResult>;
  /** Runs code of ours, apart from the model's variables. */
  look(code: string): Promise<CellResult>;
  /** A cell that an earlier session ran: what it left is made again when the next one is run. */
  recall(code: string, seconds: number): void;
  close(): Promise<void>;
}

/** Time of code of ours: reading a large table takes a while. */
const LOOK_SECONDS = 60;
/** A machine that is busier than it was: cells that are run again have this many times their limit. */
const SLOWER = 3;

/**
 * Opens a scratch of a conversation. After a resume the cells of before are run again when the first new one is: what
 * that takes is no time of the run. A cell in which the interpreter ended is not run again.
 */
export function openScratch(run: Run, at: string): Scratch {
  const kept: KeptCell[] = [];
  let recalled = 0;
  let interpreter: Interpreter | null = null;
  const start = async (): Promise<Interpreter> => {
    if (interpreter !== null) return interpreter;
    const { brief, sandbox, config } = run;
    const began = performance.now();
    const opened = await openInterpreter(
      {
        sandbox,
        at: `${at}/scratch`,
        workFolder: join(run.folder, "work"),
        input: await run.referee.trainingRows(),
        limits: { memoryMb: brief.limits.memoryMb, cpus: brief.limits.cpus },
        seed: config.seed,
      },
      run.lastingSignal,
    );
    interpreter = opened;
    for (const [index, cell] of kept.entries()) {
      const again = { code: cell.code, seconds: SLOWER * cell.seconds, isOwn: false };
      if ((await opened.run(again, run.lastingSignal)).isAlive) continue;
      // What ended it this time is left out: the next interpreter gets past it.
      kept.splice(index, 1);
      await close();
      return start();
    }
    if (recalled > 0) run.journal.leaveOut((performance.now() - began) / 1000);
    recalled = 0;
    return opened;
  };
  const close = async () => {
    const open = interpreter;
    interpreter = null;
    await open?.close();
  };
  const runCell = (code: string, seconds: number, isOwn: boolean): Promise<CellResult> =>
    run.slots.run(
      async () => {
        const { signal } = run;
        return endedBy(signal, GRACE_SECONDS.execution, async () => {
          const opened = await start();
          let isAlive = false;
          try {
            const result = await opened.run({ code, seconds, isOwn }, signal);
            isAlive = result.isAlive;
            return result;
          } finally {
            if (!isAlive) await close();
          }
        });
      },
      { isUrgent: false },
    );
  return {
    close,
    recall(code, seconds) {
      kept.push({ code, seconds });
      recalled += 1;
    },
    look: (code) => runCell(code, LOOK_SECONDS, true),
    async run(code, seconds) {
      const result = await runCell(code, seconds, false);
      if (result.isAlive) kept.push({ code, seconds });
      return result;
    },
  };
}
