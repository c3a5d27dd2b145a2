import type { Blend, BlendMethod } from "../../tasks/referee/referee.ts";
import type { Evaluated } from "../solution.ts";
import { commitBlend, makeAgain } from "./commit.ts";
import { searchViews } from "./execute.ts";
import { recordRestoredBlend } from "./record.ts";
import type { Run } from "./run.ts";

/** What a change to a script cost, in the metric's good direction; the error is null where no rows are paired. */
export type Loss = { loss: number; standardError: number | null };

/** What a variant of an ablation lost against its base, paired over the same rows; a self-reported run has the scores only. */
export async function measureLoss(
  run: Run,
  base: Evaluated,
  variant: Evaluated,
  key = `${variant.solution.id}/compared`,
): Promise<Loss> {
  const [incumbent, challenger] = [base.solution.id, variant.solution.id];
  if (run.mode === "self-reported") {
    const now = variant.evaluation.score ?? 0;
    const was = base.evaluation.score ?? now;
    const loss = run.competition.metric.direction === "maximize" ? was - now : now - was;
    return { loss, standardError: null };
  }
  const value = await run.journal.step("compared", key, async () => {
    // A hopeless one has but the first fold.
    const views = base.evaluation.views.filter((view) => variant.evaluation.views.includes(view));
    return {
      incumbent,
      challenger,
      views,
      ...(await run.referee.compare(incumbent, challenger, views)),
    };
  });
  return { loss: -value.gain, standardError: value.standardError };
}

/** What one solution or blend is better than another on the search views, in the metric's good direction. */
export async function measureGain(
  run: Run,
  incumbent: string,
  challenger: string,
): Promise<number> {
  const views = searchViews(run);
  const { gain } = await run.journal.step("compared", `${challenger}/compared`, async () => ({
    incumbent,
    challenger,
    views,
    ...(await run.referee.compare(incumbent, challenger, views)),
  }));
  return gain;
}

/** Those among these solutions, best first, whose errors differ enough for a blend. */
export async function chooseMembers(
  run: Run,
  solutions: readonly Evaluated[],
  most: number,
): Promise<string[]> {
  const candidates = solutions.map(({ solution: { id, parent } }) => ({ id, parent }));
  const views = searchViews(run);
  const { members } = await run.journal.step("members-chosen", "blend/members", async () => ({
    candidates,
    views,
    most,
    members: candidates.length < 2 ? [] : await run.referee.pool(candidates, views, most),
  }));
  return members;
}

/** Blends the banked predictions of these solutions on the views of the search, scores the blend and commits it. */
export async function measureBlend(
  run: Run,
  id: string,
  method: BlendMethod,
  members: string[],
): Promise<Blend> {
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
