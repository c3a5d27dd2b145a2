import { RunRefused } from "../../runs/errors.ts";
import { usedMembers } from "../../runs/events/scoring.ts";
import { addUsd, allTokens } from "../../runs/ledger.ts";
import { showScore, showScoreOf, showText } from "../../runs/report/formats.ts";
import type { Blend } from "../../tasks/referee/referee.ts";
import type { Evaluated, Evaluation, Solution } from "../solution.ts";
import type { Run } from "./run.ts";

/** Most characters of a plan in the message of a commit. */
const MAX_PLAN = 2000;

/** Commits an evaluated solution and journals its verdict: the commit is there before the line that names it. */
export async function commitEvaluated(
  run: Run,
  solution: Solution,
  evaluation: Evaluation,
  parentScore: number | null,
): Promise<Evaluated> {
  const key = `${solution.id}/evaluated`;
  const make = async () => {
    const parent = solution.parent === null ? null : commitOf(run, solution.parent);
    const commit = await run.history.commit({
      id: solution.id,
      files: { "solution.py": solution.code },
      parents: parent === null ? [] : [parent],
      date: dateOf(run, solution.id),
      subject: subjectOf(solution, evaluation, parentScore),
      body: solution.plan === null ? null : showText(solution.plan, MAX_PLAN),
      trailers: { ...trailersOf(solution, evaluation), ...callsFor(run, solution.id, key) },
    });
    await run.history.refAttempt(solution.id, commit);
    return commit;
  };
  const value = await run.journal.step("evaluated", key, async () => {
    const commit = await make();
    const { id, plan, origin, track, parent: from } = solution;
    return { solution: id, parent: from, origin, track, plan, commit, parentScore, evaluation };
  });
  await makeAgain(run, solution.id, value.commit, make);
  const evaluated = { solution, evaluation, commit: value.commit };
  run.evaluated.set(solution.id, evaluated);
  return evaluated;
}

/** In a history that is made anew, a commit of an earlier session is made again: the same one. Throws `RunRefused`. */
export async function makeAgain(
  run: Run,
  id: string,
  commit: string,
  make: () => Promise<string>,
): Promise<void> {
  if (!run.history.lacks(commit)) return;
  const made = await make();
  if (made !== commit)
    throw new RunRefused(
      `the history of the run cannot be made again: ${id} would be commit ${made}, the journal says ${commit}; restore history.git from a backup, or start a new run with --fresh`,
    );
}

/** Commits a blend: its members' scripts, their weights, and their commits as parents; returns the commit's id. */
export async function commitBlend(run: Run, blend: Omit<Blend, "id">, id: string): Promise<string> {
  const { method, members, weights, score, interval } = blend;
  const used = usedMembers(blend).flatMap((member) => {
    const evaluated = run.evaluated.get(member);
    const weight = weights[members.indexOf(member)] ?? 0;
    return evaluated === undefined ? [] : [{ evaluated, weight }];
  });
  const named = used.map(({ evaluated: { solution }, weight }) => ({
    file: `${solution.id.replaceAll("/", ".")}.py`,
    solution,
    weight,
  }));
  const recipe = { method, members: named.map(({ file, weight }) => ({ file, weight })) };
  const commit = await run.history.commit({
    id,
    files: {
      ...Object.fromEntries(named.map(({ file, solution }) => [file, solution.code])),
      "blend.json": `${JSON.stringify(recipe, null, 2)}\n`,
    },
    parents: [...new Set(used.map(({ evaluated }) => evaluated.commit))],
    date: dateOf(run, members.at(-1) ?? id),
    subject: `ensemble ${id}: ${showScoreOf(score, interval)}`,
    body: `${method} of ${used.length} solutions`,
    trailers: {
      Status: "scored",
      Score: String(score),
      Interval: interval.map(showScore).join(" "),
    },
  });
  await run.history.refAttempt(id, commit);
  return commit;
}

/** Not later than its evaluation: checks of it that go on while others are committed must not change their commits. */
function dateOf(run: Run, id: string): string {
  return run.journal.timeOf(id, `${id}/evaluated`);
}

/** Moves a track, and its branch in the history, to its best solution so far. */
export async function advance(run: Run, at: string, track: string, best: Evaluated): Promise<void> {
  const { solution, commit } = best;
  await run.journal.step("advanced", `${at}/advanced`, async () => {
    await run.history.setBranch(track, commit);
    return { track, solution: solution.id, commit };
  });
  if (run.history.isRebuilt) await run.history.setBranch(track, commit);
}

/** The commit of a solution or a blend, from its journal line. */
export function commitOf(run: Run, id: string): string | null {
  const recorded =
    run.journal.recorded("evaluated", `${id}/evaluated`) ?? run.journal.recorded("blended", id);
  return recorded?.commit ?? null;
}

/** `track-1 refine 2.1: 0.8123 (was 0.8100)`; a failure is named, never shown as a number. */
function subjectOf(solution: Solution, evaluation: Evaluation, was: number | null): string {
  const place =
    solution.id
      .replace(/^track-\d+\//u, "")
      .match(/\d+/gu)
      ?.join(".") ?? "";
  const changed = solution.origin === "replacement" ? `(${solution.plan?.split("; ")[0]})` : "";
  const parts = [solution.track, solution.origin, place, changed];
  const name = parts.filter((part) => part).join(" ");
  const { status, score, interval } = evaluation;
  const result = score === null ? status : showScoreOf(score, interval);
  return `${name}: ${result}${was === null ? "" : ` (was ${showScoreOf(was, interval)})`}`;
}

function trailersOf(solution: Solution, evaluation: Evaluation): Record<string, string> {
  const [low, high] = evaluation.interval ?? [null, null];
  return {
    Attempt: solution.id,
    Status: evaluation.status,
    Score: evaluation.score === null ? "none" : String(evaluation.score),
    Interval: low === null || high === null ? "none" : `${showScore(low)} ${showScore(high)}`,
    Seconds: evaluation.seconds.toFixed(1),
    Executions: String(evaluation.executions),
    "Leak-Check": evaluation.leakage,
  };
}

/** Who was asked for a solution, and what that took. */
function callsFor(run: Run, id: string, key: string): Record<string, string> {
  const calls = run.journal.callsBefore(id, key);
  const roles = [...new Set(calls.map(({ role }) => role))];
  const usd = calls.map((call) => call.usd).reduce(addUsd, 0);
  return {
    Role: roles.length === 0 ? "none" : roles.join(", "),
    Tokens: String(calls.reduce((sum, { tokens }) => sum + allTokens(tokens), 0)),
    Dollars: usd === null ? "unknown" : String(usd),
  };
}
