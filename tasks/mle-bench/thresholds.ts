import type { Competition } from "../competition.ts";
import { benchId } from "./competition.ts";
import { benchEntry } from "./table.ts";

/** Scores that a result is compared with, by name, and whose they are. */
export type Thresholds = { source: string; scores: Record<string, number> };

/** Those of the human board for a competition of MLE-bench, else what `task.yaml` names; null where there are none. */
export async function thresholdsOf(
  reference: string,
  { thresholds }: Pick<Competition, "thresholds">,
): Promise<Thresholds | null> {
  const id = benchId(reference);
  if (id === null) {
    const isNone = Object.keys(thresholds).length === 0;
    return isNone ? null : { source: "task.yaml", scores: thresholds };
  }
  const { thresholds: board, teams } = await benchEntry(id);
  const rows = teams === null ? "" : ` of ${teams} teams`;
  return {
    source: `the human leaderboard${rows} (MLE-bench), which was scored on other rows`,
    scores: { ...board },
  };
}
