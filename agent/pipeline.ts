import { baseline } from "./phases/baseline.ts";
import { ensemble } from "./phases/ensemble.ts";
import { finalize } from "./phases/finalize.ts";
import { initialize } from "./phases/initialize.ts";
import { refine } from "./phases/refine.ts";
import { retrieve } from "./phases/retrieve/retrieve.ts";
import { advance } from "./run/commit.ts";
import type { Run } from "./run/run.ts";
import type { Evaluated, Finished, ModelCard } from "./solution.ts";

/** MLE-STAR: L tracks side by side, then ensembles of their results, then one submission. */
export async function pipeline(run: Run): Promise<Finished> {
  const cards = await retrieve(run);
  const tracks = await Promise.all(
    cards.map((own, index) => track(run, `track-${index + 1}`, own)),
  );
  const succeeded = tracks.filter((each) => each !== null);
  const finals = succeeded.length > 0 ? succeeded : await baseline(run);
  const ensembles = await ensemble(run, finals);
  return finalize(run, finals, ensembles);
}

/** One independent line: initialise, then refine. Null when nothing in it could be scored (spec §1 row 7). */
async function track(
  run: Run,
  name: string,
  cards: readonly ModelCard[],
): Promise<Evaluated | null> {
  const initial = await initialize(run, name, cards);
  if (initial === null) {
    await run.journal.step("track-failed", `${name}/failed`, async () => ({
      track: name,
      why: "no candidate could be scored",
    }));
    return null;
  }
  await advance(run, name, name, initial);
  return refine(run, name, initial);
}
