import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { CompetitionInvalid, diskError, errorCode } from "../../runs/errors.ts";
import { sha256 } from "../../runs/sha256.ts";
import type { TaskFile } from "../competition.ts";
import type { Doubt } from "../infer/infer.ts";
import { findParts } from "../infer/layout.ts";
import { shown } from "../message-text.ts";
import { runScript } from "../python-script.ts";
import { type Found, hashData, listData } from "./files.ts";
import { mayNeedPreparing, type Roles } from "./look.ts";
import { headerOf, targetsOf } from "./target-of-one-table.ts";
import { entryOf } from "./task-of-copy.ts";

/** What a folder may grow to: bytes, files, and the size from which a high ratio of packing is a bomb. */
export type Limits = { bytes: number; files: number; bomb: number };

/** More than any competition of tables, less than a disk (judgments). */
const LIMITS: Limits = { bytes: 100e9, files: 3_000_000, bomb: 2 ** 30 };

/** What the preparation is made with. */
export type Preparer = {
  /** Copies lie in its folder `prepared`; they can be deleted at any time. */
  cacheDir: string;
  /** The interpreter, asked for only where there is something to do. */
  python: () => Promise<string>;
  /** Asks a person; null without a terminal. */
  ask?: ((doubt: Doubt) => Promise<string>) | null;
  limits?: Limits;
  signal?: AbortSignal | null;
};

/** What is known of a folder before it is looked at. */
export type Wanted = { task: TaskFile | null; targets: readonly string[] | null };

/** A folder that every part of the program can read. */
export type Prepared = {
  /** The folder itself, or its copy. */
  folder: string;
  /** What was done, for people. */
  notes: string[];
  /** Original name -> name in the copy, of files that were converted. */
  names: Record<string, string>;
  /** Original name -> name in the copy, of columns. */
  renamed: Record<string, string>;
  /** The columns to predict, where the copy was made for them; else null. */
  targets: string[] | null;
  /** Hash of the original files, null where they are read as they stand. */
  originalHash: string | null;
};

const RolesSchema = z.object({
  train: z.string().nullable(),
  test: z.string().nullable(),
  sample: z.string().nullable(),
});

const Manifest = z.object({
  /** False where the careful look found nothing to do. */
  changed: z.boolean(),
  notes: z.array(z.string()),
  names: z.record(z.string(), z.string()),
  renamed: z.record(z.string(), z.string()),
  roles: RolesSchema,
  /** Where the copy depends on the columns to predict: which was asked for, and which were taken. */
  made: z
    .object({
      given: z.array(z.string()).nullable(),
      targets: z.array(z.string()).nullable(),
      /** Header of a training table that is the only table. */
      header: z.array(z.string()).nullable(),
    })
    .nullable(),
});
type Manifest = z.infer<typeof Manifest>;

const Gathered = z.union([
  z.object({ refused: z.string() }),
  z.object({
    changed: z.boolean(),
    notes: z.array(z.string()),
    names: z.record(z.string(), z.string()),
  }),
]);
const Agreed = z.union([
  z.object({ refused: z.string() }),
  z.object({
    changed: z.boolean(),
    notes: z.array(z.string()),
    renamed: z.record(z.string(), z.string()),
    targets: z.array(z.string()).nullable(),
  }),
]);

const SCRIPT = fileURLToPath(new URL("./python/preparing/main.py", import.meta.url));
/** Another form of the copies makes them anew. */
const VERSION = 5;

/**
 * The folder as every part of the program can read it: itself where its files are plain, else a copy that is made once
 * for its content. Throws `CompetitionInvalid` for what a person has to mend.
 */
export async function prepareFolder(
  folder: string,
  wanted: Wanted,
  preparer: Preparer,
): Promise<Prepared> {
  const found = await listData(folder);
  const named = wanted.task === null ? NO_ROLES : rolesAmong(found, rolesOfTask(wanted.task, {}));
  // A task may name what is made of the one table of a folder.
  const roles = areNone(named) ? rolesAmong(found, await rolesByName(folder)) : named;
  if (!(await mayNeedPreparing(found, roles))) {
    return { folder, notes: [], names: {}, renamed: {}, targets: null, originalHash: null };
  }
  const originalHash = await hashData(found.files);
  const place = await placeFor(folder, originalHash, wanted, preparer);
  const { changed, notes, names, renamed, made } =
    place.manifest ?? (await make(folder, place.path, place.wanted, preparer));
  return {
    folder: changed ? copyIn(place.path, folder) : folder,
    notes,
    names,
    renamed,
    targets: made?.targets ?? null,
    originalHash: changed ? originalHash : null,
  };
}

const NO_ROLES: Roles = { train: null, test: null, sample: null };

function areNone(roles: Roles): boolean {
  return Object.values(roles).every((name) => name === null);
}

function copyIn(place: string, folder: string): string {
  return join(place, "data", basename(resolve(folder)));
}

/** The parts of a folder by the names of its files. */
async function rolesByName(folder: string): Promise<Roles> {
  const { train, test, sampleSubmission } = await findParts(folder);
  return { train, test, sample: sampleSubmission };
}

/** Without the parts that are not there. */
function rolesAmong({ files }: Found, roles: Roles): Roles {
  const there = (name: string | null): string | null =>
    files.some((file) => file.name === name || file.name.startsWith(`${name}/`)) ? name : null;
  return { train: there(roles.train), test: there(roles.test), sample: there(roles.sample) };
}

/** The parts as a task names them, by the names that the files have in the copy. */
function rolesOfTask({ files }: TaskFile, names: Record<string, string>): Roles {
  const named = (name: string): string => entryOf(names, name) ?? name;
  return {
    train: named(files.train),
    test: named(files.test),
    sample: named(files.sample_submission),
  };
}

/** Where the copy lies, or is to be made: one for the content, another where the task asks for other parts of it. */
async function placeFor(
  folder: string,
  hash: string,
  asked: Wanted,
  { cacheDir, ask = null }: Preparer,
): Promise<{ path: string; manifest: Manifest | null; wanted: Wanted }> {
  const name = basename(resolve(folder));
  const plain = join(cacheDir, "prepared", sha256(`${VERSION} ${hash} ${name}`).slice(0, 16));
  const known = await readManifest(plain);
  if (known === null) return { path: plain, manifest: null, wanted: asked };
  // A person is asked each time, not answered for by what was said of the same data before.
  const { train } = known.roles;
  const header = known.made?.header ?? null;
  const wanted =
    header === null || train === null
      ? asked
      : {
          ...asked,
          targets: await targetsOf(folder, { train: shownName(known, train), header }, asked, ask),
        };
  if (isAsWanted(known, wanted)) return { path: plain, manifest: known, wanted };
  const roles = wanted.task === null ? null : rolesOfTask(wanted.task, known.names);
  const special = sha256(`${plain} ${JSON.stringify([roles, wanted.targets])}`).slice(0, 16);
  const path = join(cacheDir, "prepared", special);
  return { path, manifest: await readManifest(path), wanted };
}

/** What a person calls a file of the copy. */
function shownName({ names }: Manifest, file: string): string {
  return Object.keys(names).find((name) => names[name] === file) ?? file;
}

function isAsWanted({ names, roles, made }: Manifest, wanted: Wanted): boolean {
  const isSame = (name: string | null, other: string | null) => name === null || name === other;
  const own = wanted.task === null ? null : rolesOfTask(wanted.task, names);
  const isOfRoles =
    own === null ||
    (own.train === roles.train && isSame(roles.test, own.test) && isSame(roles.sample, own.sample));
  if (made === null || !isOfRoles) return isOfRoles;
  return wanted.targets === null
    ? made.given === null
    : JSON.stringify(made.targets) === JSON.stringify(wanted.targets);
}

async function readManifest(place: string): Promise<Manifest | null> {
  const text = await readFile(join(place, "manifest.json"), "utf8").catch(() => null);
  if (text === null) return null;
  const manifest = Manifest.safeParse(parsed(text));
  // What another version left, or a crash, is made anew.
  if (!manifest.success) await rm(place, { recursive: true, force: true });
  return manifest.success ? manifest.data : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Makes the copy beside its place and moves it there, whole or not at all. */
async function make(
  folder: string,
  place: string,
  wanted: Wanted,
  preparer: Preparer,
): Promise<Manifest> {
  const parent = join(preparer.cacheDir, "prepared");
  let part: string | null = null;
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    part = await mkdtemp(join(parent, ".part-"));
    const manifest = await fill(folder, { part, place }, wanted, preparer);
    await writeFile(join(part, "manifest.json"), JSON.stringify(manifest));
    await rename(part, place).catch((error: unknown) => {
      // Another process was faster with the same copy.
      if (!["ENOTEMPTY", "EEXIST"].includes(errorCode(error) ?? "")) throw error;
    });
    return manifest;
  } catch (error) {
    throw diskError(error, parent);
  } finally {
    if (part !== null) await rm(part, { recursive: true, force: true });
  }
}

async function fill(
  folder: string,
  { part, place }: { part: string; place: string },
  wanted: Wanted,
  { python, ask = null, limits = LIMITS, signal = null }: Preparer,
): Promise<Manifest> {
  const copy = copyIn(part, folder);
  await mkdir(copy, { recursive: true });
  const running = { python: await python(), signal };
  const doing = `preparing ${shown(folder)}`;
  const gather = { op: "gather", source: resolve(folder), target: copy, limits };
  const gathered = Gathered.parse(await runScript(running, SCRIPT, gather, doing));
  if ("refused" in gathered) throw new CompetitionInvalid(inFolder(folder, gathered.refused));
  const { names } = gathered;
  const roles = await rolesIn(copy, wanted.task, names);
  const manifest = { ...gathered, renamed: {}, roles, made: null };
  if (roles.train === null) return keepOrDrop(manifest, copy);
  const { train, test, sample } = roles;
  const header = test === null && sample === null ? await headerOf(join(copy, train)) : null;
  const targets =
    header === null ? wanted.targets : await targetsOf(folder, { train, header }, wanted, ask);
  const answers = { written: join(part, "answers.csv"), shown: join(place, "answers.csv") };
  const agree = { op: "agree", folder: copy, roles, targets, answers };
  const agreed = Agreed.parse(await runScript(running, SCRIPT, agree, doing));
  if ("refused" in agreed) throw new CompetitionInvalid(inFolder(folder, agreed.refused));
  const isMade = test === null || sample === null;
  if (header !== null) await nameTrain(copy, manifest);
  const given = wanted.targets === null ? null : [...wanted.targets];
  return keepOrDrop(
    {
      ...manifest,
      changed: manifest.changed || agreed.changed,
      notes: [...manifest.notes, ...agreed.notes],
      renamed: agreed.renamed,
      made: isMade ? { given, targets: agreed.targets, header } : null,
    },
    copy,
  );
}

/** Calls the one table of a folder as a training table is called, now that there are others beside it. */
async function nameTrain(copy: string, manifest: Pick<Manifest, "names" | "roles">): Promise<void> {
  const { train } = manifest.roles;
  if (train === null || (await findParts(copy)).train === train) return;
  const [original = train] = Object.keys(manifest.names).filter(
    (name) => manifest.names[name] === train,
  );
  await rename(join(copy, train), join(copy, "train.csv"));
  manifest.names = { ...manifest.names, [original]: "train.csv" };
  manifest.roles = { ...manifest.roles, train: "train.csv" };
}

/** A copy of what was plain all along is not kept. */
async function keepOrDrop(manifest: Manifest, copy: string): Promise<Manifest> {
  if (!manifest.changed) await rm(copy, { recursive: true, force: true });
  return manifest;
}

/** The parts of a copy; a task may name those that are made of the one table of a folder. */
async function rolesIn(
  copy: string,
  task: TaskFile | null,
  names: Record<string, string>,
): Promise<Roles> {
  const found = await rolesThere(copy, await rolesByName(copy));
  if (task === null) return found;
  const named = await rolesThere(copy, rolesOfTask(task, names));
  const isOfOne = found.test === null && found.sample === null;
  return areNone(named) && isOfOne ? found : named;
}

/** Without the parts that are no files: folders of media, or what the task names and is not there yet. */
async function rolesThere(copy: string, roles: Roles): Promise<Roles> {
  const there = async (name: string | null): Promise<string | null> => {
    const found = name === null ? null : await stat(join(copy, name)).catch(() => null);
    return found?.isFile() === true ? name : null;
  };
  return {
    train: await there(roles.train),
    test: await there(roles.test),
    sample: await there(roles.sample),
  };
}

/** A message that begins with a file's name in the folder, with the folder before it. */
function inFolder(folder: string, message: string): string {
  return join(shown(folder), "/") + message;
}
