import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { root } from "./engines.ts";

/** Before a command that is to run in a PID namespace of its own, under the same host name. */
function ownNamespace(): [string, ...string[]] {
  const asUser = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  return ["unshare", ...asUser, "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
}

/** Why no PID namespace can be made here; null where one can. */
export function namespaceRefusal(): string | null {
  const [program, ...options] = ownNamespace();
  const { status, stderr, error } = spawnSync(program, [...options, "true"]);
  if (status === 0) return null;
  return `no PID namespace can be made here: ${error?.message ?? stderr.toString().trim()}`;
}

/** Runs Node in a PID namespace of its own; ends with the block that holds it. */
export function nodeInNamespace(argv: readonly string[]): ChildProcess & Disposable {
  const [program, ...options] = ownNamespace();
  const command = [...options, process.execPath, "--import", "tsx", ...argv];
  return spawn(program, command, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
}
