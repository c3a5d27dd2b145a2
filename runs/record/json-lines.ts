import { readFile } from "node:fs/promises";
import type * as z from "zod";
import { errorCode } from "../errors.ts";
import { parseJson } from "./journal-lines.ts";

/** The values of a file of JSON lines that was written as a whole. Throws where a line is no JSON. */
export async function readJsonLines(file: string): Promise<unknown[]> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line): unknown => JSON.parse(line));
}

/**
 * The records of a file of JSON lines that grows while work goes on; none where there is no file. What was torn by a
 * kill, or has another form, is left out: it is made again.
 */
export async function readKeptLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const lines = (await textOf(file)).split("\n");
  return lines.flatMap((line) => {
    const read = schema.safeParse(parseJson(line));
    return read.success ? [read.data] : [];
  });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  }
}
