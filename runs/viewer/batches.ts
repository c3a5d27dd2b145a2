import { readdir, realpath } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { type Batch, readBatch } from "../batch/batch.ts";
import { FILES_OF_TRY, localTries } from "../batch/engines/local.ts";
import { attemptNames, type Standing, standingOf } from "../batch/frontier.ts";
import { type Job, jobsOf, runsOf } from "../batch/matrix.ts";
import { diskError, errorCode, RunRefused } from "../errors.ts";
import type { ListRow } from "../report/run-list.ts";
import { placeOfJob } from "./layout.tsx";
import { placeOf, RunsFolder } from "./runs-folder.ts";
import type { Place, WatchedRun } from "./watched-run.ts";
import type { WatchedRuns } from "./watched-runs.ts";

/** The medals of a batch folder by the ids of its jobs; where thresholds are known, else nothing. */
export type MedalsOf = (folder: string) => Promise<ReadonlyMap<string, string>>;

/** A job as it is looked at: its run is null before it has begun. */
export type SeenJob = {
  job: Job;
  /** Where its run is looked at. */
  place: Place;
  state: Standing["state"]["kind"];
  why: string | null;
  run: ListRow | null;
  medal: string | null;
};

/** A batch as it is looked at; `batch` is null and `problem` says why when it cannot be read. */
export type SeenBatch = {
  name: string;
  batch: Batch | null;
  jobs: readonly SeenJob[];
  problem: string | null;
};

/** The batches of a runs folder. Only what lies in it is read, also where links lead; nothing is changed. */
export class Batches {
  readonly #root: string;
  readonly #medalsOf: MedalsOf;
  readonly #watched: WatchedRuns;
  readonly #runs = new Map<string, RunsFolder>();

  constructor(root: string, watched: WatchedRuns, medalsOf: MedalsOf) {
    this.#root = resolve(root);
    this.#watched = watched;
    this.#medalsOf = medalsOf;
  }

  async all(): Promise<SeenBatch[]> {
    const seen: SeenBatch[] = [];
    for (const name of await this.#names()) seen.push(await this.#look(name));
    return seen;
  }

  /** A batch by the name in an address; null when there is none. */
  async open(name: string): Promise<SeenBatch | null> {
    return (await this.#names()).includes(name) ? this.#look(name) : null;
  }

  /** The run of a job by the id of the job, read up to now; null when there is none. */
  async openRun(name: string, id: string): Promise<WatchedRun | null> {
    const seen = await this.open(name);
    const found = seen?.jobs.find(({ job }) => job.id === id) ?? null;
    if (found === null || found.run === null) return null;
    const { competition, id: run } = found.run;
    return this.#runsOfJob(found.job).open(competition, run, found.place);
  }

  async #names(): Promise<string[]> {
    const parent = join(this.#root, "batches");
    try {
      if (!(await this.#areOwn([parent]))) return [];
      const entries = await readdir(parent, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort();
    } catch (error) {
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
      throw diskError(error, parent);
    }
  }

  /** One that cannot be read must not hide the others. */
  async #look(name: string): Promise<SeenBatch> {
    const folder = join(this.#root, "batches", name);
    try {
      await this.#refuseLinks([join(folder, "batch.json"), join(folder, "grading.json")]);
      const batch = await readBatch(folder);
      const medals = await this.#medalsOf(folder);
      const jobs: SeenJob[] = [];
      for (const job of jobsOf(folder, batch)) {
        const place = placeOfJob(name, job);
        const medal = medals.get(job.id) ?? null;
        jobs.push({ ...(await this.#lookAtJob(job, batch)), place, medal });
      }
      return { name, batch, jobs, problem: null };
    } catch (error) {
      if (!(error instanceof RunRefused)) throw error;
      return { name, batch: null, jobs: [], problem: error.message };
    }
  }

  async #lookAtJob(job: Job, { retries }: Batch): Promise<Omit<SeenJob, "medal" | "place">> {
    await this.#refuseLinks([job.folder, runsOf(job)]);
    const tries = await attemptNames(job.folder);
    const files = tries.flatMap((name) => FILES_OF_TRY.map((file) => join(job.folder, name, file)));
    await this.#refuseLinks(files);
    const { state } = await standingOf(job, retries, localTries);
    const [run = null] = await this.#runsOfJob(job).rows();
    return { job, state: state.kind, why: "why" in state ? state.why : null, run };
  }

  #runsOfJob(job: Job): RunsFolder {
    const known = this.#runs.get(job.folder) ?? new RunsFolder(runsOf(job), this.#watched);
    this.#runs.set(job.folder, known);
    return known;
  }

  async #refuseLinks(paths: readonly string[]): Promise<void> {
    if (!(await this.#areOwn(paths)))
      throw new RunRefused("a file of this batch is a link to elsewhere; it is not read");
  }

  async #areOwn(paths: readonly string[]): Promise<boolean> {
    const places = await Promise.all(paths.map(placeOf));
    if (places.every((place) => place === null)) return true;
    const root = `${await realpath(this.#root)}${sep}`;
    return places.every((place) => place === null || place.startsWith(root));
  }
}
