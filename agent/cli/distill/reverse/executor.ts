import { randomUUID } from "node:crypto";
import { appendFile, cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";
import { UserError } from "../../../../runs/errors.ts";
import { listRuns } from "../../../../runs/record/folder.ts";
import { readKeptLines } from "../../../../runs/record/json-lines.ts";
import { executionOf } from "../../../../runs/report/across/trajectories.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import { openSandbox } from "../../../../sandbox/choose.ts";
import type { EngineName, Sandbox } from "../../../../sandbox/contract.ts";
import { pythonEnvironment } from "../../../../sandbox/environment/python-environment.ts";
import { readMachine, shareMachine } from "../../../../sandbox/machine.ts";
import { copyInput, prepareWorkspace, takeSubmission } from "../../../../sandbox/workspace.ts";
import type { Competition } from "../../../../tasks/competition.ts";
import { scanCsv } from "../../../../tasks/tables/csv.ts";
import type { Brief } from "../../../brief.ts";
import { findCompetition, readStarted } from "../../again/past.ts";
import { readEnvironment } from "../../environment.ts";

/** How a script ended on the public data of its competition. */
const Executed = z.object({
  /** Whether it ran to its end and left a submission with the header and the rows of the sample. */
  isDone: z.boolean(),
  outcome: z.string(),
  exception: z.string().nullable(),
  traceback: z.string().nullable(),
});
export type Executed = z.infer<typeof Executed>;

const Kept = Executed.extend({ key: z.string() });

/** Which run a script is from. */
export type Whose = { competition: string; run: string };

export type Executor = AsyncDisposable & {
  /** Runs a script in the sandbox on the data of a run's competition, each only once. */
  run(whose: Whose, code: string): Promise<Executed>;
  /** The competition of a run, or why it cannot be had. */
  competitionOf(whose: Whose): Promise<Competition | { problem: string }>;
  /** Executions that were not known before. */
  readonly count: number;
};

export type ExecutorOptions = {
  /** The competition of a run, or why it cannot be had. */
  find(whose: Whose): Promise<Competition | { problem: string }>;
  /** Where executions are kept: what is there is not run again. */
  file: string;
  sandbox: "auto" | EngineName;
  /** Whether all that is run was written by rules. */
  trustedCode: boolean;
  /** Of one execution. */
  seconds: number;
  report: (line: string) => void;
};

const LIMITS = { pids: 512, outputMb: 64, diskMb: 8192, gpus: 0 };

/** Opens the sandbox at the first execution that is not known. */
export async function openExecutor(options: ExecutorOptions): Promise<Executor> {
  const { file, seconds } = options;
  const known = await readKept(file);
  const competitions = new Map<string, Promise<Competition | { problem: string }>>();
  const scratch = await mkdtemp(join(tmpdir(), "mle-star-distill-"));
  let sandbox: Promise<Sandbox> | null = null;
  let count = 0;

  const competitionOf = (whose: Whose): Promise<Competition | { problem: string }> => {
    const { competition } = whose;
    const found = competitions.get(competition) ?? options.find(whose);
    competitions.set(competition, found);
    return found;
  };

  return {
    competitionOf,
    get count() {
      return count;
    },
    async run(whose, code) {
      const key = sha256(JSON.stringify([whose.competition, code, seconds]));
      const before = known.get(key);
      if (before !== undefined) return before;
      const competition = await competitionOf(whose);
      if ("problem" in competition) throw new UserError(competition.problem);
      sandbox ??= open(options);
      const executed = await execute(await sandbox, code, { competition, scratch, seconds });
      count += 1;
      await mkdir(dirname(file), { recursive: true });
      await appendFile(file, `${JSON.stringify({ key, ...executed })}\n`);
      known.set(key, executed);
      return executed;
    },
    async [Symbol.asyncDispose]() {
      await (await sandbox)?.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

async function readKept(file: string): Promise<Map<string, Executed>> {
  const kept = await readKeptLines(file, Kept);
  return new Map(kept.map(({ key, ...executed }) => [key, executed]));
}

/** What the runs below a folder were made on. */
export async function runsBelow(runsDir: string) {
  const folders = new Map(
    (await listRuns(runsDir)).map((run) => [`${run.competition}/${run.id}`, run.folder]),
  );
  const startedOf = async ({ competition, run }: Whose) => {
    const folder = folders.get(`${competition}/${run}`);
    return folder === undefined ? null : (await readStarted(folder)).started;
  };
  return {
    async find(whose: Whose): Promise<Competition | { problem: string }> {
      const started = await startedOf(whose);
      if (started !== null) return await findCompetition(started, null);
      const { run, competition } = whose;
      return { problem: `there is no run ${run} of ${competition}: name its folder with --from` };
    },
    async briefOf(whose: Whose): Promise<Brief> {
      const started = await startedOf(whose);
      if (started !== null) return started.brief as Brief;
      throw new UserError(`there is no run ${whose.run} of ${whose.competition}`);
    },
  };
}

async function open(options: ExecutorOptions): Promise<Sandbox> {
  const { sandbox: wanted, trustedCode, report } = options;
  const { cacheDir, python: override, baseImage, wheels, root, all } = readEnvironment();
  await mkdir(cacheDir, { recursive: true });
  const { python, packages } = await pythonEnvironment({
    cacheDir,
    override,
    report,
    signal: undefined,
  });
  return await openSandbox({
    wanted,
    trustedCode,
    cacheDir,
    python,
    packages,
    report,
    baseImage,
    wheels,
    root,
    run: `distill-${randomUUID().slice(0, 8)}`,
    podmanHost: all.CONTAINER_HOST ?? null,
    sharedMounts: { readOnly: [], environment: {}, sockets: [] },
  });
}

type Place = { competition: Competition; scratch: string; seconds: number };

async function execute(sandbox: Sandbox, code: string, place: Place): Promise<Executed> {
  const { competition, scratch, seconds } = place;
  const folder = join(scratch, randomUUID());
  const [workspace, input] = [join(folder, "box"), join(folder, "data")];
  await prepareWorkspace(workspace, code);
  await copyInput(await inputOf(competition, scratch), input);
  const { limits } = shareMachine(await readMachine(), null);
  const execution = await sandbox.run(
    {
      at: "distill/script",
      workspace,
      input,
      script: "solution.py",
      gpus: [],
      seed: 0,
      limits: { ...limits, ...LIMITS, seconds },
      rules: "enforced" as const,
    },
    new AbortController().signal,
  );
  const { exception, traceback } = executionOf(execution);
  const isDone =
    execution.outcome === "finished" &&
    (await isSubmission(workspace, join(folder, "submission.csv"), competition));
  await rm(folder, { recursive: true, force: true });
  return { isDone, outcome: execution.outcome, exception, traceback };
}

/** The public files of a competition, laid out once. */
async function inputOf({ id, folder, files }: Competition, scratch: string): Promise<string> {
  const place = join(scratch, "input", encodeURIComponent(id));
  const { train, test, sample_submission, description, other } = files;
  for (const name of [train, test, sample_submission, description, ...other])
    await cp(join(folder, name), join(place, name), { recursive: true, force: false }).catch(
      (error: NodeJS.ErrnoException) => {
        // A description is no file of every competition.
        if (error.code !== "ENOENT") throw error;
      },
    );
  return place;
}

async function isSubmission(workspace: string, to: string, competition: Competition) {
  const taken = await takeSubmission(workspace, to);
  if (taken.path === null) return false;
  const sample = join(competition.folder, competition.files.sample_submission);
  try {
    return (await shapeOf(taken.path)) === (await shapeOf(sample));
  } catch (error) {
    // It is no table.
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** Header and number of rows. */
async function shapeOf(file: string): Promise<string> {
  const { header, rows } = await scanCsv(file, () => undefined, Number.POSITIVE_INFINITY);
  return `${header.join(",")} ${rows}`;
}
