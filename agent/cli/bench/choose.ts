import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { BatchCompetition } from "../../../runs/batch/batch.ts";
import { CompetitionInvalid } from "../../../runs/errors.ts";
import { hasTables } from "../../../tasks/infer/layout.ts";
import { shippedCompetitions } from "../../../tasks/load.ts";
import { didYouMean, shown } from "../../../tasks/message-text.ts";
import { benchTable, idsOfList, LISTS, type ListName } from "../../../tasks/mle-bench/table.ts";

/** The list of competitions of that name. Throws `CompetitionInvalid`. */
export function listNamed(name: string): ListName {
  const found = LISTS.find((list) => list === name);
  if (found !== undefined) return found;
  throw new CompetitionInvalid(`no list "${name}"; ${didYouMean(name, LISTS)}`);
}

/** What a batch is of: `list` where it is one list of MLE-bench; `name` for its folder. */
export type Choice = { list: ListName | null; name: string; competitions: BatchCompetition[] };

/** Competitions by lists and ids of MLE-bench, shipped ids, folders, and folders of folders. Throws `CompetitionInvalid`. */
export async function chooseCompetitions(
  words: readonly string[],
  tasksDir: string,
): Promise<Choice> {
  const found = new Map<string, BatchCompetition>();
  for (const word of words.flatMap((each) => each.split(",")).filter((each) => each !== "")) {
    for (const each of await competitionsOf(word, tasksDir)) {
      const before = found.get(each.id);
      if (before !== undefined && before.reference !== each.reference)
        throw new CompetitionInvalid(
          `two competitions are called ${each.id}: ${before.reference} and ${each.reference}; rename one of them`,
        );
      found.set(each.id, each);
    }
  }
  const [first = ""] = words;
  const list = words.length === 1 ? (LISTS.find((each) => each === first) ?? null) : null;
  const isFolder = words.length === 1 && (await isDirectory(first));
  const name = list ?? (isFolder ? nameOf(first) : "ids");
  return { list, name, competitions: [...found.values()] };
}

async function competitionsOf(word: string, tasksDir: string): Promise<BatchCompetition[]> {
  const list = LISTS.find((each) => each === word);
  if (list !== undefined) return (await idsOfList(list)).map(ofBench);
  const ids = (await benchTable()).map(({ id }) => id);
  const bare = word.replace(/^mle-bench:/u, "");
  if (ids.includes(bare)) return [ofBench(bare)];
  const shipped = (await shippedCompetitions(tasksDir)).map(({ id }) => id);
  if (shipped.includes(word)) return [{ id: word, reference: word }];
  if (await isDirectory(word)) return ofFolder(resolve(word));
  throw new CompetitionInvalid(
    `no competition "${word}": no list or id of MLE-bench, no shipped one, no folder; ${didYouMean(bare, [...LISTS, ...ids, ...shipped])}`,
  );
}

function ofBench(id: string): BatchCompetition {
  return { id, reference: `mle-bench:${id}` };
}

/** The folder itself where it is a competition, else each folder in it. */
async function ofFolder(folder: string): Promise<BatchCompetition[]> {
  if (await isCompetition(folder)) return [{ id: nameOf(folder), reference: folder }];
  const entries = await readdir(folder, { withFileTypes: true });
  const inside = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  const found = inside.map(({ name }) => ({ id: nameOf(name), reference: join(folder, name) }));
  if (found.length > 0) return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  throw new CompetitionInvalid(`${shown(folder)}: neither a competition nor a folder of some`);
}

async function isCompetition(folder: string): Promise<boolean> {
  return (await readdir(folder)).includes("task.yaml") || (await hasTables(folder));
}

/** A name that can name folders. */
function nameOf(path: string): string {
  const slug = basename(resolve(path))
    .replaceAll(/[^A-Za-z0-9._-]+/gu, "-")
    .replaceAll(/^[^A-Za-z0-9]+/gu, "");
  return slug === "" ? "competition" : slug.slice(0, 100);
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
