import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../../runs/errors.ts";
import { readJsonLines } from "../../../../runs/record/json-lines.ts";
import { ToolTask } from "../../../distill/tools/task.ts";
import { type ScratchCompetition, scratchCompetition } from "./making/competition.ts";

/** Conversations that can be played again, with what they leave behind. */
export const TASKS = "tasks.jsonl";

/** The tasks of a data set, competition by competition. Throws `UserError` where there are none. */
export async function readTasks(folder: string): Promise<ToolTask[]> {
  const path = join(folder, TASKS);
  if (!existsSync(path))
    throw new UserError(`${folder} has no ${TASKS}: make it with mle-star distill tools data`);
  return (await readJsonLines(path)).map((line) => ToolTask.parse(line));
}

/** The generated competition that a task is on. */
export function competitionOf({ competition }: ToolTask): ScratchCompetition {
  const [, seed = "0", number = "0"] = /^scratch-(\d+)-(\d+)$/u.exec(competition) ?? [];
  return scratchCompetition(Number(seed), Number(number));
}

/** The tasks of each competition, in their order. */
export function byCompetition(tasks: readonly ToolTask[]): ToolTask[][] {
  const found = new Map<string, ToolTask[]>();
  for (const task of tasks)
    found.set(task.competition, [...(found.get(task.competition) ?? []), task]);
  return [...found.values()];
}
