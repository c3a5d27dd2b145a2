import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../../runs/events/submission.ts";
import { writeAtomically } from "../../runs/record/atomic-file.ts";
import { hashFile } from "../../runs/record/hash-file.ts";
import { sha256 } from "../../runs/sha256.ts";
import { bestFirst, isBetter } from "../../tasks/competition.ts";
import { FIRST_SUBMISSION } from "../run/budget.ts";
import { executeView } from "../run/execute.ts";
import type { Run } from "../run/run.ts";
import { forecastSeconds, wallClock } from "../run/seconds.ts";
import type { Ensembles, Evaluated, Solution } from "../solution.ts";
import { blendedCandidate, type Candidate, candidateOf, recall } from "../trust/candidates.ts";
import { whyUnvalidated } from "../trust/provenance.ts";
import { uncheckedOf } from "../trust/unchecked.ts";

/** What stands in submission.csv, as the turns have left it; null: the constant. */
type Standing = Pick<Candidate, "id" | "search"> | null;

/** What is offered, and where in the algorithm; `when`: only while nothing of a script stands, where it pays, or always. */
type Offer = { at: string; candidate: Candidate; when: "none stands" | "it pays" | "it fits" };

/**
 * Before anything is scored a constant stands: median, mean, majority or class shares of the training targets, as the
 * metric wants, validated by the referee as any submission.
 */
export async function publishConstant(
  run: Run,
  key = "publish/constant",
  why = "stands until a script has made one",
): Promise<void> {
  const constant = { solution: null, scripts: [], unchecked: [], isBest: false };
  const isWritten =
    run.journal.recorded("submission-written", key) !== null && !run.journal.isLost(key);
  const file = isWritten ? "" : await run.referee.constant();
  if (file === null) return;
  const isSample = !isWritten && (await isSampleOf(run, file));
  await write(run, key, { ...constant, file, why, isSample });
}

/** No constant may be known, of a metric of the competition's own, say: the sample submission stands then. */
async function isSampleOf({ competition }: Run, file: string): Promise<boolean> {
  const sample = join(competition.folder, competition.files.sample_submission);
  return (await hashFile(file)) === (await hashFile(sample));
}

/** The first script that is scored makes a submission at once, before merges, canary and sealed holdout. */
export async function publishFirst(
  run: Run,
  candidates: readonly (Evaluated | null | Promise<Evaluated | null>)[],
): Promise<void> {
  await Promise.all(
    candidates.map(async (each) => {
      const evaluated = await each;
      if (evaluated?.evaluation.status !== "scored") return;
      const candidate = candidateOf(evaluated);
      await offer(run, { at: `${candidate.id}/scored`, candidate, when: "none stands" });
    }),
  );
}

/** The submission follows what the search has accepted at a place, where a run on all the data pays. */
export async function publishGain(run: Run, at: string, candidate: Candidate): Promise<void> {
  await offer(run, { at, candidate, when: "it pays" });
}

/**
 * The best single script stands as soon as the search has ended, provisional: whatever the canary, the sealed holdout
 * and the finalists' own runs come to, the run does not end with less. It runs on all the data where that fits.
 */
export async function publishBest(run: Run, ranking: readonly Candidate[]): Promise<void> {
  const standing = standingSolution(run);
  // Ranked before it, a blend may stand already.
  const candidate = ranking.find(({ id, blend }) => blend === null || id === standing);
  if (candidate !== undefined && candidate.blend === null)
    await offer(run, { at: "finalize/best-script", candidate, when: "it fits" });
}

/** The best ensemble, where it is better than all tracks. */
export async function publishEnsemble(
  run: Run,
  finals: readonly Evaluated[],
  { planned, blends }: Ensembles,
): Promise<void> {
  const { direction } = run.competition.metric;
  const all = [...planned.map(candidateOf), ...blends.map((blend) => blendedCandidate(run, blend))];
  const [best] = bestFirst(all, (each) => each.search, direction);
  const isBest = finals.every(({ evaluation }) =>
    isBetter(best?.search ?? null, evaluation.score, direction),
  );
  if (best !== undefined && isBest) await publishGain(run, "ensemble", best);
}

/**
 * Turns follow each other; the journal says whose each is, since on a replay another track may get here first. One
 * that the script does not pass on all the data leaves what stands.
 */
async function offer(run: Run, given: Offer): Promise<void> {
  if (!leavesSubmission(run, given.candidate)) return;
  let standing: Standing = null;
  for (let turn = 1; ; turn++) {
    if (given.when === "none stands" && standing !== null) return;
    const before: Standing = standing;
    const taken: Turn = await run.slots.once(placeOf(turn), () =>
      takeTurn(run, turn, before, given),
    );
    if (taken.at === given.at) return;
    standing = taken.standing;
  }
}

/** A script of a self-reported run need not write a submission; what it does is known from its own run. */
function leavesSubmission(run: Run, { scripts }: Candidate): boolean {
  if (run.mode === "referee") return true;
  return scripts.every(
    ({ id }) => run.journal.recorded("executed", `${id}/fold-0/run`)?.submission != null,
  );
}

function placeOf(turn: number): string {
  return `publish/turn-${turn}`;
}

type Turn = { at: string; standing: Standing };

async function takeTurn(run: Run, turn: number, standing: Standing, given: Offer): Promise<Turn> {
  const place = placeOf(turn);
  const { at, solution } = await run.journal.step("offered", place, async () => ({
    at: given.at,
    solution: given.candidate.id,
  }));
  const candidate = at === given.at ? given.candidate : await recall(run, solution);
  const when = at === given.at ? given.when : "it pays";
  if (standing !== null && !(await isWorthIt(run, place, standing, { candidate, when })))
    return { at, standing };
  const file = await finalSubmission(run, candidate);
  if (file === null) return { at, standing };
  const key = standing === null ? FIRST_SUBMISSION : `${place}/written`;
  const why = standing === null ? "the first that was scored" : `takes the place of ${standing.id}`;
  const isWritten = await publish(run, key, candidate, { file, why, sealed: null });
  return { at, standing: isWritten ? candidate : standing };
}

/** Better than what stands, or accepted over it, and its run on all the data takes little of what is left. */
async function isWorthIt(
  run: Run,
  place: string,
  standing: NonNullable<Standing>,
  { candidate, when }: Pick<Offer, "candidate" | "when">,
): Promise<boolean> {
  const { direction } = run.competition.metric;
  const isGain =
    when === "it fits" ||
    isBetter(candidate.search, standing.search, direction) ||
    descendsFrom(run, candidate.id, standing.id);
  if (candidate.id === standing.id || !isGain) return false;
  const need = finalRoom(run, candidate);
  const share = when === "it fits" ? "whatever is left" : "a small share";
  return run.budget.affordsPublication(`${place}/affords`, need, share);
}

/** What a candidate's runs on all the data take, by the seconds that its own scripts took. */
export function finalRoom(run: Run, { scripts }: Pick<Candidate, "scripts">) {
  const unrun = scripts.filter(
    ({ id }) => run.journal.recorded("executed", `${id}/final/run`) === null,
  );
  const seconds = unrun.map(({ id }) => forecastSeconds(run, id, "final"));
  return { executions: unrun.length, seconds: wallClock(seconds, run.slots.count) };
}

/** What a track accepts comes from what it had before. */
function descendsFrom(run: Run, id: string, ancestor: string): boolean {
  for (let each: string | null = id; each !== null; ) {
    each = run.journal.recorded("evaluated", `${each}/evaluated`)?.parent ?? null;
    if (each === ancestor) return true;
  }
  return false;
}

/** The solution whose submission the search leaves behind; null: the constant, if anything. */
export function standingSolution(run: Run): string | null {
  const writtenAt = (key: string) => run.journal.recorded("submission-written", key)?.solution;
  let last = writtenAt(FIRST_SUBMISSION) ?? null;
  for (let turn = 1; run.journal.recorded("offered", placeOf(turn)) !== null; turn++)
    last = writtenAt(`${placeOf(turn)}/written`) ?? last;
  return last;
}

/** Path of the submission that a script wrote, in the exact text of ids and labels, run unchanged on all training rows and the real test rows; null when there is no valid one. */
export async function submissionOf(run: Run, solution: Solution): Promise<string | null> {
  const outcome = await executeView(run, solution, "final");
  if (outcome?.status !== "scored" || outcome.submission === null) return null;
  return join(run.folder, outcome.submission);
}

/** Every script of a candidate, unchanged, on all rows; a blend then weighs their submissions as it did on the validation rows. */
export async function finalSubmission(
  run: Run,
  { id, scripts, blend }: Pick<Candidate, "id" | "scripts" | "blend">,
): Promise<string | null> {
  const files = await Promise.all(scripts.map((script) => submissionOf(run, script)));
  if (files.some((file) => file === null)) return null;
  if (blend === null) return files[0] ?? null;
  const file = await run.referee.applyBlend(blend, "final");
  const judgment = await run.referee.judge(id, "final", file);
  return judgment.status === "accepted" ? file : null;
}

/**
 * Replaces the run's submission and the scripts that made it, then journals which solution was submitted and what it
 * has not been checked by. False when it is refused, with the reason in the journal: only what was validated, or
 * could not be, is submitted.
 */
export async function publish(
  run: Run,
  key: string,
  { id, scripts, search }: Pick<Candidate, "id" | "scripts" | "search">,
  { file, why, sealed, isBest = isBestSoFar(run, search) }: Making,
): Promise<boolean> {
  const unchecked = uncheckedOf(run, { scripts, search, sealed });
  if (run.journal.recorded("submission-written", key) === null) {
    const isSearched = !unchecked.includes("search");
    const refusal = await refusalOf(run, `${key}/${id}/refused`, scripts, { file, isSearched });
    if (refusal !== null) return false;
  }
  await write(run, key, { solution: id, file, scripts, why, unchecked, isBest, isSample: false });
  return true;
}

/** The file of a submission, why it is written, and whether it is of the best that there is, where the caller knows. */
type Making = { file: string; why: string; sealed: number | null; isBest?: boolean };

function isBestSoFar(run: Run, search: number | null): boolean {
  const { direction } = run.competition.metric;
  return [...run.evaluated.values()]
    .filter(({ solution }) => solution.origin !== "ablation")
    .every(({ evaluation }) => !isBetter(evaluation.score, search, direction));
}

type Submission = {
  solution: string | null;
  file: string;
  scripts: readonly Solution[];
  why: string;
  unchecked: Check[];
  isBest: boolean;
  isSample: boolean;
};

async function write(run: Run, key: string, submission: Submission): Promise<void> {
  const { solution, file, scripts, why, unchecked, isBest, isSample } = submission;
  const make = async () => {
    const bytes = await readFile(file);
    await writeAtomically(join(run.folder, "submission.csv"), bytes);
    await writeScripts(run.folder, scripts);
    return { solution, sha256: sha256(bytes), why, unchecked, isBest, isSample };
  };
  const written = await run.journal.step("submission-written", key, make);
  if (!run.journal.isLost(key)) return;
  const again = await make();
  if (again.sha256 !== written.sha256)
    await run.journal.record("submission-written", key, { ...again, why: `${why}; made again` });
}

async function refusalOf(
  run: Run,
  key: string,
  scripts: readonly Solution[],
  { file, isSearched }: { file: string; isSearched: boolean },
): Promise<string | null> {
  const refused = run.journal.recorded("skipped", key)?.why ?? null;
  const why = refused ?? (await whyUnvalidated(run, scripts, file, isSearched));
  if (why !== null)
    await run.journal.step("skipped", key, async () => ({ what: "a submission", why }));
  return why;
}

/** `solution.py` for one script, `solution/` for the members of a blend, neither for a constant; never both. */
async function writeScripts(folder: string, scripts: readonly Solution[]): Promise<void> {
  const [single, members] = [join(folder, "solution.py"), join(folder, "solution")];
  const [only, ...more] = scripts;
  await rm(members, { recursive: true, force: true });
  if (only !== undefined && more.length === 0) return writeAtomically(single, only.code);
  if (only !== undefined) await mkdir(members, { recursive: true });
  for (const script of scripts) {
    await writeAtomically(join(members, `${script.id.replaceAll("/", ".")}.py`), script.code);
  }
  await rm(single, { force: true });
}
