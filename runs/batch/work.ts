import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RunRefused } from "../errors.ts";
import { locker } from "../record/file-lock.ts";
import type { Limits, OpenBatch } from "./batch.ts";
import { type Account, type AtWork, limitsOfNext, plus, readShare, writeShare } from "./caps.ts";
import type { Attempt, Engine, Slots } from "./engine.ts";
import {
  isRefused,
  lastAttempt,
  nextAttempt,
  type Standing,
  standingOf,
  untilMended,
} from "./frontier.ts";
import { type Job, jobsOf } from "./matrix.ts";
import { NOTHING, type Spent, spentBy } from "./spent.ts";

/** How jobs are looked after. */
export type Work = {
  engine: Engine;
  /** The command of a job under these limits. */
  commandOf: (job: Job, limits: Limits) => string[];
  /** Is told of every change, and at the start. */
  onChange: (standings: readonly Standing[]) => void;
  /** The first says: start nothing more, and pause what runs. The second: kill it. */
  stop: { readonly asked: 0 | 1 | 2 };
  /** Names of the GPUs that jobs may use, as `CUDA_VISIBLE_DEVICES` has them; null where the engine hands them out. */
  gpus: readonly string[] | null;
  pollMs?: number;
};

const POLL_MS = 200;

/**
 * Works on a batch until every job is done or has failed for good, or until it is stopped; what an earlier process
 * left at work is looked after as well. Throws `RunRefused` while another process works on it.
 */
export async function workOn({ folder, batch }: OpenBatch, work: Work): Promise<Standing[]> {
  const lock = await locker().take(join(folder, "lock.json"));
  if (!("release" in lock)) {
    const pid = lock.holder === null ? "another process" : `process ${lock.holder.pid}`;
    throw new RunRefused(`${folder}: ${pid} is working on this batch; wait for it, or stop it`);
  }
  try {
    const foreman = new Foreman({ folder, batch }, work);
    await foreman.begin();
    while (foreman.isBusy) {
      await foreman.startWhatFits();
      await sleep(work.pollMs ?? POLL_MS);
      await foreman.look();
    }
    return foreman.standings;
  } finally {
    await lock.release();
  }
}

/** Who knows how all jobs stand. */
class Foreman {
  readonly #open: OpenBatch;
  readonly #work: Work;
  #standings: Standing[] = [];
  /** Of jobs by id: what they have used before, and what those at work may use. */
  readonly #spent = new Map<string, Spent>();
  readonly #limits = new Map<string, Limits>();
  readonly #gpus = new Map<string, readonly string[]>();
  #stopped = 0;

  constructor(open: OpenBatch, work: Work) {
    this.#open = open;
    this.#work = work;
  }

  get standings(): Standing[] {
    return this.#standings;
  }

  get isBusy(): boolean {
    const { stop } = this.#work;
    const some = (kind: string) => this.#standings.some(({ state }) => state.kind === kind);
    return some("running") || (stop.asked === 0 && this.#standings.some(isStartable));
  }

  /** Finds how every job stands from the folders alone. */
  async begin(): Promise<void> {
    const { folder, batch } = this.#open;
    for (const job of jobsOf(folder, batch)) {
      const standing = await this.#standingOf(job);
      this.#standings.push(standing);
      const { state } = standing;
      if (this.#isCapped && standing.attempts > 0)
        this.#spent.set(job.id, await spentBy(job, state.kind === "done"));
      const attempt = state.kind === "running" ? await lastAttempt(job) : null;
      if (attempt === null) continue;
      const { limits, gpus } = await readShare(attempt);
      this.#limits.set(job.id, limits);
      this.#gpus.set(job.id, gpus);
    }
    this.#work.onChange(this.#standings);
  }

  /** Starts waiting jobs in order as far as slots and limits allow. */
  async startWhatFits(): Promise<void> {
    const { stop, engine } = this.#work;
    if (stop.asked > 0) return;
    const capacity = await engine.capacity();
    const attempts: Attempt[] = [];
    for (const [place, standing] of this.#standings.entries()) {
      if (!isStartable(standing)) continue;
      if (!this.#fits(capacity)) break;
      const limits = this.#limitsOf(standing.job);
      if (typeof limits === "string") {
        const why = `not started: ${limits}`;
        this.#replace(place, { ...standing, state: { kind: "failed", exitCode: null, why } });
        continue;
      }
      attempts.push(await this.#prepare(place, standing, limits));
    }
    if (attempts.length > 0) await engine.submit(attempts);
  }

  /** The next try of a job, which counts as at work from here on. */
  async #prepare(place: number, standing: Standing, limits: Limits): Promise<Attempt> {
    const { commandOf } = this.#work;
    const { job } = standing;
    const attempt = await nextAttempt(standing);
    const needs = this.#open.batch.needs;
    const free = this.#freeGpus();
    const gpus = free?.slice(0, needs.gpus) ?? [];
    await writeShare(attempt, { limits, gpus });
    const env: Record<string, string> =
      free === null || needs.gpus === 0 ? {} : { CUDA_VISIBLE_DEVICES: gpus.join(",") };
    this.#limits.set(job.id, limits);
    this.#gpus.set(job.id, gpus);
    const state = { kind: "running" as const, attempt };
    this.#replace(place, { ...standing, attempts: standing.attempts + 1, state });
    return { folder: attempt, command: commandOf(job, limits), env, needs };
  }

  /** Looks at what is at work, and passes a wish to stop on to it. */
  async look(): Promise<void> {
    const { stop, engine } = this.#work;
    const asked = stop.asked;
    if (asked > this.#stopped) {
      const running = this.#standings.flatMap(({ state }) =>
        state.kind === "running" ? [state.attempt] : [],
      );
      await engine.cancel(running, asked === 1 ? "gently" : "at-once");
    }
    for (const [place, { job, state }] of this.#standings.entries()) {
      if (state.kind !== "running") continue;
      const now = await engine.state(state.attempt);
      if (now.kind === "running") continue;
      const standing = await this.#standingOf(job);
      this.#limits.delete(job.id);
      this.#gpus.delete(job.id);
      if (this.#isCapped)
        this.#spent.set(job.id, await spentBy(job, standing.state.kind === "done"));
      this.#replace(place, isRefused(now) ? untilMended(standing) : standing);
    }
    this.#stopped = asked;
  }

  #replace(place: number, standing: Standing): void {
    this.#standings = this.#standings.with(place, standing);
    this.#work.onChange(this.#standings);
  }

  #standingOf(job: Job): Promise<Standing> {
    return standingOf(job, this.#open.batch.retries, this.#work.engine);
  }

  get #isCapped(): boolean {
    return Object.values(this.#open.batch.limits).some((limit) => limit !== null);
  }

  #limitsOf(job: Job): Limits | string {
    const { limits, jobLimits } = this.#open.batch;
    const own = this.#spent.get(job.id) ?? NOTHING;
    const resting = this.#standings.filter(({ state }) => state.kind !== "running");
    const spent = resting.reduce(
      (sum, { job: each }) => plus(sum, this.#spent.get(each.id) ?? NOTHING),
      NOTHING,
    );
    const atWork: AtWork[] = [...this.#limits].map(([id, each]) => ({
      limits: each,
      spent: this.#spent.get(id) ?? NOTHING,
    }));
    const waiting = this.#standings.filter(isStartable).length;
    const account: Account = { limits, jobLimits, spent, atWork, waiting };
    return limitsOfNext(account, own);
  }

  #fits(capacity: Slots): boolean {
    const running = this.#standings.filter(({ state }) => state.kind === "running").length;
    const { needs } = this.#open.batch;
    const fits = (kind: keyof Slots) => (running + 1) * needs[kind] <= capacity[kind];
    return running === 0 || (fits("cpus") && fits("memoryMb") && fits("gpus"));
  }

  #freeGpus(): string[] | null {
    const taken = new Set([...this.#gpus.values()].flat());
    return this.#work.gpus?.filter((gpu) => !taken.has(gpu)) ?? null;
  }
}

function isStartable({ state }: Standing): boolean {
  return state.kind === "waiting";
}
