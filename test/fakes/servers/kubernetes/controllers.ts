import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { V1Job, V1Pod } from "@kubernetes/client-node";
import type { Store, Stored } from "./store.ts";

const isLive = (pod: V1Pod) => pod.status?.phase === "Pending" || pod.status?.phase === "Running";

/**
 * What a cluster does with Jobs: its controller makes a pod, and another one where the last was disrupted; the kubelet
 * runs the command of the first container as a process of this machine, with the variables of its Secrets.
 */
export class Controllers {
  readonly #store: Store;
  readonly #secrets: Readonly<Record<string, Record<string, string>>>;
  readonly #processes = new Map<string, ChildProcess>();

  constructor(store: Store, secrets: Readonly<Record<string, Record<string, string>>>) {
    this.#store = store;
    this.#secrets = secrets;
  }

  /** Follows a Job that is new or has changed. */
  reconcile(name: string): void {
    const job = this.#store.get("jobs", name) as V1Job | null;
    if (job === null || isFinished(job) || job.spec?.suspend === true) return;
    const pods = this.podsOf(name);
    if (job.metadata?.deletionTimestamp !== undefined) {
      if (pods.length === 0) this.#store.remove("jobs", name);
      return;
    }
    if (pods.some(isLive)) return;
    const ended = pods.filter((pod) => !isIgnored(job, pod));
    if (ended.some(({ status }) => status?.phase === "Succeeded")) this.#finish(name, "Complete");
    else if (ended.length > (job.spec?.backoffLimit ?? 6))
      this.#finish(name, "Failed", "BackoffLimitExceeded");
    else this.#startPod(job);
  }

  podsOf(job: string): V1Pod[] {
    const isOwn = (pod: Stored) => pod.metadata.labels?.["batch.kubernetes.io/job-name"] === job;
    return this.#store.list("pods", isOwn) as V1Pod[];
  }

  /** A Job that is deleted stays until its pods are gone. */
  deleteJob(name: string): void {
    this.#store.change("jobs", name, ({ metadata }) => {
      metadata.deletionTimestamp = new Date().toISOString();
    });
    for (const pod of this.podsOf(name)) this.deletePod(pod.metadata?.name ?? "", null);
    this.reconcile(name);
  }

  deletePod(name: string, graceSeconds: number | null): void {
    const pod = this.#store.get("pods", name) as V1Pod | null;
    if (pod === null) return;
    this.#store.change("pods", name, ({ metadata }) => {
      metadata.deletionTimestamp = new Date().toISOString();
    });
    const seconds = graceSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
    if (!this.#end(name, seconds)) this.#gone(name);
  }

  /** The eviction API, a drain, or preemption: the pod is disrupted, and then ended as any other. */
  evict(name: string): void {
    this.#store.change("pods", name, (pod) => {
      const status = (pod as V1Pod).status ?? {};
      status.conditions = [
        { type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" },
      ];
      pod.status = status;
    });
    this.deletePod(name, null);
  }

  /** The kubelet ends a container whose processes took more memory than its limit. */
  killForMemory(name: string): void {
    this.#store.change("pods", name, ({ metadata }) => {
      metadata.annotations = { made: "OOMKilled" };
    });
    this.#kill(name, "SIGKILL");
  }

  close(): void {
    for (const name of this.#processes.keys()) this.#kill(name, "SIGKILL");
  }

  #startPod(job: V1Job): void {
    const name = `${job.metadata?.name}-${randomBytes(3).toString("hex")}`;
    const template = job.spec?.template;
    const labels = {
      ...template?.metadata?.labels,
      "batch.kubernetes.io/job-name": job.metadata?.name ?? "",
    };
    const phase = { phase: "Pending" };
    this.#store.put("pods", { metadata: { name, labels }, spec: template?.spec, status: phase });
    const [container] = template?.spec?.containers ?? [];
    const names = (container?.envFrom ?? []).map(({ secretRef }) => secretRef?.name ?? "");
    const missing = names.find((each) => this.#secrets[each] === undefined);
    const isNowhere = container?.image?.includes("nowhere") === true;
    const variables = Object.assign({}, ...names.map((each) => this.#secrets[each]));
    if (missing !== undefined)
      this.#wait(name, "CreateContainerConfigError", `secret "${missing}" not found`);
    else if (isNowhere)
      this.#wait(name, "ImagePullBackOff", `Back-off pulling image "${container?.image}"`);
    else this.#run(name, container?.command ?? [], variables);
  }

  #wait(name: string, reason: string, message: string): void {
    this.#store.change("pods", name, (pod) => {
      pod.status = {
        phase: "Pending",
        containerStatuses: [{ name: "job", state: { waiting: { reason, message } } }],
      };
    });
  }

  #run(name: string, [program = "", ...args]: string[], variables: Record<string, string>): void {
    const env = { PATH: process.env.PATH, ...variables };
    const child = spawn(program, args, { env, detached: true, stdio: "ignore" });
    this.#processes.set(name, child);
    this.#store.change("pods", name, (pod) => {
      pod.status = { phase: "Running" };
    });
    child.once("exit", (code, signal) => {
      // With the first process of a container all others go.
      this.#kill(name, "SIGKILL");
      this.#processes.delete(name);
      this.#ended(name, code ?? (signal === "SIGKILL" ? 137 : 143));
    });
  }

  #ended(name: string, exitCode: number): void {
    this.#store.change("pods", name, (pod) => {
      const isForMemory = (pod.metadata.annotations as { made?: string } | undefined)?.made;
      const reason = isForMemory ?? (exitCode === 0 ? "Completed" : "Error");
      pod.status = {
        ...(pod as V1Pod).status,
        phase: exitCode === 0 ? "Succeeded" : "Failed",
        containerStatuses: [{ name: "job", state: { terminated: { exitCode, reason } } }],
      };
    });
    const pod = this.#store.get("pods", name);
    this.reconcile(pod?.metadata.labels?.["batch.kubernetes.io/job-name"] ?? "");
    if (pod?.metadata.deletionTimestamp !== undefined) this.#gone(name);
  }

  #gone(name: string): void {
    const job = this.#store.get("pods", name)?.metadata.labels?.["batch.kubernetes.io/job-name"];
    this.#store.remove("pods", name);
    const isDeleted = this.#store.get("jobs", job ?? "")?.metadata.deletionTimestamp !== undefined;
    if (isDeleted) this.reconcile(job ?? "");
  }

  /** Asks the first process to end, and after its grace kills all. False where there is none. */
  #end(name: string, graceSeconds: number): boolean {
    const child = this.#processes.get(name);
    if (child === undefined) return false;
    child.kill("SIGTERM");
    setTimeout(() => this.#kill(name, "SIGKILL"), graceSeconds * 1000).unref();
    return true;
  }

  #kill(name: string, signal: NodeJS.Signals): void {
    const pid = this.#processes.get(name)?.pid;
    try {
      if (pid !== undefined) process.kill(-pid, signal);
    } catch {
      // They have all ended.
    }
  }

  #finish(name: string, type: "Complete" | "Failed", reason?: string): void {
    this.#store.change("jobs", name, (job) => {
      job.status = { conditions: [{ type, status: "True", reason }] };
    });
  }
}

function isFinished({ status }: V1Job): boolean {
  return status?.conditions?.some(({ type }) => type === "Complete" || type === "Failed") ?? false;
}

/** A failure that does not count, by the Job's own policy. */
function isIgnored(job: V1Job, pod: V1Pod): boolean {
  const conditions = pod.status?.conditions ?? [];
  return (job.spec?.podFailurePolicy?.rules ?? []).some(
    ({ action, onPodConditions }) =>
      action === "Ignore" &&
      onPodConditions?.some(({ type }) => conditions.some((each) => each.type === type)),
  );
}
