import { chmod, cp, mkdir, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { UserError } from "../../../../runs/errors.ts";
import { writeAtomically } from "../../../../runs/record/atomic-file.ts";
import { findRun } from "../../../../runs/record/folder.ts";
import { redactorOf, secretsOf } from "../../../../runs/record/secrets.ts";
import { openProgress } from "../../terminal/progress.ts";
import { type CommandContext, subCommand, WHICH } from "../context.ts";
import type { Material } from "./material.ts";

/** What an export left: the file or folder, and the image where one was built. */
type Exported = {
  to: string;
  solution: string;
  path: string;
  image: string | null;
  notes: string[];
};

const TARGETS = ["script", "notebook", "folder", "docker"] as const;
type Target = (typeof TARGETS)[number];

/** Where a run is only looked at. */
const TRACKERS = ["mlflow", "wandb"] as const;
type Tracker = (typeof TRACKERS)[number];

const isTracker = (to: string): to is Tracker => TRACKERS.some((each) => each === to);

const EXTENSION: Record<Target, string> = {
  script: ".py",
  notebook: ".ipynb",
  folder: "",
  docker: "",
};

/** `mle-star runs export`: what made a submission, as something that runs without this program. */
export function exportCommand(context: CommandContext) {
  return subCommand("export", "what made the submission, to run it without mle-star", context)
    .argument("[run]", WHICH, "latest")
    .addOption(
      new Option("--to <form>", "what is written")
        .choices([...TARGETS, ...TRACKERS])
        .makeOptionMandatory(),
    )
    .option("--out <path>", "where it is written: a file, or an empty folder")
    .option("--solution <id>", "another scored solution or blend than the one submitted")
    .option("--with-data", "write the data, as the scripts saw them, to input/ beside it", false)
    .option("--no-build", "docker: write the folder only")
    .option("--data <folder>", "the competition's folder, where it has moved")
    .option("--mlflow <uri>", "mlflow: the server that the run is written to")
    .option("--wandb <python>", "wandb: a Python that has the client, in place of one of our own")
    .action(async (run, { to, solution, withData, build, data, runsDir, json, ...rest }) => {
      const { out } = rest;
      if (isTracker(to)) {
        const made = await track(await findRun(runsDir, run), to, rest, context);
        context.write(json ? `${JSON.stringify(made.value)}\n` : `${made.text}\n`);
        return;
      }
      const progress = openProgress(process.stderr, json, redactorOf(secretsOf(context.env)));
      try {
        const folder = await findRun(runsDir, run);
        const name = `mle-star-${basename(dirname(folder))}-${basename(folder)}${EXTENSION[to]}`;
        const path = resolve(context.cwd, out ?? name);
        const wanted = { solution: solution ?? null, data: data ?? null, report: progress.line };
        const made = await exportRun(folder, { to, path, withData, build }, wanted);
        context.write(json ? `${JSON.stringify(made)}\n` : textOf(made));
      } finally {
        progress.close();
      }
    });
}

/** Writes a run to a tracker of experiments; what is said of it. */
async function track(
  folder: string,
  to: Tracker,
  { out, mlflow, wandb }: { out?: string; mlflow?: string; wandb?: string },
  { cwd }: CommandContext,
): Promise<{ value: unknown; text: string }> {
  if (to === "mlflow") {
    if (mlflow === undefined) throw new UserError("--to mlflow: name the server with --mlflow");
    const { exportToMlflow } = await import("./mlflow.ts");
    const value = await exportToMlflow(folder, mlflow);
    return { value, text: value.page };
  }
  const { exportToWandb } = await import("./wandb.ts");
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const value = await exportToWandb(folder, {
    out: resolve(cwd, out ?? "."),
    python: wandb,
    report,
  });
  return { value, text: `${value.folder}\nsend it with: wandb sync ${value.folder}` };
}

type Place = { to: Target; path: string; withData: boolean; build: boolean };

async function exportRun(
  folder: string,
  { to, path, withData, build }: Place,
  wanted: { solution: string | null; data: string | null; report: (line: string) => void },
): Promise<Exported> {
  const isFolder = to === "folder" || to === "docker";
  await (isFolder ? mustBeEmpty(path) : mustBeFile(path));
  // What reads Python and asks the referee is loaded only where it is wanted.
  const { readMaterial, withReferee } = await import("./material.ts");
  const material = await readMaterial(folder, wanted);
  const notes: string[] = [];
  await (isFolder ? writeFolder(material, path, to) : writeFile(material, path, to));
  if (withData) {
    const place = join(isFolder ? path : dirname(path), "input");
    await withReferee(folder, material.started, wanted, async (referee) =>
      copyData(await referee.input("final"), place),
    );
  }
  const { plan } = material;
  const made = { to, solution: plan.solution, path, image: null, notes };
  if (to !== "docker" || !build) return made;
  const { buildImage } = await import("./image.ts");
  const image = await buildImage(material, path, wanted.report);
  if ("tag" in image) return { ...made, image: image.tag };
  return { ...made, notes: [`no image was built: ${image.problem}`] };
}

async function mustBeEmpty(path: string): Promise<void> {
  const found = await readdir(path).catch((error: NodeJS.ErrnoException) => error.code ?? "");
  if (found === "ENOENT" || found.length === 0) return;
  throw new UserError(`${path} is there already; name an empty folder with --out`);
}

async function mustBeFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new UserError(`${path} is a folder; name a file with --out`);
  await mkdir(dirname(path), { recursive: true });
}

async function writeFile(material: Material, path: string, to: Target): Promise<void> {
  const text =
    to === "script"
      ? await (await import("./script.ts")).scriptText(material)
      : await (await import("./notebook.ts")).notebookText(material);
  await writeAtomically(path, text);
}

async function writeFolder(material: Material, path: string, to: Target): Promise<void> {
  const files =
    to === "folder"
      ? await (await import("./folder.ts")).folderFiles(material)
      : await (await import("./image.ts")).imageFiles(material);
  for (const [name, text] of files) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeAtomically(join(path, name), text);
  }
}

/** The files of a view are read-only and may be links: the copy is the user's. */
async function copyData(from: string, to: string): Promise<void> {
  await mustBeEmpty(to);
  await cp(from, to, { recursive: true, dereference: true });
  for (const entry of await readdir(to, { withFileTypes: true, recursive: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

function textOf({ path, image, solution, notes }: Exported): string {
  const built = image === null ? "" : `, image ${image}`;
  return [`${path}: ${solution}${built}`, ...notes, ""].join("\n");
}
