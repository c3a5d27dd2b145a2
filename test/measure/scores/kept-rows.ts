import { execFileSync } from "node:child_process";
import { appendFile, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Rows of a measurement that was stopped: the same command goes on with the next one. */
export type KeptRows<T> = {
  readonly all: T[];
  add(row: T): Promise<void>;
  /** The measurement has come to its end. */
  drop(): Promise<void>;
};

/** Opens the rows of a measurement of this commit, by its name and options; or those of a file that is named. */
export async function openKeptRows<T>(
  name: string,
  file: string = fileOfCommit(name),
): Promise<KeptRows<T>> {
  const text = await readFile(file, "utf8").catch(() => "");
  const all = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
  return {
    all,
    async add(row) {
      all.push(row);
      await appendFile(file, `${JSON.stringify(row)}\n`);
      process.stderr.write(`${name}: ${Object.values(row as object).join("  ")}\n`);
    },
    drop: () => rm(file, { force: true }),
  };
}

function fileOfCommit(name: string): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"]).toString("utf8").trim();
  return join(tmpdir(), `mle-star-measure-${name}-${commit}.jsonl`);
}
