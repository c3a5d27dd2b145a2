import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createRun } from "../../../../../runs/record/folder.ts";
import { openJournal } from "../../../../../runs/record/journal.ts";
import { execution, handClock, reply, start, verdict } from "../../../../runs/journal-fixture.ts";

/** Scores of seven attempts that began at 10, where lower is better: four gained. */
const SCORES = [8, 9, 7, 6, 11, 12, 13];

/** A folder with one run, in whose one step four plans of the planner gained and three did not: twelve pairs. */
export async function judgingRuns(runsDir: string): Promise<void> {
  await mkdir(runsDir, { recursive: true });
  const folder = await createRun(runsDir, "houses", "r1");
  const journal = await openJournal(join(folder, "journal.jsonl"), { clock: handClock() });
  const competition = {
    ...{ id: "houses", title: "houses", metric: "rmse" },
    direction: "minimize" as const,
    thresholds: null,
  };
  await journal.append("run-started", "run-started", start({ competition, dataHash: "houses" }));
  for (const [number, score] of SCORES.entries()) {
    const at = `track-1/refine-1/attempt-${number + 1}`;
    const text = `${score < 10 ? "Clip the target" : "Fit fewer trees"} ${number}.`;
    const plan = reply({ role: "planner", prompt: `plan ${number}`, text, model: "playbook" });
    await journal.append("answered", `${at}/planner/1`, plan);
    await journal.append("executed", `${at}/fold-0`, execution(at));
    const scored = verdict(at, "track-1/init-1", score, { parentScore: 10 });
    await journal.append("evaluated", `${at}/evaluated`, scored);
  }
  await journal.close();
}
