import { lstat, readlink, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { execa } from "execa";
import * as z from "zod";
import { isWithin, outermost } from "../paths.ts";

/** What of this machine a Python needs to run: folders to show at the same place, links to make again. */
export type HostPython = {
  /** The program itself, where a name or a wrapper of it was given. */
  executable: string;
  folders: string[];
  links: { path: string; target: string }[];
};

/** Where Linux keeps programs and libraries; on most systems all but the first are links into it. */
const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/** Systems that keep every package in a folder of its own need all of them. */
const STORES = ["/nix/store", "/gnu/store"];

/** A virtual environment lies in one place, and the Python it was made of in another. */
const LISTING = `
import json, os, sys, sysconfig
places = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]
places += [path for path in sys.path if path and os.path.isdir(path)]
places.append(os.path.dirname(os.path.realpath(sys.executable)))
places.append(sysconfig.get_config_var("LIBDIR") or sys.prefix)
places = sorted({each for place in places for each in (place, os.path.realpath(place))})
print(json.dumps({"executable": sys.executable, "places": places}))`;

const listingSchema = z.object({ executable: z.string(), places: z.array(z.string()) });

/** An interpreter that says nothing for so long hangs. */
const ANSWER_MS = 60_000;

/** The folders of this machine that an interpreter needs; a sentence where showing them would show too much. */
export async function hostPython(python: string): Promise<HostPython | string> {
  const answer = await execa(python, ["-c", LISTING], {
    reject: false,
    stdin: "ignore",
    timeout: ANSWER_MS,
    killSignal: "SIGKILL",
    env: { PYTHONNOUSERSITE: "1", PYTHONPATH: undefined, PYTHONHOME: undefined },
  });
  if (answer.exitCode !== 0) return `${python} does not run`;
  const { executable, places } = listingSchema.parse(JSON.parse(answer.stdout));
  const folders: string[] = [];
  const links: HostPython["links"] = [];
  for (const path of SYSTEM) {
    const stats = await lstat(path).catch(() => null);
    if (stats?.isSymbolicLink()) links.push({ path, target: await readlink(path) });
    else if (stats?.isDirectory()) folders.push(path);
  }
  for (const path of places) {
    const store = STORES.find((each) => isWithin(path, each));
    if (store !== undefined) folders.push(store);
    else if (holdsHome(path)) return `${python} keeps its files in ${path}, beside those of users`;
    else if (!links.some((link) => isWithin(path, link.path))) folders.push(path);
  }
  return { executable, folders: outermost(await existing(folders)), links };
}

/** What must not be shown whole: the root, somebody's home, and what holds them or the system's state. */
function holdsHome(path: string): boolean {
  const closed = [homedir(), "/root", "/home", "/etc", "/var", "/run", "/proc", "/sys", "/tmp"];
  return closed.some((each) => isWithin(each, path));
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      realpath(path).then(
        () => path,
        () => null,
      ),
    ),
  );
  return found.filter((path) => path !== null);
}
