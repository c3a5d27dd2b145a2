import { rename, rm } from "node:fs/promises";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { diskError } from "../../../runs/errors.ts";
import type { Trajectory } from "../../../runs/report/across/trajectories.ts";

/** Rows of a group: scripts and prompts are long, and a group is in memory as a whole. */
const GROUP = 200;

type Cell = string | number | boolean | null;

/** Columns of numbers and flags; every other one is text, lists and records as JSON. */
const NUMBERS: ReadonlySet<string> = new Set([
  "schema",
  "usd",
  "scoreBefore",
  "scoreAfter",
  "noise",
  "planScore",
]);
const FLAGS: ReadonlySet<string> = new Set(["accepted"]);

/** Every field of a row, so that a file has all columns, also where it has no rows. */
const COLUMNS = [
  "schema",
  "competition",
  "split",
  "run",
  "step",
  "parent",
  "role",
  "prompt",
  "messages",
  "toolCalls",
  "model",
  "tokens",
  "usd",
  "logprobs",
  "codeBefore",
  "codeAfter",
  "execution",
  "direction",
  "scoreBefore",
  "scoreAfter",
  "noise",
  "accepted",
  "memoryShown",
  "memoryCited",
  "planScore",
] as const satisfies readonly (keyof Trajectory)[];

const ELEMENTS = COLUMNS.map((name) => {
  const optional = { name, repetition_type: "OPTIONAL" as const };
  if (NUMBERS.has(name)) return { ...optional, type: "DOUBLE" as const };
  if (FLAGS.has(name)) return { ...optional, type: "BOOLEAN" as const };
  return { ...optional, type: "BYTE_ARRAY" as const, converted_type: "UTF8" as const };
});

/** Writes rows as Parquet, a group at a time; the file appears whole or not at all. */
export async function writeParquet(file: string, rows: AsyncIterable<Trajectory>): Promise<void> {
  const draft = `${file}.part`;
  try {
    const schema = [{ name: "root", num_children: ELEMENTS.length }, ...ELEMENTS];
    const writer = new ParquetWriter({ writer: fileWriter(draft), schema, createdBy: "mle-star" });
    let group: Trajectory[] = [];
    const flush = async () => {
      if (group.length === 0) return;
      const columnData = COLUMNS.map((name) => ({
        name,
        data: group.map((row) => cell(row[name])),
      }));
      await writer.write({ columnData, rowGroupSize: GROUP });
      group = [];
    };
    for await (const row of rows) {
      group.push(row);
      if (group.length === GROUP) await flush();
    }
    await flush();
    await writer.finish();
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw diskError(error, file);
  }
}

function cell(value: Trajectory[keyof Trajectory]): Cell {
  return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
}
