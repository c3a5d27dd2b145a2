import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Fault, RunRefused, UserError } from "../../../runs/errors.ts";
import {
  type Commit,
  type History,
  historyDamage,
  type Named,
  NOTHING_NAMED,
  openHistory,
  readHistory,
} from "../../../runs/record/history.ts";
import { freshFolder } from "../journal-fixture.ts";

const path = process.env.PATH ?? "";
const fresh = { named: NOTHING_NAMED, report: () => undefined };

function solution(id: string, some: Partial<Commit> = {}): Commit {
  return {
    id,
    files: { "solution.py": `print("${id}")\n` },
    parents: [],
    date: "2026-01-02T03:04:05.678Z",
    subject: `init ${id}: 0.8`,
    body: null,
    trailers: { Score: "0.8", Status: "scored" },
    ...some,
  };
}

async function freshHistory() {
  const directory = join(await freshFolder(), "history.git");
  return { directory, history: await openHistory(directory, { run: "r1", path, ...fresh }) };
}

/** What a person sees who looks with a git of their own. */
async function git(directory: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["--git-dir", directory, ...args]);
  return stdout;
}

test("code comes back to the byte, whatever its line ends and characters", async () => {
  const { history } = await freshHistory();
  const code = "a = '✓ $HOME'\r\n\tb\r\n\n# no newline at the end";
  const commit = await history.commit(
    solution("a", { files: { "solution.py": code, "plan.txt": "-n\n" } }),
  );
  expect(await history.read(commit, "solution.py")).toBe(code);
  expect(await history.read(commit, "plan.txt")).toBe("-n\n");
});

test("the same attempt gets the same commit id in any folder, another date another one", async () => {
  const [one, two] = [await freshHistory(), await freshHistory()];
  const first = await one.history.commit(solution("a"));
  expect(await two.history.commit(solution("a"))).toBe(first);
  expect(await one.history.commit(solution("a"))).toBe(first);
  expect(await one.history.commit(solution("a", { date: "2026-01-02T03:04:06Z" }))).not.toBe(first);
});

test("git log alone is the leaderboard, rejected attempts and repairs included", async () => {
  const { directory, history } = await freshHistory();
  const first = await history.commit(solution("track-1/init-1"));
  await history.refAttempt("track-1/init-1", first);
  await history.setBranch("track-1", first);
  const repaired = solution("track-1/init-1/fix-1", {
    parents: [first],
    date: "2026-01-02T03:05:00Z",
    subject: "refine: 0.9\nSigned-off-by: x",
    trailers: { Score: "0.9", Plan: "two\nlines" },
  });
  const second = await history.commit(repaired);
  await history.refAttempt("track-1/init-1/fix-1", second);
  await history.tagBest(second);
  const log = await git(directory, "log", "--all", "--format=%s | %(trailers:key=Score,valueonly)");
  expect(log.split("\n").filter((line) => line !== "")).toEqual([
    "refine: 0.9 Signed-off-by: x | 0.9",
    "init track-1/init-1: 0.8 | 0.8",
  ]);
  expect(await git(directory, "log", "--format=%(trailers:only)", "-1", "best")).toContain(
    "Attempt: track-1/init-1/fix-1\nScore: 0.9\nPlan: two lines\nRun: r1",
  );
  expect(await git(directory, "for-each-ref", "--format=%(refname) %(objectname)")).toBe(
    [
      `refs/attempts/track-1.init-1 ${first}`,
      `refs/attempts/track-1.init-1.fix-1 ${second}`,
      `refs/heads/main ${second}`,
      `refs/heads/track-1 ${first}`,
      `refs/tags/best ${second}`,
      "",
    ].join("\n"),
  );
});

test("a body stands between subject and trailers, and cannot pass for one of them", async () => {
  const { directory, history } = await freshHistory();
  const commit = await history.commit(solution("a", { body: "use ratios\n\nScore: 1.0" }));
  expect(await git(directory, "log", "--format=%B", "-1", commit)).toBe(
    "init a: 0.8\n\nuse ratios Score: 1.0\n\nAttempt: a\nScore: 0.8\nStatus: scored\nRun: r1\n\n",
  );
  const scores = await git(
    directory,
    "log",
    "--format=%(trailers:key=Score,valueonly)",
    "-1",
    commit,
  );
  expect(scores.trim()).toBe("0.8");
});

test("a note says what became of a commit, and is replaced by a later one; the commit stays the same", async () => {
  const { directory, history } = await freshHistory();
  const commit = await history.commit(solution("a"));
  expect(await history.noted()).toEqual(new Set());
  await history.note(commit, { Verdict: "rejected" });
  await history.note(commit, { Verdict: "accepted", Why: "better\nby far" });
  expect(await history.noted()).toEqual(new Set([commit]));
  expect(await git(directory, "log", "-1", commit)).toContain(
    "Notes:\n    Verdict: accepted\n    Why: better by far\n",
  );
  expect(await history.commit(solution("a"))).toBe(commit);
});

test("many files and many differences are read at once; what is not there is left out", async () => {
  const { history } = await freshHistory();
  const code = "x = '✓'\r\n".repeat(3);
  const first = await history.commit(solution("a", { files: { "solution.py": code } }));
  const second = await history.commit(
    solution("b", { files: { "solution.py": `${code}y = 2` }, parents: [first] }),
  );
  const blend = await history.commit(solution("c", { files: { "blend.json": "{}" } }));
  const files = await history.readAll([first, blend, second, first], "solution.py");
  expect(files).toEqual(
    new Map([
      [first, code],
      [second, `${code}y = 2`],
    ]),
  );
  const changes = await history.changes([first, second, blend]);
  expect([...changes.keys()]).toEqual([second]);
  expect(changes.get(second)).toContain("\n+y = 2\n");
  expect(await history.readAll([], "solution.py")).toEqual(new Map());
});

test("writers side by side lose nothing", async () => {
  const { directory, history } = await freshHistory();
  const ids = Array.from({ length: 24 }, (_, index) => `track-${index % 3}/attempt-${index}`);
  const commits = await Promise.all(
    ids.map(async (id) => {
      const commit = await history.commit(solution(id));
      await Promise.all([history.refAttempt(id, commit), history.setBranch("track-1", commit)]);
      return commit;
    }),
  );
  const refs = await git(directory, "for-each-ref", "--format=%(objectname)", "refs/attempts");
  expect(refs.trim().split("\n").sort()).toEqual([...commits].sort());
  expect(await git(directory, "fsck", "--full", "--strict", "--no-dangling")).toBe("");
});

test("a user's git set-up neither runs nor changes a commit", async () => {
  const home = await freshFolder();
  const hooks = join(home, "hooks");
  await mkdir(hooks);
  const marker = join(home, "a-hook-ran");
  for (const hook of ["reference-transaction", "post-commit"])
    await writeFile(join(hooks, hook), `#!/bin/sh\ntouch ${marker}\nexit 1\n`, { mode: 0o755 });
  const config = `[core]\nhooksPath=${hooks}\nautocrlf=true\n[init]\ntemplateDir=${home}\ndefaultBranch=odd\n[user]\nname=Mallory\n[commit]\ngpgsign=true\n[diff]\nexternal=false\n`;
  await writeFile(join(home, ".gitconfig"), config);
  const calm = await freshHistory();
  const expected = await calm.history.commit(solution("a", { files: { "solution.py": "x\r\n" } }));
  const before = { HOME: process.env.HOME, GIT_DIR: process.env.GIT_DIR };
  Object.assign(process.env, { HOME: home, GIT_DIR: home });
  try {
    const { history } = await freshHistory();
    const commit = await history.commit(solution("a", { files: { "solution.py": "x\r\n" } }));
    expect(commit).toBe(expected);
    await history.setBranch("track-1", commit);
    const next = await history.commit(
      solution("b", { parents: [commit], files: { "solution.py": "y\r\n" } }),
    );
    expect(await history.diff(commit, next)).toContain("-x\r\n+y\r\n");
    expect(existsSync(marker)).toBe(false);
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
});

test("looking at a history reads it and mends nothing; one that is not there is refused", async () => {
  const { directory, history } = await freshHistory();
  const commit = await history.commit(solution("a"));
  await writeFile(join(directory, "refs/heads/track-1.lock"), "");
  const past = readHistory(directory, { path });
  expect(await past.read(commit, "solution.py")).toBe('print("a")\n');
  expect(existsSync(join(directory, "refs/heads/track-1.lock"))).toBe(true);
  const gone = readHistory(join(directory, "gone"), { path });
  await expect(gone.read(commit, "solution.py")).rejects.toThrow(
    /gone is not there: repeat the command of the run, which makes it again/u,
  );
});

test("lock files that a killed git left behind do not stop the next session", async () => {
  const { directory, history } = await freshHistory();
  const commit = await history.commit(solution("a"));
  await history.setBranch("track-1", commit);
  const next = await history.commit(solution("b", { parents: [commit] }));
  for (const lock of ["refs/heads/track-1.lock", "packed-refs.lock", "config.lock", "HEAD.lock"])
    await writeFile(join(directory, lock), "");
  await expect(history.setBranch("track-1", next)).rejects.toThrow("track-1");
  const again = await openHistory(directory, { run: "r1", path, ...fresh });
  await again.setBranch("track-1", next);
  expect((await git(directory, "rev-parse", "track-1")).trim()).toBe(next);
});

/** A history of two attempts with what a journal would say of it. */
async function namedHistory() {
  const { directory, history } = await freshHistory();
  const make = async (to: History) => {
    const first = await to.commit(solution("track-1/init-1"));
    await to.refAttempt("track-1/init-1", first);
    await to.setBranch("track-1", first);
    const second = await to.commit(solution("track-1/init-2", { parents: [first] }));
    await to.refAttempt("track-1/init-2", second);
    return { "track-1/init-1": first, "track-1/init-2": second };
  };
  const commits = await make(history);
  const named: Named = {
    commits: new Map(Object.entries(commits)),
    tracks: new Set(["track-1"]),
  };
  return { directory, make, commits, named };
}

test.each<[string, string, (directory: string) => Promise<void>]>([
  ["it is gone", "is lost", (directory) => rm(directory, { recursive: true })],
  [
    "a bit of an object was turned",
    "damaged",
    async (directory) => {
      const [object = ""] = (await readdir(join(directory, "objects"), { recursive: true })).filter(
        (name) => /^[0-9a-f]{2}\/./u.test(name),
      );
      const file = join(directory, "objects", object);
      const bytes = await readFile(file);
      bytes[8] = (bytes[8] ?? 0) ^ 4;
      await rm(file);
      await writeFile(file, bytes);
    },
  ],
  [
    "an attempt's ref is gone",
    "commit of track-1/init-2 is lost",
    (directory) => rm(join(directory, "refs/attempts/track-1.init-2")),
  ],
  [
    "a ref holds rubbish",
    "branch of track-1 is lost",
    (directory) => writeFile(join(directory, "refs/heads/track-1"), "rubbish\n"),
  ],
  ["HEAD is gone", "cannot read", (directory) => rm(join(directory, "HEAD"))],
])(
  "a history where %s is said to be damaged, and made again with the same commits",
  async (_, why, damage) => {
    const { directory, make, commits, named } = await namedHistory();
    expect(await historyDamage(directory, { path, named })).toBeNull();
    await damage(directory);
    const told: string[] = [];
    const report = (line: string) => void told.push(line);
    const again = await openHistory(directory, { run: "r1", path, named, report });
    expect(told).toEqual([expect.stringContaining(why)]);
    const first = commits["track-1/init-1"];
    expect([again.isRebuilt, again.lacks(first)]).toEqual([true, true]);
    // Whoever reads a commit that is still to come waits for it.
    const read = again.read(first, "solution.py");
    expect(await make(again)).toEqual(commits);
    expect(await read).toBe('print("track-1/init-1")\n');
    expect(again.lacks(first)).toBe(false);
    expect(await historyDamage(directory, { path, named })).toBeNull();
  },
);

test("a git that is too old or that fails says what to do", async () => {
  const folder = await freshFolder();
  const git = async (name: string, says: string) => {
    const bin = join(folder, name);
    await mkdir(bin);
    await writeFile(join(bin, "git"), `#!/bin/sh\necho "${says}" >&2\nexit 129\n`, { mode: 0o755 });
    return openHistory(join(folder, `${name}.git`), { run: "r1", path: bin, ...fresh });
  };
  await expect(git("old", "error: unknown option 'initial-branch=main'")).rejects.toThrow(
    "git is too old; install git 2.28 or newer",
  );
  await expect(git("full", "fatal: write error: No space left on device")).rejects.toThrow(
    /full\.git: no space left on the disk; free some space/u,
  );
  const odd = git("odd", "fatal: the moon is full");
  await expect(odd).rejects.toThrow(Fault);
  await expect(odd).rejects.toThrow(/git init failed .*run the same command again/u);
});

test("only a commit's id goes to git: options and names are refused", async () => {
  const { history } = await freshHistory();
  for (const text of ["--output=/tmp/x", "main", "HEAD", ""])
    await expect(history.diff(text, text)).rejects.toThrow(RunRefused);
  await expect(history.commit(solution("a", { files: { "../x": "" } }))).rejects.toThrow(
    "not a file name",
  );
});

test("an odd id still becomes a valid ref", async () => {
  const { directory, history } = await freshHistory();
  const commit = await history.commit(solution("a"));
  const odd = ["..", "a b~^:?*[\\", "x.lock", "-n", "é/..@{", "a.lock/b"];
  for (const id of odd) await history.refAttempt(id, commit);
  const refs = await git(directory, "for-each-ref", "--format=%(refname)", "refs/attempts");
  expect(refs.trim().split("\n").length).toBeGreaterThanOrEqual(5);
});

test("a machine without git says so in one line that a user can act on", async () => {
  const directory = join(await freshFolder(), "history.git");
  const opening = openHistory(directory, { run: "r1", path: "/nowhere", ...fresh });
  await expect(opening).rejects.toThrow(UserError);
  await expect(openHistory(directory, { run: "r1", path: "/nowhere", ...fresh })).rejects.toThrow(
    "git was not found",
  );
});
