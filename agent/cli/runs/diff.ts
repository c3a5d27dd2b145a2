import { RunRefused } from "../../../runs/errors.ts";
import type { Event } from "../../../runs/events/events.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { readHistory } from "../../../runs/record/history.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { type Attempt, attemptsOf } from "../../../runs/report/attempts.ts";
import { showGainWithin, showScoreWithin, showText } from "../../../runs/report/formats.ts";

/** Two attempts of a run and the unified diff between their scripts; empty when they are the same. */
export type AttemptDiff = { from: string; to: string; attempts: Attempt[]; diff: string };

/** Compares the code of two attempts, named by id, by commit or as `best`. */
export async function diffAttempts(
  folder: string,
  a: string,
  b: string,
  path: string,
): Promise<AttemptDiff> {
  const files = runFiles(folder);
  const events = await readEvents(files.journal);
  const [from, to] = [commitOf(events, a), commitOf(events, b)];
  const history = readHistory(files.history, { path });
  const attempts = [from, to].flatMap(
    (commit) => attemptsOf(events).find((each) => each.commit === commit) ?? [],
  );
  return { from, to, attempts, diff: await history.diff(from, to) };
}

/** What became of both before the diff itself; programs that read diffs pass over such lines. */
export function diffText({ attempts, diff }: AttemptDiff): string {
  return `${attempts.map(lineOf).join("")}${diff}`;
}

function lineOf(attempt: Attempt): string {
  const { id, status, score, interval, verdict, gain, standardError, why, leakage } = attempt;
  const found = score === null ? status : showScoreWithin(score, interval);
  const by = gain === null ? "" : ` (${showGainWithin(gain, standardError)})`;
  const decided = verdict === null ? "" : `, ${verdict}${by}: ${showText(why ?? "", 120)}`;
  const checked = leakage === null ? "" : `, leak check ${leakage}`;
  return `# ${showText(id)}: ${found}${decided}${checked}\n`;
}

function commitOf(events: readonly Event[], text: string): string {
  const attempts = attemptsOf(events);
  const named = attempts.find((each) => each.id === text || (text === "best" && each.isBest));
  if (named !== undefined) return named.commit;
  const commits = attempts.flatMap(({ commit }) => (commit.startsWith(text) ? [commit] : []));
  const [commit, ...others] = new Set(text.length < 4 ? [] : commits);
  if (commit !== undefined && others.length === 0) return commit;
  const known = attempts.map((each) => each.id).filter((id) => id.includes(text));
  const hint = known.length === 0 ? "" : `; near it: ${known.slice(0, 5).join(", ")}`;
  throw new RunRefused(
    `no attempt or commit "${text}" in this run${hint}; \`mle-star runs show\` lists them`,
  );
}
