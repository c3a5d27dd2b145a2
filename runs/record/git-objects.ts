import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import writeFileAtomic from "write-file-atomic";
import { diskError } from "../errors.ts";

const deflateAsync = promisify(deflate);

/** Who is written down as author and committer of every commit. */
export const AUTHOR = "mle-star";

/** A commit as git stores it; `tree` and `parents` are ids. */
type GitCommit = { tree: string; parents: readonly string[]; date: Date; message: string };

/**
 * Writes git's objects into the bare repository at `directory` (gitformat-loose, git-commit-tree(1)), each on the disk
 * when its id is returned. Git itself would be started for every one of them: four times for an attempt, which costs a
 * large program more than the rest of its work.
 */
export class GitObjects {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** A tree of plain files by name, without folders. */
  async tree(files: Readonly<Record<string, string>>): Promise<string> {
    const entries = await Promise.all(
      Object.entries(files).map(async ([name, text]) => [name, await this.blob(text)] as const),
    );
    return this.treeOf(new Map(entries));
  }

  /** The bytes of a file. */
  blob(text: string): Promise<string> {
    return this.#write("blob", Buffer.from(text));
  }

  /** A tree of blobs that are there, by name. */
  treeOf(blobs: ReadonlyMap<string, string>): Promise<string> {
    const sorted = [...blobs]
      .map(([name, id]) => ({ name: Buffer.from(name), id: Buffer.from(id, "hex") }))
      .sort((a, b) => Buffer.compare(a.name, b.name));
    const parts = sorted.flatMap(({ name, id }) => [
      Buffer.from("100644 "),
      name,
      Buffer.from([0]),
      id,
    ]);
    return this.#write("tree", Buffer.concat(parts));
  }

  /** A parent that is named twice counts once, as for git. */
  async commit({ tree, parents, date, message }: GitCommit): Promise<string> {
    // Whole seconds in UTC, so that the same moment gives the same commit id on any machine.
    const stamp = `${AUTHOR} <${AUTHOR}@localhost> ${Math.floor(date.getTime() / 1000)} +0000`;
    const lines = [
      `tree ${tree}`,
      ...[...new Set(parents)].map((parent) => `parent ${parent}`),
      `author ${stamp}`,
      `committer ${stamp}`,
      "",
      message,
    ];
    return this.#write("commit", Buffer.from(lines.join("\n")));
  }

  async #write(type: "blob" | "tree" | "commit", content: Buffer): Promise<string> {
    const object = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
    const id = createHash("sha1").update(object).digest("hex");
    const folder = join(this.#directory, "objects", id.slice(0, 2));
    const path = join(folder, id.slice(2));
    if (existsSync(path)) return id;
    try {
      await mkdir(folder, { recursive: true });
      await writeFileAtomic(path, await deflateAsync(object), { mode: 0o444 });
    } catch (error) {
      throw diskError(error, this.#directory);
    }
    return id;
  }
}
