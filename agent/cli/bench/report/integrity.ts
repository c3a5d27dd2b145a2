import { cpus, totalmem } from "node:os";
import type { Job } from "../../../../runs/batch/matrix.ts";
import { runFolderOf } from "../../../../runs/batch/spent.ts";
import { runFiles } from "../../../../runs/record/folder.ts";
import { hashFile } from "../../../../runs/record/hash-file.ts";
import { readEvents } from "../../../../runs/record/journal-lines.ts";
import type { Summary } from "../../../../runs/report/summary.ts";
import { sha256 } from "../../../../runs/sha256.ts";

/** What has to be disclosed of a batch, read from the journals of its runs. */
export type Integrity = {
  models: string[];
  /** This machine, where the report is written. */
  hardware: { cpus: number; cpu: string; memoryGb: number };
  hours: number;
  /** What scripts could reach, by policy. */
  network: string[];
  sandboxes: string[];
  /** Runs in which pages about the very competition were kept out. */
  benchmarkRuns: number;
  runs: number;
  /** Pages and queries that benchmark mode kept out. */
  blockedPages: number;
  promptsHash: string | null;
  certificates: { job: string; sha256: string | null }[];
  selfReported: string[];
};

type Told = { job: Job; summary: Summary | null };

/** The disclosure statement of a batch. */
export async function integrityOf(told: readonly Told[]): Promise<Integrity> {
  const begun = told.flatMap(({ summary }) => (summary === null ? [] : [summary]));
  const journals = await Promise.all(told.map(({ job }) => factsOf(job)));
  const facts = journals.flatMap((each) => (each === null ? [] : [each]));
  const [cpu] = cpus();
  const briefs = facts.map(({ brief }) => brief).sort();
  return {
    models: distinct(begun.map(({ model }) => model)),
    hardware: {
      cpus: cpus().length,
      cpu: cpu?.model.trim() ?? "unknown",
      memoryGb: Math.round(totalmem() / 2 ** 30),
    },
    hours: begun.reduce((sum, { seconds }) => sum + seconds / 3600, 0),
    network: distinct(begun.map(({ network }) => network)),
    sandboxes: distinct(begun.map(({ sandbox }) => sandbox)),
    benchmarkRuns: facts.filter(({ isBenchmark }) => isBenchmark).length,
    runs: facts.length,
    blockedPages: facts.reduce((sum, { blocked }) => sum + blocked, 0),
    promptsHash: briefs.length === 0 ? null : sha256(briefs.join("\n")),
    certificates: await Promise.all(told.map(({ job }) => certificateOf(job))),
    selfReported: told
      .filter(({ summary }) => summary?.mode === "self-reported")
      .map(({ job }) => job.id),
  };
}

async function factsOf(job: Job) {
  const folder = await runFolderOf(job);
  if (folder === null) return null;
  const events = await readEvents(runFiles(folder).journal);
  const started = events.find((event) => event.type === "run-started")?.value;
  if (started === undefined) return null;
  return {
    isBenchmark: (started.config as { benchmark?: unknown }).benchmark === true,
    blocked: events.reduce(
      (sum, event) => sum + (event.type === "searched" ? event.value.blocked.length : 0),
      0,
    ),
    brief: sha256(JSON.stringify(started.brief)),
  };
}

async function certificateOf({ id, ...job }: Job) {
  const folder = await runFolderOf({ id, ...job });
  return {
    job: id,
    sha256: folder === null ? null : await hashFile(runFiles(folder).certificate),
  };
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.flatMap((value) => (value === null ? [] : [value])))].sort();
}
