import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Brief } from "../../../../../agent/brief.ts";
import { readEnvironment } from "../../../../../agent/cli/environment.ts";
import { recipeSection } from "../../../../../agent/models/playbook/first-script.ts";
import { openFragments } from "../../../../../agent/models/playbook/fragments.ts";
import { audioRecipes } from "../../../../../agent/models/playbook/recipes/audio.ts";
import { calendarRecipes } from "../../../../../agent/models/playbook/recipes/calendar.ts";
import { featureRecipes } from "../../../../../agent/models/playbook/recipes/features.ts";
import { historyRecipes } from "../../../../../agent/models/playbook/recipes/history.ts";
import { imageRecipes } from "../../../../../agent/models/playbook/recipes/image.ts";
import { modelRecipes } from "../../../../../agent/models/playbook/recipes/models.ts";
import { panelRecipes } from "../../../../../agent/models/playbook/recipes/panel.ts";
import { tablesRecipes } from "../../../../../agent/models/playbook/recipes/tables.ts";
import { textRecipes } from "../../../../../agent/models/playbook/recipes/text.ts";
import { composeScript } from "../../../../../agent/models/playbook/script.ts";
import type { Recipe, Section } from "../../../../../agent/models/playbook/section.ts";
import { settingsSection } from "../../../../../agent/models/playbook/settings.ts";
import { pythonEnvironment } from "../../../../../sandbox/environment/python-environment.ts";
import type { Competition } from "../../../../../tasks/competition.ts";
import { loadCompetition } from "../../../../../tasks/load.ts";
import { profileCompetition } from "../../../../../tasks/profile/profile.ts";

const { cacheDir, python: override } = readEnvironment();
const { python, packages } = await pythonEnvironment({
  cacheDir,
  override,
  report: (line) => process.stderr.write(`${line}\n`),
});
const fragments = openFragments(null);

/** Every recipe of the kinds of data other than plain tables. */
export const modalities: readonly Recipe[] = [
  ...calendarRecipes,
  ...panelRecipes,
  ...historyRecipes,
  ...textRecipes,
  ...imageRecipes,
  ...audioRecipes,
  ...tablesRecipes,
];
const library: readonly Recipe[] = [...featureRecipes, ...modelRecipes, ...modalities];

export type Cell = string | number | null;
export type Row = Record<string, Cell>;

/** A competition to write: rows of both tables, answers of the test rows, and what its task file says. */
export type Made = {
  task: string[];
  train: Row[];
  test: Row[];
  sample: Row[];
  answers: Row[];
  files: Record<string, string | Uint8Array>;
};

/** What a made-up task is about: its lines in the task file, and what the sample says of every row. */
type Goal = {
  type: string;
  metric: string;
  direction: "minimize" | "maximize";
  target: string;
  sample: Row;
  /** Columns that only training rows have, besides the target. */
  hidden: readonly string[];
  extra: readonly string[];
};

/** A competition whose rows before a position are for training; the later ones lose their answers. */
export function holdOut(rows: readonly Row[], cut: number, goal: Goal, files: Made["files"]): Made {
  const later = rows.slice(cut);
  const hidden = new Set([goal.target, ...goal.hidden]);
  const shown = (row: Row): Row =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !hidden.has(name)));
  return {
    task: [
      `type: ${goal.type}`,
      `metric: { name: ${goal.metric}, direction: ${goal.direction} }`,
      "id_column: id",
      `target_columns: [${goal.target}]`,
      `prediction_columns: [${Object.keys(goal.sample).join(", ")}]`,
      ...goal.extra,
    ],
    train: rows.slice(0, cut),
    test: later.map(shown),
    sample: later.map((row) => ({ id: row["id"] ?? null, ...goal.sample })),
    answers: later.map((row) => ({
      id: row["id"] ?? null,
      [goal.target]: row[goal.target] ?? null,
    })),
    files,
  };
}

/** Share of the answers that a submission has right. */
export function accuracyOf(made: Made, submission: string, target: string): number {
  const [head = "", ...lines] = submission.trim().split("\n");
  const place = head.split(",").indexOf(target);
  const shown = lines.map((line) => line.split(",")[place]);
  const right = made.answers.filter((row, at) => String(row[target]) === shown[at]);
  return right.length / made.answers.length;
}

/** Draws numbers in [0, 1), the same for the same seed. */
export function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** Rows as CSV text; null is an empty cell. */
export function csv(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cell = (value: Cell | undefined): string => {
    const text = String(value ?? "");
    return /[",\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => names.map((name) => cell(row[name])).join(","));
  return `${[names.map(cell).join(","), ...lines].join("\n")}\n`;
}

/** Writes a competition into a fresh folder and makes its brief with the product's own profile. */
export async function briefOf(made: Made): Promise<{ brief: Brief; competition: Competition }> {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-modality-"));
  const files: Record<string, string | Uint8Array> = {
    "task.yaml": `${["id: made-up", "title: Made up", ...made.task].join("\n")}\n`,
    "description.md": "Predict the target column of the test rows from the other columns.\n",
    "train.csv": csv(made.train),
    "test.csv": csv(made.test),
    "sample_submission.csv": csv(made.sample),
    ...made.files,
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const competition = await loadCompetition(folder);
  const profile = await profileCompetition(competition, python);
  const rows = { trainRows: made.train.length, testRows: made.test.length };
  const strategy = profile.testIsLater ? "time" : "random";
  const brief: Brief = {
    text: "",
    competition,
    profile,
    split: { kind: "holdout", strategy, ...rows, folds: [], subsample: null },
    packages,
    limits: { seconds: 120, memoryMb: 4096, cpus: 1, gpus: 0 },
    seed: 7,
  };
  return { brief, competition };
}

/** A script of the named recipes, in that order, with what every script of the playbook has. */
export function scriptOf(brief: Brief, ids: readonly string[]): string {
  const section = (kind: Section["kind"], title: string, file: string): Section => ({
    kind,
    title,
    code: fragments(file),
  });
  const chosen = ids.flatMap((id) => library.find((recipe) => recipe.id === id) ?? []);
  return composeScript([
    settingsSection(brief, brief.seed),
    section("tools", "tools", "common/tools.py"),
    section("tools", "tools: dates", "common/dates_in.py"),
    section("read", "read the tables", "common/read.py"),
    section("target", "target", "common/target.py"),
    section("folds", "folds", "common/folds.py"),
    section("features", "features: columns", "common/columns.py"),
    ...chosen.map((recipe) => recipeSection(recipe, fragments)),
    section("blend", "blend: weights", "ensembles/blend.py"),
    section("blend", "blend: decision", "common/decision.py"),
    section("write", "write the submission", "common/write.py"),
  ]);
}

/** A submission, or nothing where the last of several scripts left none. */
async function submissionIn(workspace: string): Promise<string> {
  const names = await readdir(workspace);
  if (!names.includes("submission.csv")) return "";
  return readFile(join(workspace, "submission.csv"), "utf8");
}

/** Runs a script beside the competition's data; the log is given when it fails. */
export async function runScript(
  competition: Competition,
  code: string,
  beside: Record<string, string> = {},
): Promise<{ exit: number | null; log: string; submission: string }> {
  const workspace = await mkdtemp(join(tmpdir(), "mle-star-script-"));
  await symlink(competition.folder, join(workspace, "input"));
  for (const [name, text] of Object.entries({ ...beside, "script.py": code })) {
    await writeFile(join(workspace, name), text);
  }
  const child = spawn(python, ["script.py"], {
    cwd: workspace,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", OMP_NUM_THREADS: "1", PYTHONWARNINGS: "ignore" },
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  child.stderr.on("data", (piece: Buffer) => pieces.push(piece));
  const exit = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const log = Buffer.concat(pieces).toString("utf8").slice(-6000);
  const submission = exit === 0 ? await submissionIn(workspace) : "";
  return { exit, log, submission };
}

const DRIVER = `
import pathlib, runpy, sys, traceback, warnings
warnings.simplefilter("ignore")
for path in sorted(pathlib.Path(".").glob("variant-*.py")):
    try:
        pathlib.Path("submission.csv").unlink(missing_ok=True)
        runpy.run_path(str(path), run_name="__main__")
        assert pathlib.Path("submission.csv").exists(), "no submission"
        print("ran", path.stem, flush=True)
    except BaseException:
        traceback.print_exc(file=sys.stdout)
`;

/** Runs scripts one after the other in one process, which imports the packages once; says of each why it failed. */
export async function runScripts(
  competition: Competition,
  scripts: readonly { what: string; code: string }[],
): Promise<{ what: string; failure: string | null }[]> {
  const names = scripts.map((_, index) => `variant-${String(index).padStart(3, "0")}`);
  const files = Object.fromEntries(
    names.map((name, index) => [`${name}.py`, scripts[index]?.code ?? ""]),
  );
  const { log } = await runScript(competition, DRIVER, files);
  return scripts.map(({ what }, index) => ({
    what,
    failure: log.includes(`ran ${names[index]}\n`) ? null : log,
  }));
}

/** The numbers of a column of a submission, in its order. */
export function numbersOf(submission: string, column: string): number[] {
  const [head = "", ...lines] = submission.trim().split("\n");
  const place = head.split(",").indexOf(column);
  return lines.map((line) => Number(line.split(",")[place]));
}

/** Mean absolute error of a column of a submission. */
export function meanError(made: Made, submission: string, target: string): number {
  const truth = made.answers.map((row) => Number(row[target]));
  const shown = numbersOf(submission, target);
  return truth.reduce((sum, value, i) => sum + Math.abs(value - (shown[i] ?? 0)), 0) / truth.length;
}
