import { execa } from "execa";

/** What the process engine puts before the interpreter, and what that achieves. */
export type Isolation = { prefix: string[]; network: boolean; tree: boolean };

/** The script ends when the harness does, even by `kill -9`. */
const DIE_WITH_PARENT = ["setpriv", "--pdeathsig", "KILL"];
/** No network, and a process tree that ends as one, whatever leaves its group. */
const OWN_NAMESPACES = [
  "unshare",
  ...["--user", "--map-current-user", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"],
  ...["--net", "--ipc"],
];

/** The runner raises the loopback interface with them, then gives them up; they reach no further than these namespaces. */
const WITH_POWERS = [...OWN_NAMESPACES, "--keep-caps"];

/** The strongest isolation that this system grants to an ordinary process; most Linux systems grant all. */
export async function findIsolation(needsLoopback: boolean): Promise<Isolation> {
  const candidates: Isolation[] = [
    ...(needsLoopback
      ? [{ prefix: [...DIE_WITH_PARENT, ...WITH_POWERS], network: true, tree: true }]
      : []),
    { prefix: [...DIE_WITH_PARENT, ...OWN_NAMESPACES], network: true, tree: true },
    { prefix: DIE_WITH_PARENT, network: false, tree: false },
  ];
  for (const candidate of candidates) {
    const [file = "", ...args] = candidate.prefix;
    const answer = await execa(file, [...args, "true"], { reject: false, timeout: 10_000 });
    if (answer.exitCode === 0) return candidate;
  }
  return { prefix: [], network: false, tree: false };
}
