import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CompetitionInvalid } from "../../runs/errors.ts";
import { noSample, noTest, noTrain } from "./missing-table.ts";

/** The files of a folder without `task.yaml`, by the parts they play. Paths are relative to it. */
export type Layout = {
  train: string;
  test: string;
  sampleSubmission: string;
  description: string | null;
  /** Other tables and folders of data. */
  other: string[];
};

const PARTS = {
  train: [
    /^train\.csv$/u,
    /^training\.csv$/u,
    /^train[-_. ].*\.csv$/u,
    /^training[-_. ].*\.csv$/u,
    /^.*[-_ ]train(ing)?\.csv$/u,
    /^train(ing)?(set|data).*\.csv$/u,
  ],
  test: [
    /^test\.csv$/u,
    /^testing\.csv$/u,
    /^test[-_. ].*\.csv$/u,
    /^testing[-_. ].*\.csv$/u,
    /^.*[-_ ]test(ing)?\.csv$/u,
    /^test(ing)?(set|data).*\.csv$/u,
  ],
  sampleSubmission: [
    /^sample[-_ ]?submissions?\.csv$/u,
    /^sample[-_ ]?sub.*\.csv$/u,
    /^submissions?[-_ ]?(format|sample|example|template)\.csv$/u,
    /^(example|format|template|dummy|random|baseline)[-_ ]?(of[-_ ])?sub.*\.csv$/u,
    /^sub(mit)?[-_ ]?(format|sample|example|template)\.csv$/u,
    /^.*[-_]?submission\.csv$/u,
    /^sample([-_ ].*)?\.csv$/u,
    /^.*[-_]sample\.csv$/u,
  ],
} as const;

const ANSWERS = /(^|[-_./ ])(y|labels?|targets?|answers?|truth|solutions?)(?=$|[-_./ ])/iu;

const DESCRIPTIONS = [
  /^description\.(md|txt)$/u,
  /^(overview|task|competition|problem)\.(md|txt)$/u,
  /^read[-_]?me\.(md|txt)$/u,
  /^.*desc.*\.(md|txt)$/u,
];

/** Subfolders in which tables are looked for; any other may be another competition. */
export const DATA_FOLDER =
  /^(data|dataset|input|raw|csv|files|public|tables|train|training|test|testing|sample_submission|feature|label|target|x|y)s?$|^(train|test)(ing)?([-_]?(data|set|files|parts))?(\.(parquet|csv))?$/iu;

/** So many folders are looked into for the tables that a folder lacks. */
const LOOKED_INTO = 20;

const DATA_FILE = /\.(csv|tsv|json|jsonl|txt|parquet|npy|npz|xlsx?)$/u;

/** Whether a folder looks like a competition's data at all. */
export async function hasTables(folder: string): Promise<boolean> {
  const files = await listFiles(folder);
  return pick(files, PARTS.train) !== null;
}

/** The files of a folder that play a part, as far as they are there. */
export type Parts = Pick<{ [K in keyof Layout]: Layout[K] | null }, keyof typeof PARTS>;

/** The main tables where all are known. */
export type MainTables = Pick<Layout, keyof typeof PARTS>;

/** Finds the main tables of a folder by their names, one level of subfolders included. */
export async function findParts(folder: string): Promise<Parts> {
  return partsOf(await listFiles(folder));
}

function partsOf(files: readonly string[]): Parts {
  const sampleSubmission = pick(files, PARTS.sampleSubmission);
  const rest = files.filter((file) => file !== sampleSubmission);
  const train = pick(rest, PARTS.train) ?? onlyTable(files);
  return { train, test: pick(rest, PARTS.test), sampleSubmission };
}

/** The one table of a folder, which has the answers, whatever it is called. */
function onlyTable(files: readonly string[]): string | null {
  const tables = files.filter((file) => /\.csv$/iu.test(file));
  const [only = null] = tables;
  const isOther = [PARTS.test, PARTS.sampleSubmission].some(
    (names) => pick(tables, names) !== null,
  );
  return tables.length === 1 && !isOther ? only : null;
}

/** Finds the parts of a competition in a folder, one level of subfolders included; `known` names the main tables. */
export async function findLayout(folder: string, known: MainTables | null = null): Promise<Layout> {
  const files = await listFiles(folder);
  const { train, test, sampleSubmission } = known ?? partsOf(files);
  if (train === null) {
    const what = "has no training table; expected train.csv (or a task.yaml that names the files)";
    throw await withoutTables(folder, what);
  }
  if (test === null) throw await noTest(folder, train, sampleSubmission);
  if (sampleSubmission === null) throw await noSample(folder, train, test);
  const description = pick(files, DESCRIPTIONS);
  const taken = new Set([train, test, sampleSubmission, description]);
  return { train, test, sampleSubmission, description, other: await others(folder, taken) };
}

/** The refusal of a folder without a training table. */
export async function withoutTables(folder: string, what: string): Promise<CompetitionInvalid> {
  const found = await entries(folder);
  const names = found.map((entry) => entry.name);
  const below = found.filter((entry) => entry.isDirectory() && !OWN_FOLDERS.has(entry.name));
  return noTrain(folder, names, what, await trainBelow(folder, below));
}

/** The first folder a level or two below that has a training table by its name; null where there is none. */
async function trainBelow(folder: string, below: readonly Dirent[]): Promise<string | null> {
  for (const { name } of below.slice(0, LOOKED_INTO)) {
    const inner = join(folder, name);
    // What cannot be listed is no way out.
    const files = await listFiles(inner).catch((): string[] => []);
    if (pick(files, PARTS.train) !== null) return inner;
  }
  return null;
}

/** The best match: earlier patterns first, then files nearer to the top, then by name. */
function pick(files: readonly string[], patterns: readonly RegExp[]): string | null {
  // A table of answers is hardly the one that the rows stand in.
  const last = files.filter((file) => ANSWERS.test(file));
  const ordered = [...files.filter((file) => !last.includes(file)), ...last];
  for (const pattern of patterns) {
    const found = ordered.find((file) => pattern.test(nameOf(file)));
    if (found !== undefined) return found;
  }
  return null;
}

function nameOf(file: string): string {
  return (file.split("/").at(-1) ?? file).toLowerCase();
}

async function listFiles(folder: string): Promise<string[]> {
  const top = await entries(folder);
  const files = top.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const inner: string[] = [];
  for (const entry of top.filter((it) => it.isDirectory() && DATA_FOLDER.test(it.name))) {
    const found = await entries(join(folder, entry.name));
    for (const file of found) if (isTableOrText(file)) inner.push(`${entry.name}/${file.name}`);
  }
  return [...files, ...inner];
}

function isTableOrText(entry: Dirent): boolean {
  return entry.isFile() && /\.(csv|md)$/iu.test(entry.name);
}

async function entries(folder: string): Promise<Dirent[]> {
  const found = await readdir(folder, { withFileTypes: true });
  return (
    found
      // What starts so is hidden, or a lock that a spreadsheet program left.
      .filter(({ name }) => !name.startsWith(".") && !name.startsWith("~$"))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  );
}

/** A subfolder that holds one of the tables is taken apart, any other is passed on whole. */
async function others(folder: string, taken: ReadonlySet<string | null>): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entries(folder)) {
    if (entry.isFile() && DATA_FILE.test(entry.name.toLowerCase()) && !taken.has(entry.name)) {
      found.push(entry.name);
    }
    if (!entry.isDirectory() || OWN_FOLDERS.has(entry.name)) continue;
    const inside = (await entries(join(folder, entry.name))).map(
      (it) => `${entry.name}/${it.name}`,
    );
    if (!inside.some((file) => taken.has(file))) found.push(entry.name);
    else found.push(...inside.filter((file) => !taken.has(file)));
  }
  return found;
}

/** Folders that are tools' or our own and never data. */
export const OWN_FOLDERS = new Set([
  "runs",
  "node_modules",
  "__pycache__",
  "venv",
  "env",
  "__MACOSX",
]);
