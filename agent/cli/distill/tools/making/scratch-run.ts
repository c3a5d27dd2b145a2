import { join } from "node:path";
import { Fault } from "../../../../../runs/errors.ts";
import type { Model } from "../../../../models/model.ts";
import type { Run } from "../../../../run/run.ts";
import { readEnvironment } from "../../../environment.ts";
import { openRun } from "../../../open/run.ts";
import { resolveSettings } from "../../../settings.ts";
import type { Progress } from "../../../terminal/progress.ts";
import { type ScratchCompetition, writeScratchCompetition } from "./competition.ts";
import { ruleTeacher } from "./rule-teacher.ts";

/** The teacher that needs no key. */
export const RULES = "rules";

export type ScratchOptions = {
  /** Where the competition and its run are kept. */
  folder: string;
  competition: ScratchCompetition;
  /** Which of the runs in there: the same one goes on where it was ended. */
  run: string;
  /** `rules`, or a model as `--model` names one. */
  teacher: string;
  sandbox: string;
  progress: Progress;
  signal: AbortSignal;
};

/** A real run of a scratch competition that nobody drives: its tools are called one by one. */
export type ScratchRun = AsyncDisposable & { run: Run; teacher: Model };

/** What a search would do besides is off: only what the tools themselves do is wanted. */
const SETTINGS = {
  effort: "quick",
  policy: "native",
  canary: "off",
  blends: "false",
  search: "none",
  modelSearch: "false",
  fallback: "none",
  slots: "1",
  timeLimit: null,
};

/** Opens the run of a scratch competition, or goes on with it. Throws `UserError` where no run could be opened. */
export async function openScratchRun(options: ScratchOptions): Promise<ScratchRun> {
  const { folder, competition, run: runId, teacher, sandbox, progress, signal } = options;
  const reference = join(folder, "competitions", competition.id);
  await writeScratchCompetition(reference, competition);
  const environment = readEnvironment();
  const model = teacher === RULES ? "playbook" : teacher;
  const config = resolveSettings({ ...SETTINGS, model, sandbox }, environment.all);
  const given = { target: undefined, type: undefined, metric: undefined };
  const runsDir = join(folder, "runs");
  const opened = await openRun(
    { reference, given, config, environment, runsDir, runId, fresh: false },
    { ...progress, line: () => undefined, event: () => undefined },
    signal,
  );
  const { handle } = opened;
  if (handle === null) {
    await opened.close();
    throw new Fault(`the run of ${competition.id} could not begin`);
  }
  const end = (): void => handle.abort();
  signal.addEventListener("abort", end);
  return {
    run: handle.run,
    teacher: teacher === RULES ? ruleTeacher() : handle.run.models.of("agent", "native/turn-1/ask"),
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener("abort", end);
      await opened.close();
    },
  };
}
