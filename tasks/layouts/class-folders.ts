import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { sha256 } from "../../runs/sha256.ts";
import { writeTable } from "../tables/write-csv.ts";
import { type ClassFile, classFiles, isMedia, TRAIN } from "./media-classes.ts";

const TEST = /(^|[-_ ])test(ing)?([-_ ]|\d|$)/iu;
/** Columns of the tables that are made; `train.csv` has no column `file`, since its paths say the class. */
const [FILE, PATH, LABEL] = ["file", "path", "label"];

/** Whether a folder has folders of training files and of test files, by their names. */
export async function mayHoldClasses(folder: string): Promise<boolean> {
  const found = await readdir(folder, { withFileTypes: true });
  const names = found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return [TRAIN, TEST].every((called) => names.some((name) => called.test(name)));
}

/** Where the answers lie that folders of test say, beside the competition's folder and never in it. */
export function answersBeside(folder: string): string {
  return join(dirname(folder), "answers.csv");
}

/**
 * Tables for a folder of nothing but media files: classes of training files from their folders or names, the test files,
 * and a sample submission. Where folders of test say the class, too, those files get numbers for names, in an order that
 * says nothing. Null where there are no classes, or no test files. `folder` must be a tree of our own.
 */
export async function tablesOfClasses(
  folder: string,
  files: readonly string[],
): Promise<{ media: string; note: string } | null> {
  const classes = classFiles(files);
  if (classes === null) return null;
  const tops = new Set(classes.map(({ path }) => topOf(path)));
  const tested = files.filter(
    (path) => isMedia(path) && TEST.test(topOf(path)) && !tops.has(topOf(path)),
  );
  if (tested.length === 0) return null;
  const labels = new Set(classes.map(({ label }) => label));
  const told = tested.map((path): ClassFile => ({ path, label: path.split("/").at(-2) ?? "" }));
  const shown = told.every(({ label }) => labels.has(label))
    ? await withNumbers(folder, told)
    : tested;
  const rows = shown.map((path) => [basename(path), path]);
  if (new Set(rows.map(([file]) => file)).size < rows.length) return null;
  await writeTable(
    join(folder, "train.csv"),
    [PATH, LABEL],
    classes.map(({ path, label }) => [path, label]),
  );
  await writeTable(join(folder, "test.csv"), [FILE, PATH], rows);
  const [usual = ""] = [...labels].sort();
  await writeTable(
    join(folder, "sample_submission.csv"),
    [FILE, LABEL],
    rows.map(([file = ""]) => [file, usual]),
  );
  const note = `train.csv, test.csv and sample_submission.csv are made: ${classes.length} training files of ${labels.size} classes, ${rows.length} files of test`;
  return { media: PATH, note };
}

/** The files under numbers; what class each is of is written beside the folder. */
async function withNumbers(folder: string, told: readonly ClassFile[]): Promise<string[]> {
  const tops = new Set(told.map(({ path }) => topOf(path)));
  const drawn = [...told].sort((a, b) => (sha256(a.path) < sha256(b.path) ? -1 : 1));
  const [shelf = "test"] = tops;
  const numbered = drawn.map(({ path }, place) => `${shelf}/${place + 1}${extname(path)}`);
  const aside = join(folder, ".numbered");
  await mkdir(aside, { recursive: true });
  for (const [place, { path }] of drawn.entries())
    await rename(join(folder, path), join(aside, basename(numbered[place] ?? "")));
  for (const top of tops) await rm(join(folder, top), { recursive: true });
  await rename(aside, join(folder, shelf));
  const answers = drawn.map(({ label }, place) => [basename(numbered[place] ?? ""), label]);
  await writeTable(answersBeside(folder), [FILE, LABEL], answers);
  return numbered;
}

function topOf(path: string): string {
  return path.includes("/") ? (path.split("/")[0] ?? "") : "";
}
