import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { ConfigInvalid, EngineRefused } from "../../../errors.ts";
import { writeAtomically } from "../../../record/atomic-file.ts";
import { sha256 } from "../../../sha256.ts";
import type { Engine, Slots } from "../../engine.ts";
import { type Seen, stateBy, turnsOf, writeJobFile } from "../job-file.ts";
import { listing } from "../listing.ts";
import { EngineSilent, type Method, patient, type Rest, restClient } from "../rest.ts";
import { type Access, findAccess } from "./access.ts";
import { BATCH_LABEL, type KubernetesSettings, manifestOf } from "./manifest.ts";
import { watched } from "./watch.ts";

/** A Job as far as it is looked at. */
const Job = z.object({
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string().nullish() }))
        .nullish(),
    })
    .nullish(),
});
const State = z.object({ reason: z.string().nullish(), message: z.string().nullish() }).nullish();
const Pod = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).nullish() }),
  status: z
    .object({
      containerStatuses: z
        .array(z.object({ state: z.object({ waiting: State, terminated: State }).nullish() }))
        .nullish(),
    })
    .nullish(),
});
type Pod = z.infer<typeof Pod>;
/** What the API server says where it refuses. */
const Status = z.object({ message: z.string(), reason: z.string().nullish() });

/** Why a container is never started, however long one waits (kubelet's `images/types.go`, `kuberuntime`). */
const HOPELESS = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "ErrImageNeverPull",
  "ImagePullBackOff",
  "InvalidImageName",
  "RunContainerError",
]);
const JOB_NAME_LABEL = "batch.kubernetes.io/job-name";

export type KubernetesOptions = {
  /** The batch folder, on a volume that pods see under the same path. */
  folder: string;
  settings: KubernetesSettings;
  variables: string | null;
  capacity: Slots;
  environment: NodeJS.ProcessEnv;
  /** Where a pod finds its own account, if not where Kubernetes mounts it. */
  account?: string;
};

/**
 * Jobs of `batch/v1`, a pod each. The truth is the folder of a try; the API says whether its Job is there, and why a
 * pod does not start or was ended.
 *
 * @throws EngineRefused where no API server answers, or jobs and pods of the namespace cannot be listed
 */
export async function kubernetesEngine(options: KubernetesOptions): Promise<Engine> {
  const { folder, settings, variables, capacity, environment } = options;
  refuseUnsharedFolder(folder, settings);
  const access = await findAccess(settings.context ?? null, environment, options.account);
  const namespace = settings.namespace ?? access.namespace;
  const ask = api(access);
  const patiently = patient(ask);
  const jobsPath = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const podsPath = `/api/v1/namespaces/${namespace}/pods`;
  const batch = hash(folder);
  const label = `${BATCH_LABEL}=${batch}`;
  const jobs = listing(watched(ask, { path: jobsPath, label, shape: Job }));
  const pods = listing(watched(ask, { path: podsPath, label, shape: Pod }));
  await jobs.read();
  await pods.read();

  const look = async (place: string): Promise<Seen> => {
    if (!existsSync(fileOf(place))) return { kind: "gone", why: null };
    const [known, before] = await Promise.all([jobs.read(), pods.read()]);
    if (known === null) return { kind: "there" };
    const job = known.get(idOf(place));
    if (job === undefined) return { kind: "gone", why: "its Job was deleted" };
    const ended = job.status?.conditions?.find(
      ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
    );
    if (ended !== undefined) {
      // How its pod ended was written before the Job had failed, yet maybe after the pods were read.
      pods.forget();
      const own = containersOf(await pods.read(), idOf(place));
      return seenAs(ended.type === "Failed" ? ended.reason : null, own);
    }
    const hopeless = containersOf(before, idOf(place)).find(({ waiting }) =>
      HOPELESS.has(waiting?.reason ?? ""),
    )?.waiting;
    if (hopeless === undefined || (await turnsOf(place)).length > 0) return { kind: "there" };
    await remove(place, "at-once");
    return { kind: "gone", why: `${hopeless?.reason}: ${hopeless?.message ?? settings.image}` };
  };
  const remove = async (place: string, how: "gently" | "at-once") => {
    // A Job that goes in the foreground is there for as long as its pod.
    const foreground = { propagationPolicy: "Foreground" };
    await patiently("DELETE", `${jobsPath}/${idOf(place)}`, foreground);
    if (how === "gently") return;
    const selector = new URLSearchParams({ labelSelector: `${JOB_NAME_LABEL}=${idOf(place)}` });
    await patiently("DELETE", `${podsPath}?${selector}`, { gracePeriodSeconds: 1 });
  };
  return {
    name: "kubernetes",
    place: `namespace ${namespace} of ${access.server}`,
    capacity: async () => capacity,
    logs: (place) => join(place, "log.txt"),
    state: (place) => stateBy(place, () => look(place)),
    async submit(attempts) {
      for (const attempt of attempts) {
        const file = await writeJobFile(attempt, { beats: false, forwards: true, variables });
        const id = idOf(attempt.folder);
        const manifest = manifestOf(settings, { id, batch, attempt, file });
        await writeAtomically(fileOf(attempt.folder), `${JSON.stringify(manifest)}\n`);
        await patiently("POST", jobsPath, manifest);
      }
      jobs.forget();
    },
    async cancel(places, how) {
      for (const place of places) await remove(place, how);
      jobs.forget();
    },
  };
}

function refuseUnsharedFolder(folder: string, { volumes }: KubernetesSettings): void {
  const holds = ({ path, readOnly }: (typeof volumes)[number]) =>
    !readOnly && `${folder}/`.startsWith(path.endsWith("/") ? path : `${path}/`);
  if (!volumes.some(holds))
    throw new ConfigInvalid(
      `kubernetes: no volume that can be written holds the batch folder ${folder}; name one under \`volumes\`, or put --runs-dir on it`,
    );
}

function hash(folder: string): string {
  return sha256(folder).slice(0, 24);
}

/** The same try always has the same name, so that the server itself refuses a second one. */
function idOf(place: string): string {
  return `mle-star-${hash(place)}`;
}

/** What was asked for; written before it is asked. */
function fileOf(place: string): string {
  return join(place, "kubernetes.json");
}

/** The API; what it refuses is the user's to mend. */
function api({ server, headers, dispatcher }: Access): Rest {
  const who = `Kubernetes at ${server}`;
  return async (method, path, body) => {
    const ask = restClient({ who, base: server, headers: await headers(), dispatcher });
    const answer = await ask(method, path, body);
    if (answer.status < 300 || isExpected(method, answer.status)) return answer;
    const { message, reason } = statusOf(answer.text);
    // Another wrote the same quota at the same time, or a store behind it is slow.
    const isPassing = answer.status >= 500 || (answer.status === 409 && reason === "Conflict");
    if (answer.status === 409 && !isPassing) return answer;
    throw new (isPassing ? EngineSilent : EngineRefused)(`${who}: ${message}`);
  };
}

/** A list or a watch that has expired, and what is deleted already. */
function isExpected(method: Method, status: number): boolean {
  return (method === "GET" && status === 410) || (method === "DELETE" && status === 404);
}

function statusOf(text: string): z.infer<typeof Status> {
  try {
    return Status.parse(JSON.parse(text));
  } catch {
    return { message: text.trim().slice(0, 300) };
  }
}

/** How the containers of a Job are, those of pods that were replaced included. */
function containersOf(pods: ReadonlyMap<string, Pod> | null, id: string) {
  return [...(pods?.values() ?? [])]
    .filter(({ metadata }) => metadata.labels?.[JOB_NAME_LABEL] === id)
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .flatMap(({ state }) => (state === null || state === undefined ? [] : [state]));
}

function seenAs(
  reason: string | null | undefined,
  containers: ReturnType<typeof containersOf>,
): Seen {
  if (containers.some(({ terminated }) => terminated?.reason === "OOMKilled"))
    return {
      kind: "ended-for-cause",
      why: "Kubernetes ended it: it took more memory than the job has (memory in the file of --engine-file)",
    };
  return {
    kind: "gone",
    why: reason === null || reason === undefined ? null : `${reason} in Kubernetes`,
  };
}
