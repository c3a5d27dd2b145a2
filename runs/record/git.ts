import { type SimpleGit, simpleGit } from "simple-git";
import { Fault, reportedError, UserError } from "../errors.ts";
import { AUTHOR } from "./git-objects.ts";

/** Runs one git command on a bare repository of ours and returns what it printed, to the byte. */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<string>;

type GitOptions = { input?: string };

/**
 * Git on the bare repository at `directory`, found on the search path `path`. Nothing of the user's or the
 * machine's git set-up reaches it: no home folder, no system file, no hooks, no templates.
 */
export function gitFor(directory: string, path: string): Git {
  // The objects that we write are of this format, whatever that of a later git is.
  const format = { GIT_DEFAULT_HASH: "sha1" };
  const environment = { PATH: path, GIT_CONFIG_NOSYSTEM: "1", GIT_DIR: directory, ...format };
  return async (args, { input } = {}) => {
    try {
      const git = client(directory, input).env(environment);
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
      // They must outlive a power cut like the journal line that names them.
      "core.fsync=loose-object,reference",
      "gc.auto=0",
    ],
    // These guards vet what callers hand in; here the values are constants of this room.
    unsafe: { allowUnsafeHooksPath: true, allowUnsafeTemplateDir: true },
    allowEnvironment: ["GIT_CONFIG_NOSYSTEM", "GIT_DEFAULT_HASH", "GIT_DIR"],
  });
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
