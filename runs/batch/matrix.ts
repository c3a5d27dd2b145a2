import { join } from "node:path";
import type { Batch, BatchCompetition, Configuration } from "./batch.ts";

/** One run of one competition with one seed and one configuration. */
export type Job = {
  id: string;
  competition: BatchCompetition;
  configuration: Configuration;
  seed: number;
  /** Its folder: tries, and the runs folder of its run. */
  folder: string;
};

/** All jobs of a batch: every competition once before any has its second seed, so that early results cover all. */
export function jobsOf(folder: string, batch: Batch): Job[] {
  const jobs: Job[] = [];
  for (let seed = 0; seed < batch.seeds; seed++) {
    for (const competition of batch.competitions) {
      for (const configuration of batch.configurations) {
        const name = `${configuration.name}-seed-${seed}`;
        const id = `${competition.id}/${name}`;
        const place = join(folder, "jobs", competition.id, name);
        jobs.push({ id, competition, configuration, seed, folder: place });
      }
    }
  }
  return jobs;
}

/** The runs folder that a job's run lies in, and its run's id. */
export function runsOf({ folder }: Pick<Job, "folder">): string {
  return join(folder, "runs");
}

export const RUN_ID = "run";
