import type { Blend, BlendMethod } from "../../tasks/referee/referee.ts";
import type { Evaluated } from "../solution.ts";
import { commitBlend, makeAgain } from "./commit.ts";
import { searchViews } from "./execute.ts";
import { recordRestoredBlend } from "./record.ts";
import type { Run } from "./run.ts";

/** What a change to a script cost, in the metric's good direction; the error is null where no rows are paired. */
export type Loss = { loss: number; standardError: number | null };

/** What a variant of an ablation lost against its base, paired over the same rows; a self-reported run has the scores only. */
export async function measureLoss(run: Run, base: Evaluated, variant: Evaluated): Promise<Loss> {
  const [incumbent, challenger] = [base.solution.id, variant.solution.id];
  if (run.mode === "self-reported") {
    const now = variant.evaluation.score ?? 0;
    const was = base.evaluation.score ?? now;
    const loss = run.competition.metric.direction === "maximize" ? was - now : now - was;
    return { loss, standardError: null };
  }
  const value = await run.journal.step("compared", `${challenger}/compared`, async () => {
    const { views } = base.evaluation;
    return {
      incumbent,
      challenger,
      views,
      ...(await run.referee.compare(incumbent, challenger, views)),
    };
  });
  return { loss: -value.gain, standardError: value.standardError };
}

/** Blends the banked predictions of these solutions on the views of the search, scores the blend and commits it. */
export async function measureBlend(
  run: Run,
  method: BlendMethod,
  members: string[],
): Promise<Blend> {
  const id = `blend/${method}`;
  const blendNow = () => run.referee.blend(id, method, members, searchViews(run));
  const value = await run.journal.step("blended", id, async () => {
    const { id: solution, ...found } = await blendNow();
    return { solution, ...found, commit: await commitBlend(run, found, solution) };
  });
  if (run.journal.isLost(id))
    await recordRestoredBlend(run, { solution: id, view: null }, value.banked, await blendNow());
  await makeAgain(run, id, value.commit, () => commitBlend(run, { ...value, method }, id));
  return { ...value, id: value.solution, method };
}
