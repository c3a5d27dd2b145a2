import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import * as z from "zod";
import { errorCode } from "../errors.ts";
import { spentOn } from "../ledger.ts";
import { writeAtomically } from "../record/atomic-file.ts";
import { runFiles } from "../record/folder.ts";
import { filesBelow, hashFile } from "../record/hash-file.ts";
import { parseJson, readEvents } from "../record/journal-lines.ts";
import { expectedScoreOf } from "../report/expected-score.ts";
import { protectsFilesIn, UNPROTECTED } from "../report/protection.ts";
import { sha256 } from "../sha256.ts";
import {
  canariesOf,
  evaluationsOf,
  memoryOf,
  modelsOf,
  networkOf,
  noiseOf,
  openingOf,
  searchesOf,
  submissionOf,
} from "./facts.ts";

const FORMAT = 1;
const Hash = z.string().regex(/^[0-9a-f]{64}$/u);

/** What a run certifies; everything in it can be recomputed from the run folder and the data. */
export const Certificate = z.looseObject({
  format: z.literal(FORMAT),
  /** Hash of all other fields. */
  sha256: Hash,
  body: z.looseObject({
    journal: z.object({ lines: z.number(), sha256: Hash }),
    files: z.record(z.string(), Hash),
  }),
});
export type Certificate = z.infer<typeof Certificate>;

/** Writes `certificate.json` of a run that has ended; one that is there stays as it is. */
export async function certify(folder: string): Promise<void> {
  const { certificate } = runFiles(folder);
  if ((await hashFile(certificate)) !== null) return;
  const body = await bodyOf(folder);
  if (body === null) throw new Error(`${folder}: a run that has not ended has nothing to certify`);
  const text = JSON.stringify({ format: FORMAT, sha256: hashOf(body), body }, null, 2);
  await writeAtomically(certificate, `${text}\n`);
}

/**
 * What the certificate of a run says now; it says something else once anything it is made from has changed. Null
 * for a run whose journal has no end.
 */
export async function bodyOf(folder: string): Promise<Record<string, unknown> | null> {
  const files = runFiles(folder);
  const events = await readEvents(files.journal);
  const started = events.find((event) => event.type === "run-started")?.value;
  const ended = events.findLast((event) => event.type === "run-ended")?.value;
  if (started === undefined || ended === undefined) return null;
  const { kind, strategy, hash } = started.split;
  return {
    /** Null where none is due. */
    warning: protectsFilesIn(events) === false ? UNPROTECTED : null,
    tool: { name: "mle-star", version: started.version },
    competition: started.competition,
    mode: started.mode,
    seed: started.seed,
    hashes: { data: started.dataHash, config: started.configHash },
    split: { kind, strategy, hash },
    environment: {
      sandbox: started.sandbox,
      packages: started.packages.length,
      packagesSha256: hashOf(started.packages),
    },
    models: modelsOf(events),
    searches: searchesOf(events),
    ...memoryOf(events),
    network: networkOf(events, started),
    evaluations: evaluationsOf(events),
    noise: noiseOf(events, { started, ended }),
    canaries: canariesOf(events),
    submission: submissionOf(events),
    scores: {
      search: ended.searchScore,
      sealed: ended.sealedScore,
      sealedInterval: ended.sealedInterval,
      expected: expectedScoreOf(events),
      sealedOpened: openingOf(events),
    },
    status: ended.status,
    spent: spentOn(events),
    journal: { lines: events.length, sha256: await hashFile(files.journal) },
    files: await hashFiles(folder),
  };
}

function hashOf(value: unknown): string {
  return sha256(JSON.stringify(value));
}

/** Deliverables, and what scores are computed from: the split, the labels it hides, the banked predictions. */
async function hashFiles(folder: string): Promise<Record<string, string>> {
  const { submission, solution, solutions, referee } = runFiles(folder);
  const frozen = ["split.json", "sealed.json"].map((name) => join(referee, name));
  const roots = [submission, solution, solutions, ...frozen];
  const found: string[] = [];
  for (const root of [...roots, join(referee, "labels"), join(referee, "bank")])
    found.push(...(await filesBelow(root)));
  const hashes: Record<string, string> = {};
  for (const path of found.sort()) {
    const hash = await hashFile(path);
    if (hash !== null) hashes[relative(folder, path)] = hash;
  }
  return hashes;
}

/** The certificate of a run, and whether it is whole; null where there is none. */
export async function readCertificate(folder: string): Promise<Certificate | string | null> {
  let text: string;
  try {
    text = await readFile(runFiles(folder).certificate, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
  const raw = parseJson(text);
  if (!Certificate.safeParse(raw).success) return "it cannot be read as a certificate";
  // The schema would put the fields in another order.
  const certificate = raw as Certificate;
  const { format, sha256: own, body } = certificate;
  const canonical = `${JSON.stringify({ format, sha256: own, body }, null, 2)}\n`;
  return canonical === text && hashOf(body) === own
    ? certificate
    : "it is not what was written: its own hash differs";
}
