import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import { provenanceOf, rowId } from "../row.ts";
import type { Ablated, AblationTask } from "./task.ts";

/** Fewer variants with a score have no ranking worth asking back. */
const MIN_VARIANTS = 2;

/** The tables of ablations that a run had summarized. */
export function ablationTasks(
  calls: readonly Trajectory[],
  licenses: ReadonlyMap<string, string>,
): AblationTask[] {
  return calls.flatMap((call) => {
    if (call.role !== "summarizer") return [];
    const question = call.messages.slice(0, -1);
    const table = tableIn(question.at(-1)?.content ?? "");
    if (table.length < MIN_VARIANTS) return [];
    return [
      {
        role: "ablation",
        id: rowId(call, "ablation"),
        split: call.split === "dev" ? "dev" : "train",
        provenance: provenanceOf(call, licenses),
        question,
        table,
      },
    ];
  });
}

/** The lines of a table with an importance, as `roles/summarizer.ts` writes them. */
export function tableIn(text: string): Ablated[] {
  const line =
    /^- ([^,\n]+), ([^\n]+): scored [^\n]*?, importance (-?[\d.e+-]+)(?: ± ([\d.e+-]+))?$/gmu;
  return [...text.matchAll(line)].map(([, block = "", what = "", importance, error]) => ({
    block,
    what,
    importance: Number(importance),
    standardError: error === undefined ? null : Number(error),
  }));
}

/** Blocks that a text names, in the order in which it does. */
export function blocksNamed(text: string): string[] {
  return [...new Set(text.match(/\bblock-\d+\b/gu) ?? [])];
}
