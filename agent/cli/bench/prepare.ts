import { existsSync } from "node:fs";
import { mkdir, statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import * as z from "zod";
import { UserError } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { dataState } from "../../../tasks/mle-bench/prepared.ts";
import { type BenchEntry, benchEntry, benchTable } from "../../../tasks/mle-bench/table.ts";
import { type Environment, readEnvironment } from "../environment.ts";
import {
  credentials,
  kaggleCommand,
  NO_CREDENTIALS,
  rulesOf,
  wantsRules,
} from "../kaggle/client.ts";
import { lastLine, runClient } from "../open/python-client.ts";
import { table } from "../terminal/table.ts";
import { listNamed } from "./choose.ts";
import { mlebenchPython } from "./mlebench.ts";

type Options = {
  split?: string;
  ids?: string;
  dataDir?: string;
  mlebench?: string;
  kaggle?: string;
  json?: true;
};

/** What became of a competition; written to `prepare.json` in its folder. */
type Prepared = {
  id: string;
  state: "prepared" | "already there" | "rules" | "failed";
  why: string | null;
};

const LOOK_AT_PACKAGE = fileURLToPath(
  new URL("../../../tasks/mle-bench/python/look_at_package.py", import.meta.url),
);

/** Zip, raw files and prepared files lie side by side for a while. */
const COPIES = 3;

/** `mle-star bench prepare`: downloads data and has upstream's preparer split them; never waits for input. */
export function benchPrepareCommand(): Command {
  return new Command("prepare")
    .description(
      "Download and prepare data of MLE-bench with its own package. What is there is not done again; one competition that fails does not stop the others.",
    )
    .option("--split <list>", "low, medium, high, dev or all")
    .option("--ids <ids>", "ids, separated by commas")
    .option("--data-dir <folder>", "data of MLE-bench")
    .option("--mlebench <python>", "interpreter that has the package mlebench")
    .option("--kaggle <command>", "the command of Kaggle's own client")
    .option("--json", "print one JSON object")
    .action(async (options: Options) => {
      const environment = readEnvironment();
      const dataDir = resolve(options.dataDir ?? environment.benchDataDir);
      const entries = await entriesOf(options);
      const python = await preflight(entries, dataDir, options, environment);
      const report = (line: string) => void process.stderr.write(`${line}\n`);
      const kaggle = await kaggleCommand(options.kaggle, environment, report);
      const found: Prepared[] = [];
      for (const entry of entries) {
        const result = await prepareOne(entry, dataDir, python, kaggle);
        found.push(result);
        process.stderr.write(
          `${result.id}: ${result.state}${result.why === null ? "" : `: ${result.why}`}\n`,
        );
      }
      printAll(found, dataDir, options.json === true);
    });
}

async function entriesOf({ split, ids }: Options): Promise<BenchEntry[]> {
  if ((split === undefined) === (ids === undefined))
    throw new UserError("bench prepare: give --split or --ids, one of them");
  if (ids !== undefined) return Promise.all(ids.split(",").map((id) => benchEntry(id.trim())));
  const list = listNamed(split ?? "");
  const all = await benchTable();
  return all.filter((entry) => (list === "all" ? entry.split !== "dev" : entry.split === list));
}

/** What must be there before anything is downloaded; throws one `UserError` with all that is not. Returns the interpreter. */
async function preflight(
  entries: readonly BenchEntry[],
  dataDir: string,
  options: Options,
  environment: Environment,
): Promise<string> {
  const lacking: string[] = [];
  const python = mlebenchPython(options.mlebench, environment);
  if (python === null)
    lacking.push(
      `the package mlebench: \`python3.11 -m venv ${join(environment.cacheDir, "mlebench")}\`, then clone https://github.com/openai/mle-bench, \`git lfs pull\` and install it there`,
    );
  else lacking.push(...(await lackingOfPackage(python, entries, dataDir)));
  if (credentials(environment.all) === null) lacking.push(NO_CREDENTIALS);
  const left = await lackingDisk(entries, dataDir);
  if (left !== null) lacking.push(left);
  if (lacking.length > 0 || python === null)
    throw new UserError(`bench prepare lacks ${lacking.join("; ")}`);
  return python;
}

const PackageFacts = z.object({ isNewEnough: z.boolean(), pointers: z.array(z.string()) });

/** What the package lacks: a Python that is new enough, and the leaderboards that Git LFS holds. */
async function lackingOfPackage(
  python: string,
  entries: readonly BenchEntry[],
  dataDir: string,
): Promise<string[]> {
  const ids = JSON.stringify(entries.map(({ id }) => id));
  const looked = await runClient(python, ["-B", LOOK_AT_PACKAGE, dataDir, ids]);
  if (looked.code !== 0) return [`${python} cannot import mlebench: ${lastLine(looked.said)}`];
  const { isNewEnough, pointers } = PackageFacts.parse(JSON.parse(lastLine(looked.said)));
  const [first] = pointers;
  const boards =
    first === undefined
      ? []
      : [
          `leaderboards: in the package those of ${pointers.length === 1 ? first : `${pointers.length} competitions (${first}, …)`} are pointers of Git LFS, not scores: \`git lfs pull\` in its clone, then install it again`,
        ];
  return isNewEnough ? boards : [`${python}: mlebench needs Python 3.11 or later`, ...boards];
}

/** The disk plan, where it does not hold. */
async function lackingDisk(
  entries: readonly BenchEntry[],
  dataDir: string,
): Promise<string | null> {
  let needed = 0;
  for (const { id, gigabytes } of entries)
    if ((await dataState(dataDir, id)) !== "prepared") needed += gigabytes ?? 0;
  const largest = Math.max(0, ...entries.map(({ gigabytes }) => gigabytes ?? 0));
  // Zip and prepared files of all stay; the raw files of one at a time are the third copy.
  const wanted = needed * (COPIES - 1) + largest;
  await mkdir(dataDir, { recursive: true });
  const { bavail, bsize } = await statfs(dataDir);
  const free = (bavail * bsize) / 1e9;
  return free >= wanted
    ? null
    : `disk: about ${Math.ceil(wanted)} GB for zip, raw and prepared files, ${Math.floor(free)} GB are free in ${dataDir}`;
}

async function prepareOne(
  { id }: BenchEntry,
  dataDir: string,
  python: string,
  kaggle: string,
): Promise<Prepared> {
  if ((await dataState(dataDir, id)) === "prepared")
    return { id, state: "already there", why: null };
  const home = join(dataDir, id);
  await mkdir(home, { recursive: true });
  const log = join(home, "prepare.log");
  const found = await attempt(id, home, { dataDir, python, kaggle, log });
  const text = JSON.stringify({ ...found, at: new Date().toISOString() }, null, 2);
  await writeAtomically(join(home, "prepare.json"), `${text}\n`);
  return found;
}

async function attempt(
  id: string,
  home: string,
  around: { dataDir: string; python: string; kaggle: string; log: string },
): Promise<Prepared> {
  const { dataDir, python, kaggle, log } = around;
  const zip = join(home, `${id}.zip`);
  if (!existsSync(zip)) {
    const args = ["competitions", "download", id, "-p", home, "-q"];
    const loaded = await runClient(kaggle, args, log);
    if (wantsRules(loaded.said)) return { id, state: "rules", why: rulesOf(id) };
    if (loaded.code !== 0)
      return { id, state: "failed", why: `download: ${lastLine(loaded.said)}` };
  }
  const script = "import sys; from mlebench.cli import main; sys.argv[0] = 'mlebench'; main()";
  const args = ["-c", script, "prepare", "-c", id, "--data-dir", dataDir];
  const made = await runClient(python, args, log);
  if (made.code !== 0) return { id, state: "failed", why: lastLine(made.said) };
  const state = await dataState(dataDir, id);
  return state === "prepared"
    ? { id, state, why: null }
    : { id, state: "failed", why: `the preparer ended, but the data are ${state}` };
}

function printAll(found: readonly Prepared[], dataDir: string, json: boolean): void {
  const rules = found.filter(({ state }) => state === "rules");
  if (json) process.stdout.write(`${JSON.stringify({ dataDir, competitions: found })}\n`);
  else {
    const rows = found.map(({ id, state, why }) => [id, state, why ?? ""]);
    const lines = table([["competition", "state", "why"], ...rows]);
    if (rules.length > 0)
      lines.push("", "accept the rules at these addresses, and repeat the command:");
    lines.push(...rules.map(({ why }) => why ?? ""));
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  if (found.some(({ state }) => state === "failed" || state === "rules")) process.exitCode = 1;
}
