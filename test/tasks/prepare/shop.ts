import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { prepareFolder } from "../../../tasks/prepare/prepare.ts";
import { python } from "../interpreter.ts";
import { type Row, scratch, seeded, toCsv } from "../made-competition.ts";

export type Content = string | Uint8Array;

/** The three tables of a small competition: whether a customer of a shop comes back. */
export type Shop = { train: Row[]; test: Row[]; sample: Row[]; answers: Row[] };

const TOWNS = ["Köln", "Ulm", "São Paulo", "Łódź"];

/** Made tables; the answer follows from `spent` and `visits`, so that a model can do better than chance. */
export function shop(seed = 1, rows = 160): Shop {
  const next = seeded(seed);
  const all = Array.from({ length: rows }, (_, i): Row => {
    const spent = 10 + 90 * next();
    const visits = Math.floor(6 * next());
    const likely = 1 / (1 + Math.exp(-(spent - 55) / 12 - (visits - 2.5)));
    return {
      id: String(10_000 + i),
      spent: spent.toFixed(2),
      visits: String(visits),
      town: TOWNS[Math.floor(3 * next())] ?? "",
      back: next() < likely ? "1" : "0",
    };
  });
  const cut = Math.floor(rows * 0.7);
  const test = all.slice(cut);
  return {
    train: all.slice(0, cut),
    test: test.map(({ back: _, ...row }) => row),
    sample: test.map(({ id = "" }) => ({ id, back: "0.5" })),
    answers: test.map(({ id = "", back = "" }) => ({ id, back })),
  };
}

/** The tables as the files of a usual competition. */
export function plainFiles({ train, test, sample }: Shop): Record<string, Content> {
  return {
    "train.csv": toCsv(train),
    "test.csv": toCsv(test),
    "sample_submission.csv": toCsv(sample),
  };
}

/** The same files with the text of each changed. */
export function everyFile(
  made: Shop,
  change: (text: string) => Content,
  rename: (name: string) => string = (name) => name,
): Record<string, Content> {
  return Object.fromEntries(
    Object.entries(plainFiles(made)).map(([name, text]) => [rename(name), change(String(text))]),
  );
}

/** Writes files into a folder of their own, called `shop`. */
export function folderOf(files: Record<string, Content>): string {
  const folder = join(scratch(), "shop");
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The preparation as the program makes it, with a cache of its own. */
export function preparerIn(cacheDir: string) {
  let started = 0;
  const interpreter = () => {
    started += 1;
    return Promise.resolve(python);
  };
  return { cacheDir, python: interpreter, starts: () => started };
}

/** Prepares a folder that nothing is known of. */
export async function prepared(folder: string, targets: string[] | null = null) {
  return await prepareFolder(folder, { task: null, targets }, preparerIn(scratch()));
}

/** Runs a few lines of Python in a folder: what makes files that Node cannot write. */
export function runPython(folder: string, code: string): void {
  const { status, stderr } = spawnSync(python, ["-c", code], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}
