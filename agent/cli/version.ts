import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readEnvironment } from "./environment.ts";

/** The version in package.json. */
export async function toolVersion(): Promise<string> {
  const text = await readFile(join(readEnvironment().root, "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
