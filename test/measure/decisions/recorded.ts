import { spawn } from "node:child_process";
import { access, appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Event, EventType, EventValue } from "../../../runs/events/events.ts";
import { usedMembers } from "../../../runs/events/scoring.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import type { Competition } from "../../../tasks/competition.ts";
import { SHIPPED_FOLDER } from "../../../tasks/load.ts";
import { openReferee } from "../../../tasks/referee/open.ts";
import { answersOf } from "../../../tasks/shipped/answers.ts";
import { grade } from "../../../tasks/shipped/grade.ts";

/** A script or blend of a recorded run, run on all rows and graded on the hidden answers. */
const Graded = z.object({ run: z.string(), solution: z.string(), hidden: z.number().nullable() });
type Graded = z.infer<typeof Graded>;

/** Grades, kept line by line: a second run goes on where the first one ended. */
export type Grades = {
  of(run: string, solution: string): number | null | undefined;
  add(graded: Graded): Promise<void>;
};

/** Opens the file of grades; one that is not there is empty. */
export async function openGrades(file: string): Promise<Grades> {
  await appendFile(file, "");
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  const all = lines.map((line) => Graded.parse(JSON.parse(line)));
  return {
    of: (run, solution) =>
      all.find((each) => each.run === run && each.solution === solution)?.hidden,
    async add(graded) {
      await appendFile(file, `${JSON.stringify(graded)}\n`);
      all.push(graded);
    },
  };
}

/** A recorded run of a competition whose hidden answers are known. */
export type Recorded = { id: string; folder: string; competition: Competition; events: Event[] };

export async function openRecorded(folder: string, competition: Competition): Promise<Recorded> {
  const events = await readEvents(runFiles(folder).journal);
  return { id: folder, folder, competition, events };
}

export function valuesOf<K extends EventType>(events: readonly Event[], type: K): EventValue<K>[] {
  return events.flatMap((event) => (event.type === type ? [event.value as EventValue<K>] : []));
}

/** Scripts with a search score. */
export function scoredIn({ events }: Recorded): EventValue<"evaluated">[] {
  return valuesOf(events, "evaluated").filter(({ evaluation }) => evaluation.score !== null);
}

/** Runs every scored script of a run on all rows, applies every blend to what they predicted, and grades all. */
export async function gradeRun(recorded: Recorded, grades: Grades, python: string): Promise<void> {
  const { id, competition, events } = recorded;
  const answers = await answersOf(competition, SHIPPED_FOLDER);
  if (answers === null) throw new Error(`${competition.id} has no answers to grade with`);
  const blends = valuesOf(events, "blended");
  const isDone = (solution: string) => grades.of(id, solution) !== undefined;
  if (
    scoredIn(recorded).every(({ solution }) => isDone(solution)) &&
    blends.every(({ solution }) => isDone(solution))
  )
    return;
  const work = await mkdtemp(join(tmpdir(), "mle-star-graded-"));
  try {
    const made = new Map<string, string | null>();
    for (const { solution } of scoredIn(recorded)) {
      const file = await submissionOf(
        recorded,
        solution,
        join(work, encodeURIComponent(solution)),
        python,
      );
      made.set(solution, file);
      const hidden =
        file === null
          ? null
          : (await grade({ competition, answers, submission: file, python })).score;
      if (!isDone(solution)) await grades.add({ run: id, solution, hidden });
    }
    await gradeBlends(recorded, made, { grades, python, answers, work });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function gradeBlends(
  { id, folder, competition, events }: Recorded,
  made: ReadonlyMap<string, string | null>,
  {
    grades,
    python,
    answers,
    work,
  }: { grades: Grades; python: string; answers: string; work: string },
): Promise<void> {
  const [started] = valuesOf(events, "run-started");
  if (started === undefined) return;
  const own = join(work, "referee");
  await cp(join(folder, "referee"), own, { recursive: true });
  const { subsample } = started.config as { subsample: number | null };
  const referee = await openReferee({
    competition,
    python,
    folder: own,
    seed: started.seed,
    subsample,
  });
  try {
    for (const blend of valuesOf(events, "blended")) {
      const files = usedMembers(blend).map((member) => made.get(member) ?? null);
      for (const member of usedMembers(blend)) {
        const file = made.get(member) ?? null;
        if (file !== null) await referee.judge(member, "final", file);
      }
      const file = files.includes(null)
        ? null
        : await referee.applyBlend({ ...blend, id: blend.solution }, "final");
      const hidden =
        file === null
          ? null
          : (await grade({ competition, answers, submission: file, python })).score;
      if (grades.of(id, blend.solution) === undefined)
        await grades.add({ run: id, solution: blend.solution, hidden });
    }
  } finally {
    await referee.close();
  }
}

/** What a script submits for all rows: as the run has it, or made now. Null: nothing. */
async function submissionOf(
  { folder, competition, events }: Recorded,
  solution: string,
  workspace: string,
  python: string,
): Promise<string | null> {
  const judged = events.find(({ key }) => key === `${solution}/final/judge`) as
    | Event<"judged">
    | undefined;
  const kept = join(
    folder,
    "attempts",
    solution,
    judged?.value.normalized ? "final.exact.csv" : "final.csv",
  );
  if (judged?.value.status === "accepted" && (await isThere(kept))) return kept;
  await mkdir(workspace, { recursive: true });
  await symlink(competition.folder, join(workspace, "input"));
  await cp(join(folder, "attempts", solution, "solution.py"), join(workspace, "solution.py"));
  await ended(python, workspace);
  const file = join(workspace, "submission.csv");
  return (await isThere(file)) ? file : null;
}

/** Runs the playbook's own script: what it prints does not matter. */
function ended(python: string, cwd: string): Promise<void> {
  const child = spawn(python, ["-W", "ignore", "solution.py"], { cwd, stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
