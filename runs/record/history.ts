import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import PQueue from "p-queue";
import { diskError, RunRefused, UserError } from "../errors.ts";
import { commitMessage, factLines } from "./commit-message.ts";
import { type Git, gitFor } from "./git.ts";
import { GitObjects } from "./git-objects.ts";

/** One evaluated solution, or a blend of several, on its way into the history. */
export type Commit = {
  id: string;
  /** What it consists of, by name: `solution.py`, or the members of a blend and their weights. */
  files: Readonly<Record<string, string>>;
  /** Commits of the solutions it came from. */
  parents: readonly string[];
  /** ISO time from the journal, so that a replay gives the same commit id. */
  date: string;
  subject: string;
  /** What it was made for, in a paragraph; null where there is nothing to say. */
  body: string | null;
  trailers: Readonly<Record<string, string>>;
};

/** The solutions of a run, also of one at work or long ended. */
export interface PastHistory {
  read(commit: string, path: string): Promise<string>;
  /** What changed from one commit to another, as a unified diff. */
  diff(from: string, to: string): Promise<string>;
  /** A file of many commits at once, by commit; those that have none of that name are left out. */
  readAll(commits: readonly string[], path: string): Promise<Map<string, string>>;
  /** What each of many commits changed against the one that it came from, by commit; those of none or several are left out. */
  changes(commits: readonly string[]): Promise<Map<string, string>>;
}

/** The run's solutions as a git history; every method may be called by many tracks at once. */
export interface History extends PastHistory {
  /** Commits a solution and returns the commit's id; the same solution again gets the same id. */
  commit(commit: Commit): Promise<string>;
  /** The track's branch: its best solution so far. */
  setBranch(track: string, commit: string): Promise<void>;
  /** Marks the best solution of the run: tag `best` and branch `main`, which a clone checks out. */
  tagBest(commit: string): Promise<void>;
  /** Whether it is made anew in this session, and every commit of the journal has to be made again. */
  readonly isRebuilt: boolean;
  /** Whether a commit that the journal names is still to be made again; until then whoever reads it waits. */
  lacks(commit: string): boolean;
  /** Keeps an attempt, accepted or not, under `refs/attempts/` and its id, dots for slashes. */
  refAttempt(id: string, commit: string): Promise<void>;
  /** What became of a commit after it was made, by name; `git log` shows it as a note. */
  note(commit: string, facts: Readonly<Record<string, string>>): Promise<void>;
  /** The commits that have a note. */
  noted(): Promise<ReadonlySet<string>>;
}

/** Commits that the journal names, by the id of the solution or blend, and the tracks that have a branch. */
export type Named = { commits: ReadonlyMap<string, string>; tracks: ReadonlySet<string> };

/** Of a run that begins. */
export const NOTHING_NAMED: Named = { commits: new Map(), tracks: new Set() };

/** Where things stand: the run's id for the trailers, and the search path git is found on. */
export type HistoryOptions = {
  run: string;
  path: string;
  /** What the repository must hold: where anything of it is lost or damaged, it is made anew. */
  named: Named;
  /** Told when it is made anew, and why. */
  report: (line: string) => void;
};

/** Opens the bare repository at `directory`, made when missing. Hold the run's lock to write to it. */
export async function openHistory(
  directory: string,
  { run, path, named, report }: HistoryOptions,
): Promise<History> {
  const absolute = resolve(directory);
  const git = gitFor(absolute, path);
  const damage = await damageOf(absolute, git, named);
  if (damage !== null) {
    report(`${absolute}: ${damage}; it is made again from the journal`);
    await setAside(absolute);
  }
  try {
    await mkdir(absolute, { recursive: true });
  } catch (error) {
    throw diskError(error, absolute);
  }
  // Safe to repeat: on a repository that is there it changes nothing.
  await git(["init", "--bare", "--quiet", "--template=", "--initial-branch=main"]);
  const lacking = damage === null ? [] : [...named.commits.values()];
  return new GitHistory({ git, objects: new GitObjects(absolute), run, lacking });
}

/** What the repository at `directory` lacks of what the journal names, in words; null when all is there and whole. */
export function historyDamage(
  directory: string,
  { path, named }: { path: string; named: Named },
): Promise<string | null> {
  const absolute = resolve(directory);
  return damageOf(absolute, gitFor(absolute, path), named);
}

async function damageOf(directory: string, git: Git, named: Named): Promise<string | null> {
  if (!existsSync(join(directory, "objects")))
    return named.commits.size > 0 ? "the history is lost" : null;
  await removeStaleLocks(directory);
  if (named.commits.size === 0) return null;
  const refs = await git(["for-each-ref", "--format=%(refname) %(objectname)"]).catch(isDamaged);
  if (refs === null) return "git cannot read the history any more";
  const there = new Map(
    refs.split("\n").map((line) => {
      const [ref = "", commit = ""] = line.split(" ");
      return [ref, commit] as const;
    }),
  );
  for (const [id, commit] of named.commits)
    if (there.get(attemptRef(id)) !== commit) return `the commit of ${id} is lost`;
  for (const track of named.tracks)
    if (!there.has(branchRef(track))) return `the branch of ${track} is lost`;
  const whole = await git(["fsck", "--full", "--no-dangling", "--no-progress"]).catch(isDamaged);
  return whole === null ? "an object of the history is damaged" : null;
}

/** A failure of git on a repository that it cannot read; a missing git is none. */
function isDamaged(error: unknown): null {
  if (error instanceof UserError) throw error;
  return null;
}

/** What is damaged may still be of use to somebody; the last such one is kept. */
async function setAside(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  const aside = `${directory}.damaged`;
  await rm(aside, { recursive: true, force: true });
  await rename(directory, aside);
}

/** Opens the repository for reading only: nothing in it is made, mended or locked. */
export function readHistory(directory: string, { path }: { path: string }): PastHistory {
  const absolute = resolve(directory);
  if (!existsSync(absolute)) return missing(absolute);
  return new PastGitHistory(gitFor(absolute, path));
}

/** Nothing can be read of one that is gone; a run that has no attempts yet may have none. */
function missing(directory: string): PastHistory {
  const refuse = async (): Promise<never> => {
    throw new RunRefused(
      `${directory} is not there: repeat the command of the run, which makes it again from the journal`,
    );
  };
  return { read: refuse, diff: refuse, readAll: refuse, changes: refuse };
}

/** A killed git leaves its lock files, which would refuse that ref for ever; nobody else is here to hold them. */
async function removeStaleLocks(directory: string): Promise<void> {
  const refs = join(directory, "refs");
  const below = existsSync(refs) ? await readdir(refs, { recursive: true }) : [];
  const stale = below.filter((path) => path.endsWith(".lock")).map((path) => join("refs", path));
  for (const path of [...stale, "HEAD.lock", "config.lock", "packed-refs.lock"])
    await rm(join(directory, path), { force: true });
}

class PastGitHistory implements PastHistory {
  protected readonly git: Git;

  constructor(git: Git) {
    this.git = git;
  }

  async read(commit: string, path: string): Promise<string> {
    return await this.git(["cat-file", "blob", `${commitId(commit)}:${path}`]);
  }

  async diff(from: string, to: string): Promise<string> {
    const plain = ["--no-color", "--no-ext-diff", "--no-textconv"];
    return await this.git(["diff", ...plain, commitId(from), commitId(to)]);
  }

  async readAll(commits: readonly string[], path: string): Promise<Map<string, string>> {
    const wanted = [...new Set(commits)].map((commit) => `${commitId(commit)}:${path}`);
    if (wanted.length === 0) return new Map();
    const said = Buffer.from(
      await this.git(["cat-file", "--batch"], { input: `${wanted.join("\n")}\n` }),
    );
    return blobsOf(said, [...new Set(commits)]);
  }

  async changes(commits: readonly string[]): Promise<Map<string, string>> {
    const wanted = [...new Set(commits)].map(commitId);
    if (wanted.length === 0) return new Map();
    const plain = ["--no-color", "--no-ext-diff", "--no-textconv"];
    const said = await this.git(["diff-tree", "--stdin", "-r", "-p", ...plain], {
      input: `${wanted.join("\n")}\n`,
    });
    // No line of a diff begins with a hash.
    const parts = said.split(/^([0-9a-f]{40,64})\n/mu).slice(1);
    const pairs = parts.flatMap((part, index) =>
      index % 2 === 0 ? [[part, parts[index + 1] ?? ""] as const] : [],
    );
    return new Map(pairs);
  }
}

type Parts = { git: Git; objects: GitObjects; run: string; lacking: readonly string[] };

class GitHistory extends PastGitHistory implements History {
  readonly #objects: GitObjects;
  /** The notes as they are, once they were read. */
  #notes: Map<string, string> | null = null;
  readonly #run: string;
  /** Git gives up on a ref that another process is just moving, so refs move one at a time. */
  readonly #oneAtATime = new PQueue({ concurrency: 1 });

  readonly isRebuilt: boolean;
  /** Commits that are to be made again, and who waits for them. */
  readonly #lacking: Map<string, (() => void)[]>;

  constructor({ git, objects, run, lacking }: Parts) {
    super(git);
    this.#objects = objects;
    this.#run = run;
    this.isRebuilt = lacking.length > 0;
    this.#lacking = new Map(lacking.map((commit) => [commit, []]));
  }

  lacks(commit: string): boolean {
    return this.#lacking.has(commit);
  }

  override async read(commit: string, path: string): Promise<string> {
    const waiting = this.#lacking.get(commit);
    if (waiting !== undefined) await new Promise<void>((made) => waiting.push(made));
    return super.read(commit, path);
  }

  async commit({ id, files, parents, date, subject, body, trailers }: Commit): Promise<string> {
    Object.keys(files).forEach(checkFileName);
    const commit = await this.#objects.commit({
      tree: await this.#objects.tree(files),
      parents: parents.map(commitId),
      date: new Date(date),
      message: commitMessage(subject, body, { Attempt: id, ...trailers, Run: this.#run }),
    });
    const waiting = this.#lacking.get(commit) ?? [];
    this.#lacking.delete(commit);
    for (const wake of waiting) wake();
    return commit;
  }

  async setBranch(track: string, commit: string): Promise<void> {
    await this.#point([branchRef(track)], commit);
  }

  async tagBest(commit: string): Promise<void> {
    await this.#point(["refs/tags/best", "refs/heads/main"], commit);
  }

  async refAttempt(id: string, commit: string): Promise<void> {
    await this.#point([attemptRef(id)], commit);
  }

  async note(commit: string, facts: Readonly<Record<string, string>>): Promise<void> {
    const blob = await this.#objects.blob(`${factLines(facts).join("\n")}\n`);
    await this.#oneAtATime.add(async () => {
      const notes = (await this.#readNotes()).set(commitId(commit), blob);
      // Without a past: else `git log --all` would show a commit for every note.
      const made = await this.#objects.commit({
        tree: await this.#objects.treeOf(notes),
        parents: [],
        date: new Date(0),
        message: "verdicts of the attempts, as notes to their commits\n",
      });
      await this.git(["update-ref", NOTES, made]);
    });
  }

  async noted(): Promise<ReadonlySet<string>> {
    const notes = await this.#oneAtATime.add(() => this.#readNotes());
    return new Set(notes.keys());
  }

  /** The blob of each commit's note. */
  async #readNotes(): Promise<Map<string, string>> {
    if (this.#notes !== null) return this.#notes;
    const lines = (await this.git(["notes", "list"])).split("\n");
    const entries = lines.map((line) => line.split(" "));
    this.#notes = new Map(
      entries.flatMap(([blob, commit]) => (blob && commit ? [[commit, blob]] : [])),
    );
    return this.#notes;
  }

  /** All refs or none. As a transaction git says that it is done; simple-git waits 50 ms more for a silent one. */
  async #point(refs: readonly string[], commit: string): Promise<void> {
    const updates = refs.map((ref) => `update ${ref} ${commitId(commit)}`);
    const input = ["start", ...updates, "commit", ""].join("\n");
    await this.#oneAtATime.add(() => this.git(["update-ref", "--stdin"], { input }));
  }
}

/** What `git cat-file --batch` prints of each object asked for: a line with its size, its bytes, a line end. */
function blobsOf(said: Buffer, commits: readonly string[]): Map<string, string> {
  const blobs = new Map<string, string>();
  let at = 0;
  for (const commit of commits) {
    const end = said.indexOf("\n", at);
    if (end === -1) break;
    const size = /^[0-9a-f]+ blob (\d+)$/u.exec(said.toString("latin1", at, end))?.[1];
    at = end + 1;
    if (size === undefined) continue;
    blobs.set(commit, said.toString("utf8", at, at + Number(size)));
    at += Number(size) + 1;
  }
  return blobs;
}

function checkFileName(name: string): void {
  if (/[/\0\n\t]|^\.{0,2}$|^\.git$/iu.test(name)) throw new Error(`not a file name: "${name}"`);
}

/** Only a commit's own id goes to git: a name or an option cannot pass for one. */
function commitId(text: string): string {
  if (/^[0-9a-f]{7,64}$/u.test(text)) return text;
  throw new RunRefused(`"${text}" is not a commit of this run; expected 7 to 64 hex digits`);
}

/**
 * A place in the algorithm as the name of a ref: `track-1.init-1.fix-2`. Flat, because git cannot hold a ref
 * below another one, as a repaired script stands below the first; what git refuses in a name becomes a dash.
 */
function refName(id: string): string {
  const flat = id.replaceAll("/", ".").replace(/[^\w.-]+/gu, "-");
  const safe = flat.replace(/\.{2,}|^[.-]+|\.$|\.lock(?=\.|$)/gu, "-");
  return safe === "" ? "unnamed" : safe;
}

const NOTES = "refs/notes/commits";

function branchRef(track: string): string {
  return `refs/heads/${refName(track)}`;
}

function attemptRef(id: string): string {
  return `refs/attempts/${refName(id)}`;
}
