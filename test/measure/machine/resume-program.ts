import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashConfig } from "../../../agent/cli/open/choose-run.ts";
import type { Config } from "../../../agent/config.ts";
import { linkLine } from "../../../runs/record/journal-lines.ts";
import { dataHash } from "../../../tasks/data-hash.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { ended, startProgram } from "../program.ts";
import { now } from "../timing.ts";
import { longConfig } from "./long-journal.ts";

const COMPETITION = "world";
const RUN = "long";
/** So many that the referee holds one split out, as that of the made-up world does. */
const TRAIN_ROWS = 4000;

/**
 * Seconds from the start of `mle-star run` to the model call at the frontier of a made-up run, whose journal
 * is cut to so many steps. The call arrives at a server of ours, which then ends the program.
 */
export async function resumeProgram(made: string, steps: number, kept: number): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), "mle-star-measure-"));
  const config = longConfig(steps);
  try {
    const task = await writeCompetition(join(home, COMPETITION));
    await adoptRun(made, join(home, "runs", COMPETITION, RUN), kept, {
      config,
      configHash: hashConfig(config),
      dataHash: await dataHash(await loadCompetition(task)),
    });
    return await timeToFirstCall(config, home, task);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function timeToFirstCall(config: Config, home: string, task: string): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const settings = join(home, "config.yaml");
  await writeFile(settings, JSON.stringify(config));
  const args = ["run", task, "--config", settings, "--runs-dir", join(home, "runs")];
  const begun = now();
  const child = startProgram([...args, "--run-id", RUN, "--quiet"], {
    ANTHROPIC_API_KEY: "none",
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
  });
  const called = once(server, "request").then(() => now() - begun);
  const end = ended(child);
  const seconds = await Promise.race([called, end.then(() => null)]);
  child.kill("SIGKILL");
  await end;
  server.close();
  server.closeAllConnections();
  if (seconds === null) throw new Error("the program ended before it called the model");
  return seconds;
}

/** The same task as that of the made-up world, with tables that hold it. */
async function writeCompetition(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const rows = (from: number, count: number, row: (id: number) => string) =>
    `${Array.from({ length: count }, (_, index) => row(from + index)).join("\n")}\n`;
  const task = {
    id: COMPETITION,
    title: "World",
    type: "regression",
    metric: { name: "r2", direction: "maximize" },
    id_column: "id",
    target_columns: ["y"],
    prediction_columns: ["y"],
  };
  await writeFile(join(folder, "task.yaml"), JSON.stringify(task));
  await writeFile(
    join(folder, "train.csv"),
    `id,x,y\n${rows(1, TRAIN_ROWS, (id) => `${id},${id % 17},${(id % 17) * 2 + (id % 5)}`)}`,
  );
  await writeFile(
    join(folder, "test.csv"),
    `id,x\n${rows(TRAIN_ROWS + 1, 100, (id) => `${id},${id % 17}`)}`,
  );
  await writeFile(
    join(folder, "sample_submission.csv"),
    `id,y\n${rows(TRAIN_ROWS + 1, 100, (id) => `${id},0`)}`,
  );
  return folder;
}

/** Copies a run and lets its first line say that it was begun on these data with these settings. */
async function adoptRun(
  made: string,
  folder: string,
  kept: number,
  identity: { config: Config; configHash: string; dataHash: string },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(join(made, "history.git"), join(folder, "history.git"), { recursive: true });
  // Its made-up predictions are as the journal says, and there is no frozen split to compare.
  for (const name of ["attempts", "referee"])
    await cp(join(made, name), join(folder, name), { recursive: true });
  for (const name of ["submission.csv", "solution.py"])
    await cp(join(made, name), join(folder, name));
  const text = await readFile(join(made, "journal.jsonl"), "utf8");
  const [first = "", ...others] = text.split("\n").slice(0, kept);
  const started = JSON.parse(first);
  const own = JSON.stringify({ ...started, value: { ...started.value, ...identity } });
  let before = "";
  const lines = [own, ...others].map((each) => {
    const { line, link } = linkLine(each.replace(/,"chain":"[0-9a-f]*"\}$/u, "}"), before);
    before = link;
    return `${line}\n`;
  });
  await writeFile(join(folder, "journal.jsonl"), lines.join(""));
}
