import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mleStar } from "../../end-to-end/program.ts";

/** What each shell is asked, and how it answers: the candidates for the last word, one a line. */
const SHELLS = {
  bash: `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _mle_star; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `compdef() { : }; compadd() { shift; print -l -- $@; }; _files() { : }; source "$0"; words=("$@"); CURRENT=$#; _mle_star`,
  fish: `source $argv[1]; complete -C (string join -- " " $argv[2..-1])`,
} as const;
type Shell = keyof typeof SHELLS;

let root: string;
const scripts = new Map<Shell, string>();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-completion-"));
  for (const shell of ["bash", "zsh", "fish"] as const) {
    const { stdout } = await mleStar(["completion", shell]);
    const file = join(root, `mle-star.${shell}`);
    await writeFile(file, stdout);
    scripts.set(shell, file);
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

const has = (shell: string) => {
  try {
    execFileSync(shell, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

function candidates(shell: Shell, ...words: string[]): string[] {
  const args = ["-c", SHELLS[shell], scripts.get(shell) ?? "", "mle-star", ...words];
  const said = execFileSync(shell, args, { encoding: "utf8", cwd: root });
  const all = said.split("\n").map((line) => line.split("\t")[0] ?? "");
  const last = words.at(-1) ?? "";
  return all.filter((word) => word !== "" && word.startsWith(last));
}

test.each(["bash", "zsh", "fish"] as const)(
  "%s completes commands, options and choices as the program has them",
  (shell) => {
    if (!has(shell)) return expect(scripts.get(shell), `no ${shell} on this machine`).toBeDefined();
    expect(candidates(shell, "ru")).toEqual(expect.arrayContaining(["run", "runs"]));
    expect(candidates(shell, "runs", "ex")).toEqual(["export"]);
    expect(candidates(shell, "runs", "show", "--lead")).toEqual(["--leaderboard"]);
    expect(candidates(shell, "runs", "export", "--to", "n")).toEqual(["notebook"]);
    expect(candidates(shell, "image", "c")).toEqual(["cpu"]);
    // Where a file is wanted, files are what the shell offers.
    expect(candidates(shell, "image", "--modules", "c")).toEqual([]);
  },
);

test("an unknown shell is refused in one line", async () => {
  const { code, stderr } = await mleStar(["completion", "tcsh"]);
  expect(code).toBe(2);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain("bash, zsh, fish");
});
