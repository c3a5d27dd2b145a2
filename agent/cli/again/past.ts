import { RunRefused, UserError } from "../../../runs/errors.ts";
import type { EventValue } from "../../../runs/events/events.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import type { Competition } from "../../../tasks/competition.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { readEnvironment } from "../environment.ts";
import { GivenWords, givenBy } from "../given.ts";
import { preparerOf } from "../preparer.ts";

/** The competition that a run was made on, where it was or where the user says it is now; why not, where it cannot be had. */
export async function findCompetition(
  started: EventValue<"run-started">,
  data: string | null,
): Promise<Competition | { problem: string }> {
  const { folder } = started.competition;
  const place = data ?? (typeof folder === "string" ? folder : started.competition.id);
  try {
    const environment = readEnvironment();
    const report = (line: string) => void process.stderr.write(`${line}\n`);
    const preparer = preparerOf(environment, report);
    const given = givenBy(GivenWords.parse(started.competition.given ?? {}));
    return await loadCompetition(place, { tasksDir: environment.tasksDir, preparer, given });
  } catch (error) {
    if (error instanceof UserError && data === null)
      return { problem: `the data are not at ${place}; say where with --data` };
    throw error;
  }
}

/** What a run began with, and its events. Throws `RunRefused` for one that has not begun. */
export async function readStarted(folder: string) {
  const events = await readEvents(runFiles(folder).journal);
  const started = events.find((event) => event.type === "run-started")?.value;
  if (started === undefined) throw new RunRefused(`${folder}: the run has not begun`);
  return { events, started };
}
