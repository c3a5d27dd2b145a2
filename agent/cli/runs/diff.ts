import { RunRefused } from "../../../runs/errors.ts";
import type { Event } from "../../../runs/events/events.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { readHistory } from "../../../runs/record/history.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { attemptsOf } from "../../../runs/report/attempts.ts";

/** Two attempts of a run and the unified diff between their scripts; empty when they are the same. */
export type AttemptDiff = { from: string; to: string; diff: string };

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
  return { from, to, diff: await history.diff(from, to) };
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
