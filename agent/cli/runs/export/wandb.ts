import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { UserError } from "../../../../runs/errors.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import { readEnvironment } from "../../environment.ts";
import { clientCommand, lastLine, type PythonClient } from "../../open/python-client.ts";
import { type Tracked, trackedRun } from "./tracked.ts";

/** An offline run of Weights & Biases; `wandb sync` sends it. */
export type OfflineRun = { folder: string; id: string; points: number };

/** The version that was tried. */
const WANDB: PythonClient = {
  name: "the client of Weights & Biases",
  folder: "wandb-client",
  packages: ["wandb==0.31.0"],
  program: "python",
  option: "--wandb",
};

const SCRIPT = fileURLToPath(new URL("python/offline_run.py", import.meta.url));

export type WandbOptions = {
  /** Folder in which the client makes `wandb/offline-run-…`. */
  out: string;
  /** A Python that can import the client; undefined: one of our own. */
  python: string | undefined;
  report: (line: string) => void;
};

/**
 * Writes a run, ended or at work, as an offline run of Weights & Biases: settings, the score of every attempt and the
 * best so far by step, what it came to. Nothing is sent. An export of a run that has gone on is another run there.
 * Throws `UserError` where the client refuses.
 */
export async function exportToWandb(
  folder: string,
  { out, python, report }: WandbOptions,
): Promise<OfflineRun> {
  const tracked = await trackedRun(folder);
  const command = await clientCommand(WANDB, python, readEnvironment(), report);
  await mkdir(out, { recursive: true });
  const told = toldOf(tracked, out);
  const { code, stdout, stderr } = await written(command, JSON.stringify(told));
  if (code !== 0) throw new UserError(`Weights & Biases refused: ${lastLine(stderr)}`);
  const { files } = JSON.parse(lastLine(stdout)) as { files: string };
  return { folder: dirname(files), id: told.id, points: tracked.points.length };
}

function toldOf({ summary, settings, points, values, tags, ended }: Tracked, folder: string) {
  const { competition, run, direction, status } = summary;
  return {
    folder,
    project: "mle-star",
    group: competition,
    name: `${competition}/${run}`,
    id: sha256(`${competition}/${run}/${ended}`).slice(0, 16),
    tags: [status, summary.metric].filter((tag) => tag !== null),
    config: { ...settings, ...tags },
    summary: direction === "minimize" ? "min" : "max",
    points,
    values,
  };
}

/** The client finds no settings of the user that would send anything. */
async function written(command: string, input: string) {
  const { PATH = "", HOME = "" } = readEnvironment().all;
  const env = { PATH, HOME, WANDB_MODE: "offline", WANDB_ERROR_REPORTING: "false" };
  const child = spawn(command, ["-B", SCRIPT], { stdio: ["pipe", "pipe", "pipe"], env });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => reject(new UserError(`${command}: ${error.message}`)));
    child.once("close", resolve);
  });
  child.stdin.on("error", () => undefined).end(input);
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
