import { execa } from "execa";

/**
 * The command, wrapped so that it reaches no network and writes to no folder but this one, for programs of ours that
 * need no more of a sandbox; null: bubblewrap cannot do it on this machine.
 */
export async function withoutNetwork(
  command: readonly string[],
  writable: string,
): Promise<[string, ...string[]] | null> {
  const system = [
    "--ro-bind",
    "/",
    "/",
    "--dev-bind",
    "/dev",
    "/dev",
    "--bind",
    writable,
    writable,
  ];
  const wrapped = [...system, "--unshare-net", "--"];
  const tried = await execa("bwrap", [...wrapped, "true"], { reject: false, stdin: "ignore" });
  return tried.exitCode === 0 ? ["bwrap", ...wrapped, ...command] : null;
}
