import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { diskError } from "../errors.ts";
import { writeAtomically } from "../record/atomic-file.ts";
import { sha256 } from "../sha256.ts";
import type { AttemptState, Engine, Slots } from "./engine.ts";

/** A job of some seconds that looks for what every job of a batch needs. */
export type Preflight = {
  command: readonly string[];
  needs: Slots;
  /** Is told once where the check has to wait. */
  onWait: () => void;
  stop: { readonly asked: number };
};

const POLL_MS = 300;
/** A check that has not ended by then waits for its turn. */
const SOON_MS = 15_000;

/** How it ended and what it said; null where it was stopped. A check that another process began is begun anew. */
export async function checkWorker(
  folder: string,
  engine: Engine,
  { command, needs, onWait, stop }: Preflight,
): Promise<{ state: AttemptState; said: string } | null> {
  const attempt = await nextFolder(join(folder, "preflight"));
  await engine.submit([{ folder: attempt, command, env: {}, needs }]);
  const begun = performance.now();
  let isTold = false;
  for (;;) {
    const state = await engine.state(attempt);
    if (state.kind !== "running") {
      const said = await readFile(engine.logs(attempt), "utf8").catch(() => "");
      return { state, said };
    }
    if (stop.asked > 0) {
      await engine.cancel([attempt], "at-once");
      return null;
    }
    if (!isTold && performance.now() - begun > SOON_MS) {
      onWait();
      isTold = true;
    }
    await sleep(POLL_MS);
  }
}

async function nextFolder(place: string): Promise<string> {
  try {
    await mkdir(place, { recursive: true });
    const names = await readdir(place);
    const numbers = names.map((name) => Number(/^attempt-(\d+)$/u.exec(name)?.[1] ?? 0));
    const folder = join(place, `attempt-${Math.max(0, ...numbers) + 1}`);
    await mkdir(folder);
    return folder;
  } catch (error) {
    throw diskError(error, place);
  }
}

/** Whether a worker was found to have what these facts ask for. */
export async function isChecked(folder: string, facts: unknown): Promise<boolean> {
  const text = await readFile(markOf(folder), "utf8").catch(() => null);
  return text === `${hashOf(facts)}\n`;
}

export function markChecked(folder: string, facts: unknown): Promise<void> {
  return writeAtomically(markOf(folder), `${hashOf(facts)}\n`);
}

function markOf(folder: string): string {
  return join(folder, "preflight", "passed");
}

function hashOf(facts: unknown): string {
  return sha256(JSON.stringify(facts));
}
