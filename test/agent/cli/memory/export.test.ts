import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { memoryCommand } from "../../../../agent/cli/memory/memory.ts";
import { createRun } from "../../../../runs/record/folder.ts";
import { freshFolder, journalRun } from "../../../runs/journal-fixture.ts";

/** What `mle-star memory …` prints. */
async function memory(cwd: string, ...args: string[]): Promise<string> {
  let said = "";
  const command = memoryCommand({
    write: (text) => {
      said += text;
    },
    isTerminal: false,
    cwd,
    path: process.env.PATH ?? "",
    env: {},
  });
  await command.parseAsync(args, { from: "user" });
  return said;
}

async function shelf(): Promise<string> {
  const cwd = await freshFolder();
  for (const id of ["houses", "cats"]) {
    const folder = await createRun(join(cwd, "runs"), id, "r1");
    const about = {
      id,
      title: id,
      metric: "rmse",
      direction: "minimize" as const,
      thresholds: null,
    };
    await journalRun(join(folder, "journal.jsonl"), undefined, {
      competition: about,
      dataHash: id,
    });
  }
  return cwd;
}

test("memory export writes a line for each call of a role, and nothing of what is tested on", async () => {
  const cwd = await shelf();
  await writeFile(join(cwd, "splits.yaml"), "test: [cats]\n");
  const said = await memory(cwd, "export", "--splits", join(cwd, "splits.yaml"), "--json");
  const file = join(cwd, "trajectories.jsonl");
  expect(JSON.parse(said)).toEqual({ file, rows: 5, runs: 1, passedOver: [] });
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  const rows = lines.map((line) => JSON.parse(line) as { competition: string; split: string });
  expect(rows.map(({ competition, split }) => `${competition} ${split}`)).toEqual(
    Array(5).fill("houses train"),
  );
});

test("memory export says what it wrote, and of which split", async () => {
  const cwd = await shelf();
  expect(await memory(cwd, "export", "--split", "dev")).toBe(
    `${join(cwd, "trajectories.jsonl")}: 0 rows of 0 runs\n`,
  );
});

test("a Parquet file holds the same rows as the lines: numbers as numbers, lists as JSON", async () => {
  const cwd = await shelf();
  await memory(cwd, "export");
  await memory(cwd, "export", "--format", "parquet");
  const lines = (await readFile(join(cwd, "trajectories.jsonl"), "utf8")).trimEnd().split("\n");
  const expected = lines.map((line) => {
    const row = JSON.parse(line) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        value !== null && typeof value === "object" ? JSON.stringify(value) : value,
      ]),
    );
  });
  const file = await asyncBufferFromFile(join(cwd, "trajectories.parquet"));
  expect(await parquetReadObjects({ file })).toEqual(expected);
  expect(expected.length).toBe(10);
});
