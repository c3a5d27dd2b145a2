import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { CompetitionInvalid } from "../../../runs/errors.ts";
import { linkTree } from "../../../tasks/layouts/tree.ts";
import { shown } from "../../../tasks/message-text.ts";
import { dataState, isPointer } from "../../../tasks/mle-bench/prepared.ts";
import { benchTable } from "../../../tasks/mle-bench/table.ts";
import { readEnvironment } from "../environment.ts";
import { table } from "../terminal/table.ts";

/** What became of one competition of a folder. */
type Imported = { id: string; state: "imported" | "already there" | "failed"; why: string | null };

/** Where the public part may lie: as upstream prepares it, without `prepared/`, and in MLE-Dojo. */
const PLACES = ["prepared", ".", "data"];

/** `mle-star bench import`: takes over what somebody else prepared, or the data of MLE-Dojo, without a network. */
export function benchImportCommand(): Command {
  return new Command("import")
    .description(
      "Take over prepared data, by hard links where both are on one disk: a folder of <id>/prepared/{public,private}, of <id>/{public,private}, or of MLE-Dojo (<id>/data/{public,private}).",
    )
    .argument("<folder>", "folder with a folder for each competition")
    .option("--data-dir <folder>", "data of MLE-bench")
    .option("--json", "print one JSON object")
    .action(async (folder: string, options: { dataDir?: string; json?: true }) => {
      const dataDir = resolve(options.dataDir ?? readEnvironment().benchDataDir);
      const found = await importAll(resolve(folder), dataDir);
      const rows = found.map(({ id, state, why }) => [id, state, why ?? ""]);
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ dataDir, competitions: found })}\n`
          : `${table([["competition", "state", "why"], ...rows]).join("\n")}\n`,
      );
      if (found.some(({ state }) => state === "failed")) process.exitCode = 1;
    });
}

async function importAll(folder: string, dataDir: string): Promise<Imported[]> {
  const names = await readdir(folder).catch(() => {
    throw new CompetitionInvalid(`${shown(folder)}: no such folder`);
  });
  const ids = (await benchTable()).map(({ id }) => id).filter((id) => names.includes(id));
  if (ids.length === 0)
    throw new CompetitionInvalid(
      `${shown(folder)}: no folder here is called like a competition of MLE-bench`,
    );
  const found: Imported[] = [];
  for (const id of ids) found.push(await importOne(id, join(folder, id), dataDir));
  return found;
}

async function importOne(id: string, source: string, dataDir: string): Promise<Imported> {
  const state = await dataState(dataDir, id);
  if (state === "prepared") return { id, state: "already there", why: null };
  const place = await placeOf(source);
  if (place === null) return { id, state: "failed", why: "no folder public/ that holds files" };
  const board = join(source, "info", "private_leaderboard.csv");
  if (await isPointer(board)) return { id, state: "failed", why: `${shown(board)}: ${POINTER}` };
  const pointer = await firstPointer(join(place, "public"));
  if (pointer !== null) return { id, state: "failed", why: `${shown(pointer)}: ${POINTER}` };
  const home = join(dataDir, id);
  const draft = join(home, ".prepared");
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  for (const part of ["public", "private"])
    if (existsSync(join(place, part))) await linkTree(join(place, part), join(draft, part));
  await takeDojoFiles(source, home, join(draft, "public"));
  await rm(join(home, "prepared"), { recursive: true, force: true });
  await rename(draft, join(home, "prepared"));
  return { id, state: "imported", why: null };
}

const POINTER = "a pointer of Git LFS, not data; fetch it there with `git lfs pull`";

/** A file of a folder that Git LFS has not fetched. */
async function firstPointer(folder: string): Promise<string | null> {
  for (const name of await readdir(folder))
    if (await isPointer(join(folder, name))) return join(folder, name);
  return null;
}

async function placeOf(source: string): Promise<string | null> {
  for (const name of PLACES) {
    const place = join(source, name);
    const files = await readdir(join(place, "public")).catch((): string[] => []);
    if (files.length > 0) return place;
  }
  return null;
}

/** MLE-Dojo has description and boards in a folder of their own. */
async function takeDojoFiles(source: string, home: string, target: string): Promise<void> {
  const info = join(source, "info");
  const text = await readFile(join(info, "description.txt"), "utf8").catch(() => null);
  if (text !== null && !existsSync(join(target, "description.md")))
    await writeFile(join(target, "description.md"), text);
  const board = join(info, "private_leaderboard.csv");
  if (existsSync(board) && !existsSync(join(home, "leaderboard.csv")))
    await copyFile(board, join(home, "leaderboard.csv"));
}
