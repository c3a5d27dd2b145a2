import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readEvents } from "../../runs/record/journal-lines.ts";
import { scriptsOf } from "./program.ts";

/** What happened to a process that worked on a run, and not to the run; calls that it lost are booked and asked again. */
const OF_SESSIONS = ["run-resumed", "run-paused", "set-up-cut", "faulted", "unanswered"];

/** What a run came to, without what no two runs share: times, process numbers, and who was first to be scored. */
export async function outcomeOf(folder: string) {
  const events = await readEvents(join(folder, "journal.jsonl"));
  const ended = events.find((event) => event.type === "run-ended")?.value;
  const chosen = ended?.solution ?? "";
  const lasting = events.filter(
    ({ type, key }) =>
      !OF_SESSIONS.includes(type) &&
      !key.startsWith("publish/turn-") &&
      key !== "publish/sample" &&
      (!key.includes("/final/") || key.startsWith(`${chosen}/`)),
  );
  const verdicts = events.flatMap((event) =>
    event.type === "evaluated"
      ? [[event.value.solution, event.value.evaluation.score, event.value.evaluation.status]]
      : [],
  );
  return {
    ended,
    verdicts: Object.fromEntries(verdicts.map(([id, ...rest]) => [id, rest])),
    places: [...new Set(lasting.map(({ type, key }) => `${type} ${key}`))].sort(),
    submission: await readFile(join(folder, "submission.csv"), "utf8"),
    scripts: await scriptsOf(folder),
    attempts: attemptsIn(join(folder, "history.git")),
  };
}

/** Ref, tree and subject of every attempt, and what its note says of it. */
function attemptsIn(history: string): string[] {
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", history, ...args])
      .toString("utf8")
      .trim();
  // The tree of the notes names commits, which carry times.
  const kinds = ["refs/attempts", "refs/heads", "refs/tags"];
  const refs = git("for-each-ref", "--format=%(refname) %(tree) %(subject)", ...kinds);
  const notes = git("log", "--format=%s: %N%x00", "--no-walk=sorted", "--glob=refs/attempts");
  return [
    ...refs.split("\n").sort(),
    ...notes
      .split("\0")
      .map((note) => note.trim())
      .sort(),
  ];
}
