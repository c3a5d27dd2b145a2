import { baseline } from "./phases/baseline.ts";
import { ensemble } from "./phases/ensemble.ts";
import { extend } from "./phases/extend.ts";
import { finalize } from "./phases/finalize.ts";
import { finalizeSelfReported } from "./phases/finalize-self-reported.ts";
import { evaluateCards, initialize } from "./phases/initialize.ts";
import { publishConstant, publishEnsemble, publishFirst, publishGain } from "./phases/publish.ts";
import { type Line, openLine, refine } from "./phases/refine.ts";
import { type Retrieved, retrieve, retrieveMore } from "./phases/retrieve/retrieve.ts";
import { advance } from "./run/commit.ts";
import { recordTrackFailed } from "./run/record.ts";
import type { Run } from "./run/run.ts";
import type { Finished, ModelCard } from "./solution.ts";
import { candidateOf } from "./trust/candidates.ts";

/** MLE-STAR (arXiv 2506.15692): L tracks side by side, then ensembles of their results, then one submission. */
export async function pipeline(run: Run): Promise<Finished> {
  await publishConstant(run);
  const retrieved = await retrieve(run);
  const { cards } = retrieved;
  const tracks = await Promise.all(
    cards.map((own, index) =>
      runTrack(run, `track-${index + 1}`, own, othersThan(run, cards, index)),
    ),
  );
  const lines = tracks.filter((each) => each !== null);
  if (run.config.untilBudget)
    await extend(run, lines, (track) => freshTrack(run, track, retrieved));
  const finals = lines.length > 0 ? lines.map(({ best }) => best) : await baseline(run);
  const ensembles = await ensemble(run, finals);
  await publishEnsemble(run, finals, ensembles);
  await Promise.all(lines.map(({ checked }) => checked));
  run.budget.beginFinalizing();
  return run.mode === "self-reported"
    ? finalizeSelfReported(run, [...finals, ...ensembles.planned])
    : finalize(run, finals, ensembles);
}

/** One independent line of Algorithms 1 and 2. Null when nothing in it could be scored. */
async function runTrack(
  run: Run,
  track: string,
  cards: readonly ModelCard[],
  others: readonly string[],
): Promise<Line | null> {
  const candidates = evaluateCards(run, track, cards, others);
  // The first submission is made beside the merges: nothing in them waits for it.
  const [initial] = await Promise.all([
    initialize(run, track, candidates),
    publishFirst(run, candidates),
  ]);
  if (initial === null) {
    await recordTrackFailed(run, track);
    return null;
  }
  await advance(run, track, track, initial);
  await publishGain(run, `${track}/initial`, candidateOf(initial));
  return refine(run, openLine(track, initial, others));
}

/** One more track from cards that no other began with; null when there are none, or nothing could be scored. */
async function freshTrack(run: Run, number: number, retrieved: Retrieved): Promise<Line | null> {
  const own = await retrieveMore(run, number, retrieved);
  if (own.length === 0) return null;
  const { cards } = retrieved;
  cards.push(own);
  return runTrack(run, `track-${number}`, own, othersThan(run, cards, cards.length - 1));
}

/** Models of the tracks before, which a track is to differ from; in the paper a track knows of no other. */
function othersThan(
  { config }: Run,
  cards: readonly (readonly ModelCard[])[],
  index: number,
): string[] {
  if (config.refinement === "block") return [];
  return cards.slice(0, index).flatMap((own) => own.map(({ modelName }) => modelName));
}
