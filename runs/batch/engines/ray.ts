import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { EngineRefused } from "../../errors.ts";
import { writeAtomically } from "../../record/atomic-file.ts";
import { sha256 } from "../../sha256.ts";
import type { Attempt, Engine, Slots } from "../engine.ts";
import { quoted, type Seen, stateBy, turnsOf, writeJobFile } from "./job-file.ts";
import { listing } from "./listing.ts";
import { EngineSilent, patient, type Rest, restClient } from "./rest.ts";

/** What a user's file says about Ray. */
export const RaySettings = z.strictObject({
  /** Of the dashboard, whose Jobs API is used. */
  address: z
    .url({ protocol: /^https?$/u, error: "an address, http://…" })
    .default("http://127.0.0.1:8265"),
  /** Custom resources of a job, as `ray start --resources` names them. */
  resources: z.record(z.string(), z.number().positive()).default({}),
});
export type RaySettings = z.infer<typeof RaySettings>;

/** A job as the Jobs API lists it; fields that are not used here are left out. */
const Job = z.object({
  submission_id: z.string().nullable(),
  status: z.enum(["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"]),
  message: z.string().nullish(),
  error_type: z.string().nullish(),
});
type Job = z.infer<typeof Job>;

export type RayOptions = {
  settings: RaySettings;
  variables: string | null;
  capacity: Slots;
  environment: NodeJS.ProcessEnv;
  /** How long a try must not have said that it lives before it counts as dead, where Ray knows nothing of its end. */
  silenceMs?: number;
};

/** A try says every two seconds that it lives; within two more what is left of one is killed, by it or by Ray. */
const SILENCE_MS = 15_000;
/** How long a job that is asked to stop may take before it is killed; Ray's own default is three seconds. */
const STOP_SECONDS = "25";
/** A job that has waited for its resources for 15 minutes fails with this; it is submitted again. */
const WAITED_TOO_LONG = "JOB_SUPERVISOR_ACTOR_START_TIMEOUT";

/**
 * Jobs by the REST API of a running Ray cluster, each with the resources of its entry point. Ray forgets all jobs when
 * its head dies: those that had begun die with it, those that had not are submitted again.
 *
 * @throws EngineRefused where no Ray answers
 */
export async function rayEngine(options: RayOptions): Promise<Engine> {
  const { settings, capacity, variables, silenceMs = SILENCE_MS } = options;
  const ask = api(options);
  const patiently = patient(ask);
  const jobs = listing(async () => byId((await ask("GET", "")).text));
  const isSilent = silence(silenceMs);
  let isStopping = false;
  await jobs.read();

  const look = async (folder: string): Promise<Seen> => {
    const known = await jobs.read();
    if (known === null) return { kind: "there" };
    const job = known.get(idOf(folder));
    if (isLive(job)) return { kind: "there" };
    const turns = await turnsOf(folder);
    const isForgotten = job === undefined || job.error_type === WAITED_TOO_LONG;
    if (turns.length === 0 && isForgotten && !isStopping)
      return (await submitAgain(folder, patiently))
        ? { kind: "there" }
        : { kind: "gone", why: null };
    // What it started may outlive it by a moment, and it Ray's own processes.
    if (turns.at(-1) === "begin" && !(await isSilent(folder))) return { kind: "there" };
    return seenAs(job);
  };
  return {
    name: "ray",
    place: settings.address,
    capacity: async () => capacity,
    logs: (folder) => join(folder, "log.txt"),
    state: (folder) => stateBy(folder, () => look(folder)),
    async submit(attempts) {
      for (const attempt of attempts) {
        const file = await writeJobFile(attempt, { beats: true, forwards: false, variables });
        const wanted = requestOf(attempt, file, settings);
        await writeAtomically(fileOf(attempt.folder), `${JSON.stringify(wanted)}\n`);
        await submitOne(wanted, patiently);
      }
      jobs.forget();
    },
    async cancel(folders) {
      isStopping = true;
      jobs.forget();
      const known = await jobs.read();
      for (const id of folders.map(idOf))
        if (isLive(known?.get(id))) await patiently("POST", `${id}/stop`);
      jobs.forget();
    },
  };
}

function isLive(job: Job | undefined): boolean {
  return job?.status === "PENDING" || job?.status === "RUNNING";
}

/** The same try always has the same id, so that Ray itself refuses a second one. */
function idOf(folder: string): string {
  return `mle-star-${sha256(folder).slice(0, 24)}`;
}

function requestOf({ folder, needs }: Attempt, file: string, { resources }: RaySettings) {
  return {
    entrypoint: `exec sh ${quoted(file)}`,
    submission_id: idOf(folder),
    entrypoint_num_cpus: needs.cpus,
    entrypoint_num_gpus: needs.gpus,
    entrypoint_memory: Math.floor(needs.memoryMb * 2 ** 20),
    entrypoint_resources: resources,
    metadata: { mle_star: folder },
    runtime_env: { env_vars: { RAY_JOB_STOP_WAIT_TIME_S: STOP_SECONDS } },
  };
}

/** What Ray was asked for; written before it is asked. */
function fileOf(folder: string): string {
  return join(folder, "ray.json");
}

async function submitOne(wanted: object, ask: Rest): Promise<void> {
  await ask("POST", "", wanted);
}

/** Once more what was never begun. False where whoever was to submit it ended before that. */
async function submitAgain(folder: string, ask: Rest): Promise<boolean> {
  const text = await readFile(fileOf(folder), "utf8").catch(() => null);
  if (text === null) return false;
  await ask("DELETE", idOf(folder));
  await submitOne(z.looseObject({}).parse(JSON.parse(text)), ask);
  return true;
}

/** The Jobs API; what it refuses is the user's to mend. */
function api({ settings, environment }: RayOptions): Rest {
  const who = `Ray at ${settings.address}`;
  const token = environment.RAY_AUTH_TOKEN ?? "";
  const ask = restClient({
    who,
    base: `${settings.address.replace(/\/+$/u, "")}/api/jobs/`,
    headers: token === "" ? {} : { authorization: `Bearer ${token}` },
  });
  return async (method, path, body) => {
    const answer = await ask(method, path, body);
    const { status, text } = answer;
    // Somebody has submitted it, or removed it, before.
    const isDone = (method === "POST" && text.includes("already exists")) || method === "DELETE";
    if (status < 300 || (isDone && status !== 401 && status !== 403)) return answer;
    const lines = text.split("\n").map((line) => line.trim());
    const said = lines.findLast((line) => /\w/u.test(line))?.slice(0, 300) ?? "";
    // Its servers do not start, nor end, all at once.
    const Refusal = status >= 500 ? EngineSilent : EngineRefused;
    throw new Refusal(`${who}: ${status} ${said}`);
  };
}

function byId(text: string): Map<string, Job> {
  const read = z.array(Job).safeParse(parsed(text));
  if (!read.success) throw new EngineRefused("Ray's list of jobs is in a form that is not known");
  return new Map(read.data.map((job) => [job.submission_id ?? "", job]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Ray kills a worker of a node that runs out of memory, and says so. */
function seenAs(job: Job | undefined): Seen {
  if (job === undefined) return { kind: "gone", why: "Ray does not know it" };
  const said = job.message ?? "";
  if (/out[- ]of[- ]memory|OutOfMemory|running low on memory/iu.test(said.split("\n")[0] ?? ""))
    return { kind: "ended-for-cause", why: `Ray ended it: ${said.split("\n")[0]?.slice(0, 200)}` };
  return { kind: "gone", why: job.status === "SUCCEEDED" ? null : `${job.status} in Ray` };
}

/** Whether the sign of life of a try has not changed for so long; clocks of other machines do not matter. */
function silence(silenceMs: number): (folder: string) => Promise<boolean> {
  const seen = new Map<string, { mtimeMs: number; at: number }>();
  return async (folder) => {
    const { mtimeMs } = await stat(join(folder, "beat")).catch(() => ({ mtimeMs: 0 }));
    const before = seen.get(folder);
    const now = performance.now();
    if (before?.mtimeMs === mtimeMs) return now - before.at > silenceMs;
    seen.set(folder, { mtimeMs, at: now });
    return false;
  };
}
