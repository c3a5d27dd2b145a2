import { type SimpleGit, simpleGit } from "simple-git";
import { Fault, reportedError, UserError } from "../errors.ts";

const AUTHOR = "mle-star";

/** Runs one git command on a bare repository of ours and returns what it printed, to the byte. */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<string>;

type GitOptions = { input?: string; date?: Date };

/**
 * Git on the bare repository at `directory`, found on the search path `path`. Nothing of the user's or the
 * machine's git set-up reaches it: no home folder, no system file, no hooks, no templates.
 */
export function gitFor(directory: string, path: string): Git {
  const environment = { PATH: path, GIT_CONFIG_NOSYSTEM: "1", GIT_DIR: directory };
  return async (args, { input, date } = {}) => {
    const stamp = date === undefined ? {} : datesOf(date);
    try {
      const git = client(directory, input).env({ ...environment, ...stamp });
      return await git.raw([...args]);
    } catch (error) {
      throw gitError(error, args, directory);
    }
  };
}

function client(directory: string, input: string | undefined): SimpleGit {
  return simpleGit({
    baseDir: directory,
    input: () => input,
    config: [
      `user.name=${AUTHOR}`,
      `user.email=${AUTHOR}@localhost`,
      `safe.directory=${directory}`,
      "core.hooksPath=/dev/null",
      "core.quotePath=false",
      // A commit must outlive a power cut like the journal line that names it.
      "core.fsync=loose-object,reference",
      "gc.auto=0",
    ],
    // These guards vet what callers hand in; here the values are constants of this room.
    unsafe: { allowUnsafeHooksPath: true, allowUnsafeTemplateDir: true },
    allowEnvironment: ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE", "GIT_CONFIG_NOSYSTEM", "GIT_DIR"],
  });
}

/** Whole seconds in UTC, so that the same moment gives the same commit id on any machine. */
function datesOf(date: Date): { GIT_AUTHOR_DATE: string; GIT_COMMITTER_DATE: string } {
  const stamp = `@${Math.floor(date.getTime() / 1000)} +0000`;
  return { GIT_AUTHOR_DATE: stamp, GIT_COMMITTER_DATE: stamp };
}

/** The first version that knows `init --initial-branch`. */
const OLDEST = "2.28";

/** What git says where the user can mend it, and what to do then. */
const MENDABLE: readonly (readonly [RegExp, string])[] = [
  [/spawn git ENOENT/u, "git was not found; install git and run the command again"],
  [
    /unknown (?:option|switch)|is not a git command/u,
    `git is too old; install git ${OLDEST} or newer and run the command again`,
  ],
  [/spawn git (?:EACCES|EPERM)/u, "git may not be started; check the permissions of git"],
];

function gitError(error: unknown, args: readonly string[], directory: string): Error {
  const message = error instanceof Error ? error.message.trim() : String(error);
  const advice = MENDABLE.find(([pattern]) => pattern.test(message))?.[1];
  if (advice !== undefined) return new UserError(advice, { cause: error });
  const known = reportedError(message, directory, error);
  if (known !== null) return known;
  const said = message.replace(/\s+/gu, " ") || "it ended without a word";
  return new Fault(
    `${directory}: git ${args[0]} failed (${said}); run the same command again, and if it fails again, remove this folder first: it is made again from the journal`,
    { cause: error },
  );
}
