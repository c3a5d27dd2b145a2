import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { NO_LIMITS, type WantedBatch } from "../../../runs/batch/batch.ts";

const program = fileURLToPath(new URL("../../fakes/batch-program.ts", import.meta.url));

/** A batch of jobs that do nothing but take a moment. */
export function wanted(jobs: number, more: Partial<WantedBatch> = {}): WantedBatch {
  const competitions = Array.from({ length: jobs }, (_, place) => ({
    id: `c${place}`,
    reference: `c${place}`,
  }));
  return {
    list: null,
    competitions,
    configurations: [{ name: "base", options: ["0"] }],
    seeds: 1,
    jobLimits: NO_LIMITS,
    limits: NO_LIMITS,
    retries: 1,
    needs: { cpus: 1, memoryMb: 0, gpus: 0 },
    ...more,
  };
}

/** Starts the program that works on a batch; `more`: its engine and the settings of that. */
export function start(
  folder: string,
  sideBySide = 8,
  kind: "fake" | "paying" = "fake",
  more: readonly string[] = [],
) {
  // One process, so that killing it kills the program.
  const args = ["--import", "tsx", program, folder, String(sideBySide), kind, ...more];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, ended, said: text(child.stdout), errors: text(child.stderr) };
}

/** The files of jobs that finished; none of them was at work twice at a time. */
export async function countFinished(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const overlaps = files.filter((file) => file.endsWith("/overlaps"));
  expect(overlaps).toEqual([]);
  return files.filter((file) => file.endsWith("/finished"));
}

/** What is printed of a batch of which all is done. */
export const table = (jobs: number) =>
  Array.from({ length: jobs }, (_, place) => `c${place}/base-seed-0 done \n`).join("");
