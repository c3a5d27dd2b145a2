import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { UserError } from "../../../../runs/errors.ts";
import { writeAtomically } from "../../../../runs/record/atomic-file.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import type { TurnError } from "../../../distill/tools/judge.ts";
import type { ToolTask } from "../../../distill/tools/task.ts";

const Failures = z.record(
  z.string(),
  z.object({ asked: z.number().int().min(1), failed: z.number().int().min(0) }),
);

type Failures = z.infer<typeof Failures>;

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

/** How often each tool was asked for in tasks, and how often that went wrong. */
export function failuresOf(
  judged: readonly { task: ToolTask; errors: readonly TurnError[] }[],
): Failures {
  const found: Failures = {};
  for (const { task, errors } of judged) {
    for (const { tool } of task.turns.flatMap(({ calls }) => calls))
      found[tool] = { asked: (found[tool]?.asked ?? 0) + 1, failed: found[tool]?.failed ?? 0 };
    for (const { tool } of errors) {
      const own = tool === null ? undefined : found[tool];
      if (own !== undefined) own.failed = Math.min(own.asked, own.failed + 1);
    }
  }
  return found;
}

export async function writeFailures(file: string, failures: Failures): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(failures).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeAtomically(file, `${JSON.stringify(sorted, null, 2)}\n`);
}
