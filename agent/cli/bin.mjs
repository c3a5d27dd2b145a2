#!/usr/bin/env node
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtProgram } from "./launch/built-program.mjs";
import { ensureDependencies, root } from "./launch/set-up.mjs";

ensureDependencies();
// The translator of the sources works in a thread and a process of its own, whose failures nobody awaits.
process.once("uncaughtException", sayNotLoaded);
try {
  const built = await builtProgram(root);
  if (built === null) await importSources();
  else await import(pathToFileURL(built).href);
} catch (error) {
  sayNotLoaded(error);
} finally {
  process.removeListener("uncaughtException", sayNotLoaded);
}

async function importSources() {
  const { register } = await import("tsx/esm/api");
  // Else it takes the one of the folder that the program is called in.
  register({ tsconfig: join(root, "tsconfig.json") });
  await import("./main.ts");
}

/** Where the program could not even be loaded, nothing of it can say this. */
function sayNotLoaded(error) {
  const line = whyNotLoaded(error);
  if (line === null) console.error(error);
  else process.stderr.write(`error: ${line}\n`);
  process.exit(1);
}

/** What the system refused while the sources were read, or translated into the temporary folder; null: nothing. */
function whyNotLoaded(error) {
  const { code, syscall, path } = error ?? {};
  const place = path ?? "mle-star";
  // Of which file it was asked too many is chance.
  if (code === "EMFILE" || code === "ENFILE")
    return `too many open files; raise their limit (\`ulimit -n 4096\`) and run the same command again`;
  if (code === "ENOSPC")
    return `${place}: no space left on the disk; free some space and run the same command again`;
  // Node says that a folder is not there, when it makes it on a file system that is read-only.
  if (code === "EROFS" || code === "EACCES" || (code === "ENOENT" && syscall === "mkdir"))
    return `${place}: the file system is read-only; make it writable, or set TMPDIR to a folder that is`;
  return null;
}
