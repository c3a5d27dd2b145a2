import { publishConstant } from "./phases/publish.ts";
import { endToolSearch, openScoring, workWithTools } from "./phases/tool-work.ts";
import type { Run } from "./run/run.ts";
import type { Finished } from "./solution.ts";

/**
 * One model with tools from the brief to the submission, without MLE-STAR's phases: what a bare agent does, under the
 * same referee, sandbox, budget and end.
 */
export async function native(run: Run): Promise<Finished> {
  await publishConstant(run);
  const scoring = openScoring(run, "native");
  await workWithTools(run, scoring, {
    at: "native",
    workspace: { scripts: new Map(), notes: [] },
    handOver: null,
    attempts: null,
    isOver: async () => null,
    mayBeAbsent: () => false,
  });
  return endToolSearch(run, scoring);
}
