import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { writeAtomically } from "../../../../../runs/record/atomic-file.ts";
import { licenseOf } from "../../../../distill/row.ts";
import type { ToolGraph } from "../../../../distill/tools/graph.ts";
import type { Path } from "../../../../distill/tools/paths.ts";
import { ToolTask } from "../../../../distill/tools/task.ts";
import { type ToolRow, toolRow } from "../../../../distill/tools/tool-rows.ts";
import type { ScratchCompetition } from "./competition.ts";
import { playRightly } from "./positive.ts";
import { openScratchRun, type ScratchOptions } from "./scratch-run.ts";
import { type TranslationContext, translate } from "./translate.ts";

/** What was made on one competition. */
const MadeThere = z.object({
  /** Settings by which it was made. */
  key: z.string(),
  tasks: z.array(ToolTask),
  rows: z.array(z.unknown()),
  dropped: z.array(z.string()),
});
export type MadeThere = Omit<z.infer<typeof MadeThere>, "rows"> & { rows: ToolRow[] };

export type Making = Omit<ScratchOptions, "run"> & {
  graph: ToolGraph;
  paths: readonly { id: string; path: Path }[];
  split: ToolTask["split"];
  listed: number | null;
  licenses: ReadonlyMap<string, string>;
  /** Hash of all that the result depends on. */
  key: string;
};

/** The tasks and rows of one competition; what was made before by the same settings is read back. */
export async function makeOnCompetition(making: Making): Promise<MadeThere> {
  const { folder, competition, key, paths, progress } = making;
  const file = join(folder, "made", `${competition.id}.json`);
  const before = existsSync(file)
    ? MadeThere.parse(JSON.parse(await readFile(file, "utf8")))
    : null;
  // Written here, and of the same settings.
  if (before?.key === key) return before as MadeThere;
  const run = `data-${key.slice(0, 12)}`;
  await using open = await openScratchRun({ ...making, run });
  const { graph, split, listed } = making;
  const context: TranslationContext = { ...open, graph, competition, split, listed };
  const made: MadeThere = { key, tasks: [], rows: [], dropped: [] };
  for (const { id, path } of paths) {
    await makeOne(made, context, { id, path }, making.licenses);
    progress.line(`${competition.id}: ${id} done, ${made.rows.length} conversations so far`);
  }
  await mkdir(dirname(file), { recursive: true });
  await writeAtomically(file, `${JSON.stringify(made)}\n`);
  return made;
}

/** One path: translated, executed, and played once more by the teacher with the right calls as hints. */
async function makeOne(
  made: MadeThere,
  context: TranslationContext,
  drawn: { id: string; path: Path },
  licenses: ReadonlyMap<string, string>,
): Promise<void> {
  const { task, dropped } = await translate(context, drawn);
  made.dropped.push(...dropped);
  if (task === null) return;
  const positive = await playRightly(context, task);
  if ("dropped" in positive) {
    made.dropped.push(positive.dropped);
    return;
  }
  const { name: model } = context.teacher;
  const license = model.startsWith("rules") ? "MIT (mle-star)" : licenseOf(model, licenses);
  made.tasks.push(task);
  made.rows.push(toolRow(task, positive.played, { run: "scratch", model, license }));
}

/** The competition of each path, in turn; those of one competition stay together. */
export function assignPaths<P>(
  paths: readonly P[],
  competitions: readonly ScratchCompetition[],
): P[][] {
  return competitions.map((_, index) =>
    paths.filter((_path, place) => place % competitions.length === index),
  );
}
