import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { diskError, RunRefused } from "../errors.ts";
import { writeAtomically } from "../record/atomic-file.ts";

/** The form of a batch folder; another one is another program's. */
const VERSION = 1;

const MAX_NAMED = 5;

const limit = z.number().positive().nullable();
/** Hard limits: dollars, tokens, and hours of wall clock. */
export const Limits = z.strictObject({ usd: limit, tokens: limit, hours: limit });
export type Limits = z.infer<typeof Limits>;

export const NO_LIMITS: Limits = { usd: null, tokens: null, hours: null };

const BatchCompetition = z.strictObject({
  /** Names its folders; the id of MLE-bench where it is one of those. */
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u),
  /** What \`mle-star run\` is given. */
  reference: z.string(),
});
export type BatchCompetition = z.infer<typeof BatchCompetition>;

/** Named options of `mle-star run`; those that tell runs apart, no limits. */
const Configuration = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/u),
  options: z.array(z.string()),
});
export type Configuration = z.infer<typeof Configuration>;

const BatchFile = z.strictObject({
  version: z.literal(VERSION),
  createdAt: z.string(),
  /** The list of MLE-bench that was asked for; null for any other choice. */
  list: z.string().nullable(),
  competitions: z.array(BatchCompetition),
  configurations: z.array(Configuration),
  seeds: z.number().int().positive(),
  /** What each job may use, and all together. */
  jobLimits: Limits,
  limits: Limits,
  /** How often a job that failed is tried again. */
  retries: z.number().int().min(0),
  /** What a job takes of the machine. */
  needs: z.strictObject({ cpus: z.number(), memoryMb: z.number(), gpus: z.number() }),
});
export type Batch = z.infer<typeof BatchFile>;

/** Limits as a person names them; those that are not named stay as they were. */
export type NamedLimits = { [kind in keyof Limits]?: Limits[kind] | undefined };

/** What a person asks for; of a batch that is there, it may only add. */
export type WantedBatch = Omit<Batch, "version" | "createdAt" | "jobLimits" | "limits"> & {
  jobLimits: NamedLimits;
  limits: NamedLimits;
};

/** A batch and its folder. */
export type OpenBatch = { folder: string; batch: Batch };

function fileOf(folder: string): string {
  return join(folder, "batch.json");
}

/** Reads a batch folder; throws `RunRefused` for one that is none, or of another version. */
export async function readBatch(folder: string): Promise<Batch> {
  const file = fileOf(folder);
  if (!existsSync(file))
    throw new RunRefused(
      `${folder}: no batch here (there is no batch.json)${await batchesBeside(folder)}`,
    );
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw diskError(error, file);
    throw new RunRefused(`${file}: damaged; restore it from a backup, or choose another --batch`);
  }
  const version = z.object({ version: z.number() }).safeParse(content);
  if (version.success && version.data.version !== VERSION)
    throw new RunRefused(
      `${file}: a batch of version ${version.data.version}, this program writes version ${VERSION}; choose another --batch`,
    );
  const read = BatchFile.safeParse(content);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new RunRefused(`${file}: ${issue?.path.join(".")}: ${issue?.message}`);
}

/** The batches that lie where one was looked for, in words; empty where there are none. */
async function batchesBeside(folder: string): Promise<string> {
  const around = dirname(folder);
  const names = await readdir(around).catch(() => []);
  const batches = names.filter((name) => existsSync(fileOf(join(around, name)))).sort();
  if (batches.length === 0) return "";
  const more = batches.length > MAX_NAMED ? ", …" : "";
  return `; batches beside it: ${batches.slice(0, MAX_NAMED).join(", ")}${more}`;
}

/**
 * Makes a batch, or adds to the one that is there: competitions, seeds, configurations. Limits that this call names and
 * its retries replace those of before. Throws `RunRefused` where a configuration of that name had other options, or jobs
 * other hours. `usualLimits`: of a job of a new batch, where none are named.
 */
export async function openBatch(
  folder: string,
  wanted: WantedBatch,
  usualLimits: Limits = NO_LIMITS,
): Promise<OpenBatch> {
  const known = existsSync(fileOf(folder)) ? await readBatch(folder) : null;
  const createdAt = known?.createdAt ?? new Date().toISOString();
  const asked = known === null ? wanted : added(folder, known, wanted);
  const before = known ?? { jobLimits: usualLimits, limits: NO_LIMITS };
  const batch: Batch = {
    version: VERSION,
    createdAt,
    ...asked,
    jobLimits: replaced(before.jobLimits, wanted.jobLimits),
    limits: replaced(before.limits, wanted.limits),
  };
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder);
  }
  await writeAtomically(fileOf(folder), `${JSON.stringify(batch, null, 2)}\n`);
  return { folder, batch };
}

function added(folder: string, known: Batch, wanted: WantedBatch): WantedBatch {
  for (const { name, options } of wanted.configurations) {
    const before = known.configurations.find((each) => each.name === name);
    if (before === undefined || before.options.join("\0") === options.join("\0")) continue;
    throw new RunRefused(
      `${folder}: configuration ${name} was \`${before.options.join(" ")}\` when this batch began, now it is \`${options.join(" ")}\`; use the same options, another name (--configuration), or another --batch`,
    );
  }
  for (const { id, reference } of wanted.competitions) {
    const before = known.competitions.find((each) => each.id === id);
    if (before === undefined || before.reference === reference) continue;
    throw new RunRefused(
      `${folder}: ${id} was ${before.reference} when this batch began, now it is ${reference}; choose another --batch`,
    );
  }
  const { hours } = wanted.jobLimits;
  if (hours !== undefined && hours !== known.jobLimits.hours)
    throw new RunRefused(
      `${folder}: a job had ${hoursWords(known.jobLimits.hours)} when this batch began, now it has ${hoursWords(hours)}, and scores of both could not be compared; name the same hours or none, or another --batch`,
    );
  return {
    ...wanted,
    list: known.list === wanted.list ? known.list : null,
    // Runs are told their share of the machine, which must not change while they can be resumed.
    needs: known.needs,
    seeds: Math.max(known.seeds, wanted.seeds),
    competitions: union(known.competitions, wanted.competitions, ({ id }) => id),
    configurations: union(known.configurations, wanted.configurations, ({ name }) => name),
  };
}

function hoursWords(hours: number | null): string {
  return hours === null ? "no hours of its own" : `${hours} h`;
}

function replaced(before: Limits, named: NamedLimits): Limits {
  const of = (kind: keyof Limits) => {
    const limit = named[kind];
    return limit === undefined ? before[kind] : limit;
  };
  return { usd: of("usd"), tokens: of("tokens"), hours: of("hours") };
}

function union<T>(known: readonly T[], more: readonly T[], keyOf: (item: T) => string): T[] {
  const keys = new Set(known.map(keyOf));
  return [...known, ...more.filter((item) => !keys.has(keyOf(item)))];
}
