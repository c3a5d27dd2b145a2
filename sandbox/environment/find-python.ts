import { execa } from "execa";
import * as z from "zod";
import { ConfigInvalid } from "../../runs/errors.ts";
import { inTime } from "../../runs/patience.ts";
import { parseJson } from "../../runs/record/journal-lines.ts";

/** A Python that can make environments. */
export type Interpreter = { executable: string; version: string };

const NAMES = ["python3", "python3.13", "python3.12", "python3.11", "python3.14", "python3.10"];
const OLDEST = [3, 10] as const;
const CORE_MODULES = ["numpy", "pandas", "scipy", "sklearn", "lightgbm"];

const PROBE = `
import importlib.util, json, sys
parts = ["venv", "ensurepip"]
print(json.dumps({
    "executable": sys.executable,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "recent": sys.version_info >= (3, 10),
    "missing": [each for each in parts if importlib.util.find_spec(each) is None],
}))`;

/** Any Python, however old, can say which one it is. */
const VERSION = `import sys; sys.stdout.write("%d.%d.%d" % tuple(sys.version_info[:3]))`;

const LISTING = `
import importlib.metadata, importlib.util, json, sys
names = ((each.metadata["Name"], each.version) for each in importlib.metadata.distributions())
skipped = (None, "pip", "setuptools", "wheel")
print(json.dumps({
    "missing": [each for each in sys.argv[1:] if importlib.util.find_spec(each) is None],
    "packages": sorted({"%s==%s" % each for each in names if each[0] not in skipped}, key=str.lower),
}))`;

const IMPORTS = `
import importlib, json, sys
broken = []
for name in sys.argv[1:]:
    try: importlib.import_module(name)
    except Exception as error: broken.append("%s: %s" % (name, error))
print(json.dumps(broken))`;

const probeSchema = z.object({
  executable: z.string(),
  version: z.string(),
  recent: z.boolean(),
  missing: z.array(z.string()),
});
const listingSchema = z.object({
  missing: z.array(z.string()),
  packages: z.array(z.string()),
});

/** An interpreter that says nothing for so long hangs; the slowest disk takes less. */
const PATIENCE_SECONDS = 60;

/** What an interpreter answers; null when it hangs, and then it is ended. */
async function answerOf(
  python: string,
  args: readonly string[],
  signal: AbortSignal | null = null,
) {
  const child = execa(python, args, { reject: false, stdin: "ignore" });
  const ended = await inTime(child, PATIENCE_SECONDS, signal);
  if (ended !== null) return ended.value;
  child.kill("SIGKILL");
  // Whatever it has started may hold the pipes: nobody waits for that.
  child.stdout.destroy();
  child.stderr.destroy();
  signal?.throwIfAborted();
  return null;
}

/** The first Python on the path that is recent and complete enough; one clear line where there is none. */
export async function findPython(
  names: readonly string[] = [...NAMES, "python"],
  signal: AbortSignal | null = null,
): Promise<Interpreter> {
  const seen: string[] = [];
  for (const name of names) {
    const answer = await answerOf(name, ["-c", PROBE], signal);
    if (answer === null) seen.push(`${name} (does not answer)`);
    if (answer?.exitCode !== 0) continue;
    const found = probeSchema.safeParse(parseJson(answer.stdout));
    if (!found.success) continue;
    const { executable, version, recent, missing } = found.data;
    if (recent && missing.length === 0) return { executable, version };
    const lacks = recent ? `without ${missing.join(" and ")}` : "too old";
    seen.push(`${executable} (${version}, ${lacks})`);
  }
  if (seen.length === 0) {
    throw new ConfigInvalid(
      "no Python found: install Python 3.10 or newer (Debian and Ubuntu: apt-get install python3 python3-venv), or set MLE_STAR_PYTHON",
    );
  }
  throw new ConfigInvalid(
    `no usable Python found, only ${[...new Set(seen)].join(", ")}: install Python 3.10 or newer with its venv module (Debian and Ubuntu: apt-get install python3-venv), or set MLE_STAR_PYTHON`,
  );
}

/** An interpreter the user named, and what is installed in it. Throws `ConfigInvalid` with one line. */
export async function readOverride(
  python: string,
  signal: AbortSignal | null = null,
): Promise<{ python: string; packages: string[] }> {
  const version = await printedBy(python, ["-c", VERSION], signal);
  if (!isRecent(version)) {
    const what = /^[\d.]+$/u.test(version) ? `is Python ${version}` : "is no Python";
    throw new ConfigInvalid(
      `MLE_STAR_PYTHON=${python} ${what}, and Python ${OLDEST.join(".")} or newer is needed: name another interpreter, or unset it`,
    );
  }
  const text = await printedBy(python, ["-c", LISTING, ...CORE_MODULES], signal);
  const listing = listingSchema.safeParse(parseJson(text));
  if (!listing.success) throw unusable(python, "it does not list its packages");
  const { missing, packages } = listing.data;
  if (missing.length > 0) {
    throw new ConfigInvalid(
      `MLE_STAR_PYTHON=${python} lacks ${missing.join(", ")}: install them there, or unset it`,
    );
  }
  return { python, packages };
}

/** What an interpreter that the user named prints. Throws `ConfigInvalid` when it fails or hangs. */
async function printedBy(
  python: string,
  args: readonly string[],
  signal: AbortSignal | null,
): Promise<string> {
  const answer = await answerOf(python, args, signal);
  if (answer === null)
    throw new ConfigInvalid(
      `MLE_STAR_PYTHON=${python} does not answer within ${PATIENCE_SECONDS} s: name an interpreter that starts, or unset it`,
    );
  if (answer.exitCode === 0) return answer.stdout;
  const said = answer.stderr?.trim().split("\n").at(-1) || answer.originalMessage;
  const end = answer.signal === undefined ? `code ${answer.exitCode}` : answer.signal;
  throw unusable(python, said || `it ended with ${end}`);
}

function unusable(python: string, why: string): ConfigInvalid {
  return new ConfigInvalid(
    `MLE_STAR_PYTHON=${python} does not work (${why}): name an interpreter that does, or unset it`,
  );
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldest, oldestMinor] = OLDEST;
  return major > oldest || (major === oldest && minor >= oldestMinor);
}

/** The core modules that an interpreter has and yet cannot import, each with the reason. */
export async function brokenModules(python: string): Promise<string[]> {
  const answer = await answerOf(python, ["-c", IMPORTS, ...CORE_MODULES]);
  if (answer === null) return [`no answer within ${PATIENCE_SECONDS} s`];
  if (answer.exitCode === 0) return z.array(z.string()).parse(JSON.parse(answer.stdout));
  // A library that brings the whole interpreter down leaves no list.
  return [answer.stderr.trim().split("\n").at(-1) || answer.originalMessage || "python failed"];
}
