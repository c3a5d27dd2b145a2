import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Competition } from "../../../tasks/competition.ts";

/** What AIDE imports, without the packages for the scripts that it writes: those are the product's, in its environment. */
const PACKAGES = [
  "funcy==2.0",
  "humanize==4.8.0",
  "dataclasses_json",
  "omegaconf",
  "shutup",
  "coolname",
  "igraph",
  "genson",
  "black",
  "rich",
  "ipython",
  "openai>=1.69,<2",
  "anthropic>=0.20,<1",
  "google-genai",
  "backoff",
  "requests",
  "jsonschema",
];
/** As published on PyPI: Weco's AIDE (arXiv 2502.13138). */
const VERSION = "aideml==0.2.2";

/** An interpreter with AIDE that sees the packages of the product's; null, with the reason, where it cannot be had. */
export async function aidePython(
  python: string,
  cacheDir: string,
  note: (line: string) => void,
): Promise<string | null> {
  const folder = join(cacheDir, "measure-aide");
  const own = join(folder, "bin", "python");
  const quietly = { reject: false, stdin: "ignore", all: true } as const;
  const works = async () => (await execa(own, ["-c", "import aide.run"], quietly)).exitCode === 0;
  if (await works()) return own;
  note("setting up AIDE (first use)");
  await rm(folder, { recursive: true, force: true });
  await execa(python, ["-m", "venv", folder], quietly);
  const site = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const [theirs, ours] = await Promise.all(
    [own, python].map(async (each) => (await execa(each, ["-c", site], quietly)).stdout ?? ""),
  );
  // Behind its own packages, so that those it needs in another version are found first.
  await writeFile(join(theirs ?? "", "product.pth"), `${ours}\n`);
  const pip = ["-m", "pip", "install", "--quiet", "--prefer-binary"];
  await execa(own, [...pip, "--no-deps", VERSION], quietly);
  const installed = await execa(own, [...pip, ...PACKAGES], quietly);
  if (await works()) return own;
  note(
    `AIDE is left out: it could not be installed: ${(installed.all ?? "").trim().split("\n").at(-1)}`,
  );
  return null;
}

export type AideRun = {
  python: string;
  competition: Competition;
  workspace: string;
  model: string;
  /** Of the environment: the key and the address of the model. */
  environment: Record<string, string>;
  calls: number;
  /** Whether its calls are used up. */
  isUsedUp: () => boolean;
  seconds: number;
  seed: number;
};

/**
 * AIDE on the public folder until its calls or its time are used up; then its best script once more, whose submission is
 * taken. Null: there is none.
 */
export async function runAide(options: AideRun): Promise<string | null> {
  const { python, workspace, environment } = options;
  const begun = Date.now();
  const data = await publicFolder(options);
  await writeFile(join(workspace, "task.md"), taskText(options.competition));
  const settings = {
    data_dir: data,
    desc_file: join(workspace, "task.md"),
    log_dir: join(workspace, "logs"),
    workspace_dir: join(workspace, "workspaces"),
    exp_name: "measured",
    generate_report: "False",
    "exec.timeout": `${scriptSeconds(options.seconds)}`,
    // Each step asks at least once: it ends by its calls.
    "agent.steps": `${options.calls}`,
    "agent.code.model": options.model,
    "agent.feedback.model": options.model,
  };
  const args = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const seeded = `import random, sys; random.seed(${options.seed}); sys.argv = ["aide"] + sys.argv[1:]; from aide.run import run; run()`;
  const child = execa(python, ["-c", seeded, ...args], {
    cwd: workspace,
    env: { ...environment, PYTHONHASHSEED: "0" },
    detached: true,
    reject: false,
    stdin: "ignore",
    stdout: { file: join(workspace, "aide.out") },
    stderr: { file: join(workspace, "aide.err") },
  });
  const isOver = () => options.isUsedUp() || (Date.now() - begun) / 1000 > options.seconds;
  // What it runs scripts in outlives an error of its own: all of it is ended.
  const watch = setInterval(() => {
    if (isOver() && child.pid !== undefined) endGroup(child.pid);
  }, 2000);
  await child;
  clearInterval(watch);
  const left = options.seconds - (Date.now() - begun) / 1000;
  // At least as long as any script of the search may have taken.
  return submitBest(options, Math.max(left, scriptSeconds(options.seconds)));
}

/** How long one script may take, of all the seconds that AIDE has. */
function scriptSeconds(all: number): number {
  return Math.max(60, Math.round(all / 4));
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** The folder without answers, which a shipped competition keeps elsewhere already. */
async function publicFolder({ competition, workspace }: AideRun): Promise<string> {
  const folder = join(workspace, "data");
  await mkdir(folder);
  const { train, test, sample_submission, description, other } = competition.files;
  for (const name of [train, test, sample_submission, description, ...other])
    await execa("cp", ["-rL", "--parents", name, folder], {
      cwd: competition.folder,
      reject: false,
    });
  return folder;
}

function taskText({ title, description, metric, target_columns, id_column }: Competition): string {
  return `# ${title}

${description}

Predict ${target_columns.join(", ")}${id_column === null ? "" : ` for each ${id_column}`} of the test rows, in the form of the sample submission.
Metric: ${metric.name}, to ${metric.direction}.
`;
}

async function submitBest({ python, workspace }: AideRun, seconds: number): Promise<string | null> {
  const logs = await readdir(join(workspace, "logs")).catch(() => []);
  const home = (await readdir(join(workspace, "workspaces")).catch(() => []))[0];
  if (home === undefined || logs[0] === undefined) return null;
  const place = join(workspace, "workspaces", home);
  const submission = join(place, "working", "submission.csv");
  await copyFile(
    join(workspace, "logs", logs[0], "best_solution.py"),
    join(place, "best.py"),
  ).catch(() => undefined);
  await rm(submission, { force: true });
  // Its own loop leaves the last script's submission, not the best one's.
  const options = { cwd: place, timeout: seconds * 1000, reject: false } as const;
  const ran = await execa(python, ["best.py"], { ...options, stdin: "ignore" });
  return ran.exitCode === 0 ? submission : null;
}
