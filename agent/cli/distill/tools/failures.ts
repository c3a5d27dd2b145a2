import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../../../runs/errors.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";

const Failures = z.record(
  z.string(),
  z.object({ asked: z.number().int().min(1), failed: z.number().int().min(0) }),
);

/** By tool, how often a model failed at it (0 to 1). Throws `UserError` for a file that says no such thing. */
export async function readFailures(file: string | null): Promise<Map<string, number>> {
  if (file === null) return new Map();
  if (!existsSync(file))
    throw new UserError(`there is no file ${file}; distill tools eval writes it`);
  const read = Failures.safeParse(parseJson(await readFile(file, "utf8")));
  if (!read.success) throw new UserError(`${file} is no failures.json of distill tools`);
  return new Map(
    Object.entries(read.data).map(([tool, { asked, failed }]) => [tool, failed / asked]),
  );
}
