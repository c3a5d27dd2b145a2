import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { root } from "./engines.ts";

/** Before a command that is to run in a PID namespace of its own, under the same host name. */
const OWN_NAMESPACE = ["--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
const AS_USER = ["--user", "--map-root-user"];

/** Why no PID namespace can be made here; null where one can. */
export function namespaceRefusal(): string | null {
  const { status, stderr, error } = spawnSync("unshare", [...ownNamespace(), "true"]);
  if (status === 0) return null;
  return `no PID namespace can be made here: ${error?.message ?? stderr.toString().trim()}`;
}

function ownNamespace(): string[] {
  return process.getuid?.() === 0 ? OWN_NAMESPACE : [...AS_USER, ...OWN_NAMESPACE];
}

/** Runs Node in a PID namespace of its own; ends with the block that holds it. */
export function nodeInNamespace(argv: readonly string[]): ChildProcess & Disposable {
  const command = [...ownNamespace(), process.execPath, "--import", "tsx", ...argv];
  return spawn("unshare", command, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
}
