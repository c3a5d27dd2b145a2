import { spawn } from "node:child_process";
import { mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Brief } from "../../../agent/brief.ts";
import { readEnvironment } from "../../../agent/cli/environment.ts";
import { fitting } from "../../../agent/models/playbook/library.ts";
import { pythonEnvironment } from "../../../sandbox/environment/python-environment.ts";
import { loadCompetition, SHIPPED_FOLDER } from "../../../tasks/load.ts";
import { profileCompetition } from "../../../tasks/profile/profile.ts";
import { answersOf } from "../../../tasks/shipped/answers.ts";
import { grade } from "../../../tasks/shipped/grade.ts";
import { converse, mergedOf } from "../../agent/models/playbook/conversation.ts";

/**
 * By hand: what a script of the playbook scores on a competition's hidden answers.
 * `npm run measure -- scripts <competition> [family+family…] [/recipe+recipe…] [--seconds n]`; without families,
 * all that fit, one by one. Recipes are written below the last feature section. With `--seconds 120` they are written for
 * the limit of `quick` on one core, and their clock is the time they had of it: other work on the machine does not count.
 */
export async function playbookScripts(
  id: string,
  families: string,
  recipes: string,
  limit: string | null,
): Promise<void> {
  const { cacheDir, python: override } = readEnvironment();
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const { python, packages } = await pythonEnvironment({ cacheDir, override, report });
  const competition = await loadCompetition(id);
  const profile = await profileCompetition(competition, python);
  const { trainRows, testRows } = profile;
  const strategy = profile.testIsLater ? "time" : "random";
  const brief: Brief = {
    text: "",
    competition,
    profile,
    split: { kind: "holdout", strategy, trainRows, testRows, folds: [], subsample: null },
    packages,
    limits: {
      seconds: Number(limit ?? 600),
      memoryMb: 8192,
      cpus: limit === null ? 2 : 1,
      gpus: 0,
    },
    seed: 7,
  };
  const each = families === "" ? fitting(brief, "model").map((recipe) => recipe.id) : [families];
  for (const names of each) {
    const written = await withRecipes(brief, await mergedOf(brief, names.split("+")), recipes);
    const code = limit === null ? written : OWN_CLOCK + written;
    const began = process.hrtime.bigint();
    const workspace = await run(python, competition.folder, code);
    const seconds = Number((process.hrtime.bigint() - began) / 1_000_000n) / 1000;
    const answers = answersOf(competition, SHIPPED_FOLDER);
    if (answers === null) throw new Error(`${id} has no answers`);
    const submission = join(workspace, "submission.csv");
    const graded = await grade({ competition, answers, submission, python });
    console.log(`${id} ${names} ${recipes}: ${graded.score} in ${seconds} s (${workspace})`);
  }
}

/** What a script takes for the time of day is what it has had of a core. */
const OWN_CLOCK = "import time\ntime.time = time.process_time\n";

async function withRecipes(brief: Brief, code: string, recipes: string): Promise<string> {
  if (recipes === "") return code;
  const plan = recipes
    .replace("/", "")
    .split("+")
    .map((id) => `[${id}]`)
    .join(" ");
  const at = code.indexOf("# --- model: ");
  const features = await converse(brief, "coder", { block: "# --- features: more\npass", plan });
  return `${code.slice(0, at)}${features}\n\n${code.slice(at)}`;
}

async function run(python: string, input: string, code: string): Promise<string> {
  const workspace = await mkdtemp(join(tmpdir(), "mle-star-measure-"));
  await symlink(input, join(workspace, "input"));
  await writeFile(join(workspace, "script.py"), code);
  const child = spawn(python, ["-W", "ignore", "script.py"], {
    cwd: workspace,
    stdio: ["ignore", "inherit", "inherit"],
  });
  await new Promise((resolve) => child.on("close", resolve));
  return workspace;
}
