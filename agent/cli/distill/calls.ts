import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../../runs/errors.ts";
import { readSplits } from "../../../runs/record/splits.ts";
import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import { readTrajectories } from "../../../runs/report/across/trajectory-store.ts";
import { withDevShare } from "../../distill/dev-share.ts";
import type { CommandContext } from "../runs/context.ts";

/** Where calls come from, and which of them are held back. */
export type Source = { from: string; splits: string | undefined; devShare: number };

/** The calls of all runs below a folder, run by run, but for those of competitions that are tested on. */
export async function readCalls(
  { from, splits, devShare }: Source,
  { cwd, path }: CommandContext,
  take: (calls: readonly Trajectory[]) => void,
): Promise<{ runsLeftOut: number; passedOver: string[] }> {
  const folder = resolve(cwd, from);
  if (!existsSync(folder))
    throw new UserError(`there is no folder ${from}; name the folder of runs with --from`);
  const passedOver: string[] = [];
  let runsLeftOut = 0;
  const rows = readTrajectories(folder, {
    splits: withDevShare(
      await readSplits(splits === undefined ? null : resolve(cwd, splits)),
      devShare,
    ),
    wanted: ["train", "dev"],
    path,
    report: (line) => void passedOver.push(line),
    leftOut: () => {
      runsLeftOut += 1;
    },
  });
  let calls: Trajectory[] = [];
  for await (const row of rows) {
    const [first] = calls;
    const isOther = first?.run !== row.run || first.competition !== row.competition;
    if (isOther && calls.length > 0) {
      take(calls);
      calls = [];
    }
    calls.push(row);
  }
  if (calls.length > 0) take(calls);
  return { runsLeftOut, passedOver };
}
