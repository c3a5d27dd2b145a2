import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Event } from "../../runs/events/events.ts";
import { type Sample, sampled } from "../sample.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

/** What a run did and came to, without what is noted beside it. */
const TOLD = new Set(["answered", "tool-called", "evaluated", "handed-over", "run-ended"]);

/**
 * Runs it whole, then once for each event (or some of them), killed after it: all effects have happened by then, and
 * of those after that line nothing is recorded. Each must end as the whole one, and do nothing again that was recorded.
 */
export async function expectSameAfterCuts(
  options: WorldOptions,
  drive: (world: World) => Promise<{ solution: string | null }>,
  sample: Sample,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "mle-star-cuts-"));
  try {
    const folder = join(root, "whole");
    await mkdir(folder);
    const whole = await play({ ...options, folder }, drive);
    const cuts = Array.from({ length: whole.events.length - 2 }, (_, index) => index + 2);
    for (const cut of sampled(cuts, sample)) {
      const copy = join(root, `cut-${cut}`);
      await cp(folder, copy, { recursive: true });
      const kept = await keepLines(join(copy, "journal.jsonl"), cut);
      const resumed = await play({ ...options, folder: copy }, drive);
      const at = `killed after line ${cut}: ${kept.at(-1)?.type} ${kept.at(-1)?.key}`;
      expect(told(resumed.events), at).toEqual(told(whole.events));
      expect(resumed.solution, at).toBe(whole.solution);
      const left = (type: string) => keysOf(whole.events, type).length - keysOf(kept, type).length;
      expect(resumed.asked, at).toBe(left("answered"));
      // What a script left is gone by now where the whole run had judged it, and so it is run again.
      const judged = new Set(keysOf(kept, "judged").map((key) => key.replace(/\/judge$/u, "")));
      const open = keysOf(kept, "executed").filter(
        (key) => !judged.has(key.replace(/\/run$/u, "")),
      );
      expect(resumed.executed, at).toBeGreaterThanOrEqual(left("executed"));
      expect(resumed.executed, at).toBeLessThanOrEqual(left("executed") + open.length);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function play(
  options: WorldOptions,
  drive: (world: World) => Promise<{ solution: string | null }>,
) {
  const world = await openWorld(options);
  const { solution } = await drive(world);
  const { events } = world.journal;
  await world.close();
  return {
    solution,
    events: [...events],
    asked: world.model.asked.length,
    executed: world.executed.length,
  };
}

async function keepLines(journal: string, lines: number): Promise<Event[]> {
  const kept = (await readFile(journal, "utf8")).split("\n").slice(0, lines);
  await writeFile(journal, kept.map((line) => `${line}\n`).join(""));
  return kept.map((line): Event => JSON.parse(line));
}

function told(events: readonly Event[]): string[] {
  return events.filter(({ type }) => TOLD.has(type)).map(({ type, key }) => `${type} ${key}`);
}

function keysOf(events: readonly Event[], type: string): string[] {
  return events.filter((event) => event.type === type).map(({ key }) => key);
}
