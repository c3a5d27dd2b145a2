import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GitObjects } from "../../../runs/record/git-objects.ts";

/** A bare repository, and git on it with the names and dates that are to be written. */
async function repository() {
  const directory = await mkdtemp(join(tmpdir(), "mle-star-objects-"));
  const stamp = { GIT_AUTHOR_DATE: "@1767323045 +0000", GIT_COMMITTER_DATE: "@1767323045 +0000" };
  const config = ["-c", "user.name=mle-star", "-c", "user.email=mle-star@localhost"];
  const git = (args: readonly string[], input = ""): string =>
    execFileSync("git", [...config, ...args], {
      env: { PATH: process.env.PATH, GIT_DIR: directory, GIT_CONFIG_NOSYSTEM: "1", ...stamp },
      input,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
    }).trim();
  git(["init", "--bare", "--quiet", "--template="]);
  const close = () => rm(directory, { recursive: true, force: true });
  return { directory, git, [Symbol.asyncDispose]: close };
}

const date = new Date("2026-01-02T03:04:05.678Z");
const names = fc
  .stringMatching(/^[a-zA-Z0-9_. é-]{1,12}$/u)
  .filter((name) => !/^\.+(?:git)?$/iu.test(name));

test("an object has the id that git gives it, and git finds nothing wrong with it", async () => {
  await using made = await repository();
  const { directory, git } = made;
  const objects = new GitObjects(directory);
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(names, fc.string({ unit: "grapheme" }), { noNullPrototype: true }),
      fc.string({ unit: "grapheme-ascii" }),
      async (files, subject) => {
        const tree = await objects.tree(files);
        const listed = Object.entries(files).map(([name, text]) => {
          const id = git(["hash-object", "-w", "--stdin"], text);
          return `100644 blob ${id}\t${name}\0`;
        });
        expect(tree).toBe(git(["mktree", "-z"], listed.join("")));
        const message = `${subject.trim() || "none"}\n\nAttempt: a\n`;
        const first = await objects.commit({ tree, parents: [], date, message });
        expect(first).toBe(git(["commit-tree", tree], message));
        // Named twice it counts once.
        const parents = [first, first];
        const second = await objects.commit({ tree, parents, date, message });
        expect(second).toBe(git(["commit-tree", tree, "-p", first], message));
      },
    ),
    { numRuns: 6, seed: 4 },
  );
  expect(git(["fsck", "--full", "--strict", "--no-dangling"])).toBe("");
});

test("objects are read by git without its having made any", async () => {
  await using made = await repository();
  const objects = new GitObjects(made.directory);
  const tree = await objects.tree({ "b.py": "x = 1\r\n", "a.txt": "" });
  const parent = await objects.commit({ tree, parents: [], date, message: "first\n" });
  const child = await objects.commit({ tree, parents: [parent], date, message: "second\n" });
  expect(made.git(["cat-file", "-p", `${child}:b.py`])).toBe("x = 1");
  expect(made.git(["log", "--format=%s %an %ct", child])).toBe(
    "second mle-star 1767323045\nfirst mle-star 1767323045",
  );
  expect(made.git(["fsck", "--full", "--strict", "--no-dangling"])).toBe("");
});
