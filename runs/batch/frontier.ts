import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { diskError, errorCode } from "../errors.ts";
import type { AttemptState, Engine } from "./engine.ts";
import type { Job } from "./matrix.ts";

/** How a job stands, told by the folders of its tries. */
export type JobState =
  | { kind: "waiting"; why: string | null }
  | { kind: "running"; attempt: string }
  | { kind: "done"; exitCode: number }
  | { kind: "failed"; exitCode: number | null; why: string };

/** A job with its tries so far: how many failed, and how many were lost on the way. */
export type Standing = {
  job: Job;
  state: JobState;
  attempts: number;
  failures: number;
  losses: number;
};

/** A job that is killed again and again is not the victim but the cause. */
const MAX_LOSSES = 20;
/** Characters of a log's last words. */
const MAX_WORDS = 300;

/** Exit codes of `mle-star run` (`docs/running.md`). */
const PAUSED = 130;
const ENDED_WITHOUT_SUBMISSION: Readonly<Record<number, string>> = {
  3: "ended without a valid submission",
  4: "a limit ended it before there was a submission",
};
/** A setting, a file or a key that a person must mend; the same command would be refused again. */
export const REFUSED = 2;
const SIGNAL_BASE = 128;

/** The standing of a job. What another process began and still runs is found again. */
export async function standingOf(
  job: Job,
  retries: number,
  engine: Pick<Engine, "state" | "logs">,
): Promise<Standing> {
  const names = await attemptNames(job.folder);
  const states: AttemptState[] = [];
  for (const name of names) states.push(await engine.state(join(job.folder, name)));
  const failures = states.filter(isFailure).length;
  const losses = states.filter(isLoss).length;
  const last = states.at(-1);
  const counts = { job, attempts: names.length, failures, losses };
  const attempt = join(job.folder, names.at(-1) ?? "");
  const state = stateAfter(last, attempt, counts, retries);
  if (last !== undefined && isRefused(last)) {
    const why = `refused: ${await lastWords(engine.logs(attempt))}`;
    return { ...counts, state: { kind: "waiting", why } };
  }
  if (state.kind !== "failed") return { ...counts, state };
  const said = await lastWords(engine.logs(attempt));
  return { ...counts, state: said === "" ? state : { ...state, why: `${state.why}: ${said}` } };
}

/** Whether a try ended since a person must mend something first: it counts as no failure, and waits for the next session. */
export function isRefused(state: AttemptState): boolean {
  return state.kind === "ended" && state.exitCode === REFUSED;
}

/** A refused job, which this session does not try again. */
export function untilMended(standing: Standing): Standing {
  const { state } = standing;
  const why = state.kind === "waiting" && state.why !== null ? state.why : "refused";
  return { ...standing, state: { kind: "failed", exitCode: REFUSED, why } };
}

/** What the log of a try ends with; its error where it names one. */
async function lastWords(log: string): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "");
  const lines = stripVTControlCharacters(text).trimEnd().split("\n");
  const error = lines.findLast((line) => line.startsWith("error: "));
  return (error?.slice("error: ".length) ?? lines.at(-1) ?? "").slice(0, MAX_WORDS);
}

function stateAfter(
  last: AttemptState | undefined,
  attempt: string,
  { failures, losses }: Pick<Standing, "failures" | "losses">,
  retries: number,
): JobState {
  if (last === undefined) return { kind: "waiting", why: null };
  if (last.kind === "running") return { kind: "running", attempt };
  const exitCode = last.kind === "ended" ? last.exitCode : null;
  if (exitCode === 0) return { kind: "done", exitCode };
  const ending = ENDED_WITHOUT_SUBMISSION[exitCode ?? 0];
  if (ending !== undefined) return { kind: "failed", exitCode, why: ending };
  const named = last.why ?? null;
  if (failures > retries)
    return { kind: "failed", exitCode, why: named ?? `exit code ${exitCode}` };
  if (losses > MAX_LOSSES) return { kind: "failed", exitCode, why: `killed ${losses} times` };
  if (exitCode === null)
    return { kind: "waiting", why: named === null ? "was killed" : `was ended: ${named}` };
  return { kind: "waiting", why: named ?? whyAgain(exitCode) };
}

function whyAgain(exitCode: number): string {
  if (exitCode === PAUSED) return "paused";
  return exitCode > SIGNAL_BASE
    ? `was killed by signal ${exitCode - SIGNAL_BASE}`
    : `exit code ${exitCode}`;
}

function isLoss(state: AttemptState): boolean {
  if (state.kind === "lost") return true;
  return state.kind === "ended" && state.exitCode > SIGNAL_BASE && state.exitCode !== PAUSED;
}

function isFailure(state: AttemptState): boolean {
  if (state.kind !== "ended" || isRefused(state)) return false;
  return state.exitCode > 0 && state.exitCode <= SIGNAL_BASE;
}

const NAME = /^attempt-(\d+)$/u;

/** The names of the tries in a job's folder, the oldest first. */
export async function attemptNames(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => NAME.test(name));
    return names.sort((a, b) => numberOf(a) - numberOf(b));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw diskError(error, folder);
  }
}

function numberOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? 0);
}

/** The folder of a job's next try, made. */
export async function nextAttempt({ job, attempts }: Standing): Promise<string> {
  const folder = join(job.folder, `attempt-${attempts + 1}`);
  try {
    await mkdir(job.folder, { recursive: true });
    await mkdir(folder);
    return folder;
  } catch (error) {
    throw diskError(error, folder);
  }
}

/** The newest try of a job, or null. */
export async function lastAttempt(job: Job): Promise<string | null> {
  const name = (await attemptNames(job.folder)).at(-1);
  return name === undefined ? null : join(job.folder, name);
}
