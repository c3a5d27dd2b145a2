import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { EngineRefused, errorCode } from "../../errors.ts";
import { writeAtomically } from "../../record/atomic-file.ts";
import { sha256 } from "../../sha256.ts";
import type { Attempt, Engine, Slots } from "../engine.ts";
import { quoted, type Seen, stateBy, writeJobFile } from "./job-file.ts";
import { listing } from "./listing.ts";

const word = z.string().regex(/^[\w.:,@/+=-]+$/u, "letters, digits and . : , @ / + = - _ only");
/** What a user's file says about Slurm. */
export const SlurmSettings = z.strictObject({
  partition: word.optional(),
  account: word.optional(),
  qos: word.optional(),
  /** As `sbatch --gres` has it; without it `gpu:<gpus>` where a job needs GPUs. */
  gres: word.optional(),
  /** As `sbatch --time` has it. */
  time: word.optional(),
  /** Lines of the batch script: `#SBATCH` options, and commands before the job (`module load`). */
  lines: z.array(z.string().regex(/^[^\n]*$/u, "one line each")).default([]),
});
export type SlurmSettings = z.infer<typeof SlurmSettings>;

/** Where a try stands in the queue: written before it is submitted. */
const Ticket = z.object({ array: z.string(), task: z.number() });
type Ticket = z.infer<typeof Ticket>;

type Queued = { id: string; state: string; reason: string };

/** Slurm's largest array unless it is configured otherwise, `MaxArraySize`. */
const MAX_ARRAY = 1000;
const TIMEOUT_MS = 60_000;

/** States after which a job does not begin any more (squeue(1), "JOB STATE CODES"). */
const ENDED = new Set([
  "BOOT_FAIL",
  "CANCELLED",
  "COMPLETED",
  "DEADLINE",
  "FAILED",
  "LAUNCH_FAILED",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "PREEMPTED",
  "RECONFIG_FAIL",
  "REVOKED",
  "TIMEOUT",
]);

/** Where memory is watched but not fenced, jobs fail with these words (`JobAcctGatherParams=OverMemoryKill`). */
const MEMORY_WORDS = /exceeded (?:job )?memory limit|memory limit \(\d+\) exceeded|oom[-_]kill/iu;

export type SlurmOptions = {
  /** The batch folder, on a file system that the nodes share. */
  folder: string;
  settings: SlurmSettings;
  variables: string | null;
  capacity: Slots;
  environment: NodeJS.ProcessEnv;
};

/**
 * Jobs as tasks of array jobs of Slurm. The truth is the folder of a try and `squeue`; `sacct`, where there is
 * accounting, only says why a job is gone.
 *
 * @throws EngineRefused where no Slurm answers
 */
export async function slurmEngine(options: SlurmOptions): Promise<Engine> {
  const { folder, environment, variables } = options;
  const prefix = `mle-star-${sha256(folder).slice(0, 12)}`;
  const ask = (file: string, args: readonly string[]) => command(file, args, environment);
  const queue = listing(async () => readQueue(await ask("squeue", squeueArguments()), prefix));
  const cluster = await clusterName(ask);

  const look = async (place: string): Promise<Seen> => {
    const ticket = await ticketOf(place);
    // Whoever was to submit it ended before that.
    if (ticket === null) return { kind: "gone", why: null };
    const jobs = await queue.read();
    if (jobs === null) return { kind: "there" };
    const job = jobs.get(keyOf(ticket));
    if (job !== undefined && !ENDED.has(job.state)) return { kind: "there" };
    return seenAs(job?.state ?? (await accounted(ask, ticket)), await outputOf(folder, ticket));
  };
  return {
    name: "slurm",
    place: cluster,
    capacity: async () => options.capacity,
    logs: (place) => join(place, "log.txt"),
    state: (place) => stateBy(place, () => look(place)),
    async submit(attempts) {
      for (const attempt of attempts)
        await writeJobFile(attempt, { beats: false, forwards: false, variables });
      for (let from = 0; from < attempts.length; from += MAX_ARRAY) {
        const array = `${prefix}-${randomUUID().slice(0, 8)}`;
        await submitArray(array, attempts.slice(from, from + MAX_ARRAY), options);
        queue.forget();
      }
    },
    async cancel(places, how) {
      const tickets = await Promise.all(places.map(ticketOf));
      queue.forget();
      const jobs = await queue.read();
      const live = tickets.flatMap((ticket) => {
        const job = ticket === null ? undefined : jobs?.get(keyOf(ticket));
        return job === undefined || ENDED.has(job.state) ? [] : [job];
      });
      const running = how === "gently" ? live.filter(({ state }) => state === "RUNNING") : [];
      const others = live.filter((job) => !running.includes(job));
      // Those that wait go first: one would begin in the place of each that pauses.
      await cancelAll(ask, others, []);
      await cancelAll(ask, running, ["--full", "--signal=INT"]);
      queue.forget();
    },
  };
}

/** Jobs may end meanwhile: then there is nothing to cancel. */
async function cancelAll(ask: Ask, jobs: readonly Queued[], how: readonly string[]): Promise<void> {
  if (jobs.length === 0) return;
  await ask("scancel", [...how, ...jobs.map(({ id }) => id)]).catch(() => undefined);
}

async function submitArray(
  array: string,
  attempts: readonly Attempt[],
  { folder, settings, environment }: SlurmOptions,
): Promise<void> {
  const place = join(folder, "slurm");
  await mkdir(place, { recursive: true });
  const list = join(place, `${array}.list`);
  await writeAtomically(list, attempts.map(({ folder: each }) => `${each}\n`).join(""));
  for (const [task, { folder: each }] of attempts.entries())
    await writeAtomically(join(each, "slurm.json"), `${JSON.stringify({ array, task })}\n`);
  const script = join(place, `${array}.sh`);
  const [first] = attempts;
  if (first === undefined) return;
  await writeAtomically(script, scriptOf(settings, list));
  const args = [
    "--parsable",
    `--job-name=${array}`,
    `--array=0-${attempts.length - 1}`,
    "--requeue",
    "--open-mode=append",
    "--export=ALL",
    `--chdir=${folder}`,
    `--output=${join(place, `${array}-%a.out`)}`,
    ...needed(settings, first.needs),
    script,
  ];
  await command("sbatch", args, environment);
}

/** What a job takes, and where. */
function needed(settings: SlurmSettings, { cpus, memoryMb, gpus }: Slots): string[] {
  const { partition, account, qos, time } = settings;
  const gres = settings.gres ?? (gpus > 0 ? `gpu:${gpus}` : undefined);
  const given = { partition, account, qos, time, gres };
  return [
    "--nodes=1",
    "--ntasks=1",
    `--cpus-per-task=${Math.max(1, Math.floor(cpus))}`,
    ...(memoryMb > 0 ? [`--mem=${Math.floor(memoryMb)}M`] : []),
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}=${value}`],
    ),
  ];
}

/** `#SBATCH` lines count only before the first command. */
function scriptOf({ lines }: SlurmSettings, list: string): string {
  const isOption = (line: string) => line.startsWith("#SBATCH");
  return [
    "#!/bin/sh",
    ...lines.filter(isOption),
    ...lines.filter((line) => !isOption(line)),
    `place=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${quoted(list)}) || exit 98`,
    'exec sh "$place/job.sh"',
    "",
  ].join("\n");
}

type Ask = (file: string, args: readonly string[]) => Promise<string>;

async function clusterName(ask: Ask): Promise<string> {
  const text = await ask("scontrol", ["show", "config"]);
  return `cluster ${/^ClusterName\s*=\s*(\S+)/mu.exec(text)?.[1] ?? "of Slurm"}`;
}

function squeueArguments(): string[] {
  const user = process.getuid?.();
  return [
    "--noheader",
    "--array",
    "--states=all",
    "--format=%j|%K|%F|%T|%r",
    ...(user === undefined ? [] : [`--user=${user}`]),
  ];
}

/** The tasks of this batch that squeue lists. */
function readQueue(text: string, prefix: string): Map<string, Queued> {
  const found = new Map<string, Queued>();
  for (const line of text.split("\n")) {
    const [array = "", task = "", base = "", state = "", reason = ""] = line.trim().split("|");
    if (!array.startsWith(prefix)) continue;
    found.set(keyOf({ array, task: Number(task) }), { id: `${base}_${task}`, state, reason });
  }
  return found;
}

function keyOf({ array, task }: Ticket): string {
  return `${array}/${task}`;
}

/** What Slurm itself has written of a task. */
async function outputOf(folder: string, { array, task }: Ticket): Promise<string> {
  return readFile(join(folder, "slurm", `${array}-${task}.out`), "utf8").catch(() => "");
}

async function ticketOf(place: string): Promise<Ticket | null> {
  const text = await readFile(join(place, "slurm.json"), "utf8").catch(() => null);
  return text === null ? null : Ticket.parse(JSON.parse(text));
}

/** What accounting says of a job that squeue has forgotten; null where there is none. */
async function accounted(ask: Ask, { array, task }: Ticket): Promise<string | null> {
  const args = ["--noheader", "--parsable2", "--allocations", `--name=${array}`];
  const text = await ask("sacct", [
    ...args,
    "--starttime=now-30days",
    "--format=JobID,State",
  ]).catch(() => "");
  const rows = text.split("\n").map((line) => line.trim().split("|"));
  return rows.find(([id]) => id?.endsWith(`_${task}`))?.[1] ?? null;
}

/** `CANCELLED by 0` and the like have words behind the state. */
function seenAs(state: string | null, output: string): Seen {
  const name = state?.split(" ")[0] ?? null;
  if (name === "OUT_OF_MEMORY" || MEMORY_WORDS.test(output))
    return {
      kind: "ended-for-cause",
      why: "Slurm ended it: it took more memory than the job has (memory in the file of --engine-file)",
    };
  // Ended by itself without a word in its folder: killed with its wrapper, or on a machine without the folder.
  const isPlain = name === null || name === "COMPLETED" || name === "FAILED";
  return { kind: "gone", why: isPlain ? null : `${name} in Slurm` };
}

/** Runs one of Slurm's commands; its refusal is the user's to mend. */
function command(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env, timeout: TIMEOUT_MS, maxBuffer: 2 ** 28, encoding: "utf8" as const };
    execFile(file, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new EngineRefused(refusal(file, error, stderr)));
    });
  });
}

function refusal(file: string, error: Error, stderr: string): string {
  if (errorCode(error) === "ENOENT") return `there is no Slurm on this machine (no ${file})`;
  const lines = stderr
    .split("\n")
    .map((line) => line.replace(/^\w+: (?:error|fatal): /u, "").trim());
  const said = lines.filter((line) => line !== "").join("; ");
  if (/configuration source/u.test(said))
    return `this machine belongs to no cluster of Slurm; start the batch on one that does, or name the cluster's slurm.conf in SLURM_CONF (${file}: ${said})`;
  return `Slurm's ${file}: ${said === "" ? "no answer within a minute" : said}`;
}
