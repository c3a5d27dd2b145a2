import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { findEngine } from "../../../sandbox/containers/engine.ts";
import type { EngineName } from "../../../sandbox/contract.ts";
import {
  type MessagesServer,
  saying,
  startMessagesServer,
} from "../../fakes/servers/messages-server.ts";
import { sampled } from "../../sample.ts";
import { presentEngines } from "../../sandbox/engines.ts";
import { writeWages } from "../made-competition.ts";
import { runCommand, start } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";

const settings = ["tracks=1", "candidates=1", "outerSteps=0", "ensembleAttempts=0", "blends=false"];
const TEST_ROWS = 75;
/** A script shows that it runs, and leaves time to be killed. */
const PAUSE = `open("ready", "w").close()
__import__("time").sleep(4)
`;

let root: string;
let competition: string;
let server: MessagesServer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-child-kills-"));
  competition = await writeWages(join(root, "wages"));
  server = await startMessagesServer(({ prompt }) => {
    const reply = answerTo(prompt);
    return saying(reply.replace(/^(# --- imports.*\n)/mu, `$1${PAUSE}`));
  });
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

type Row = { pid: number; parent: number };

/** The interpreters of the scripts of a run, by the seed that is in their environment; whatever they are in. */
function interpreters(seed: number): Row[] {
  return readdirSync("/proc").flatMap((id) => {
    if (!/^\d+$/u.test(id)) return [];
    try {
      const read = (file: string) => readFileSync(`/proc/${id}/${file}`, "utf8");
      const isOurs =
        read("environ").includes(`=${seed}\0`) &&
        /python[^\0]*\0[^\0]*runner\.py/u.test(read("cmdline"));
      return isOurs ? [{ pid: Number(id), parent: parentOf(Number(id)) }] : [];
    } catch {
      // It has just ended.
      return [];
    }
  });
}

function parentOf(pid: number): number {
  return Number(
    /^PPid:\s+(\d+)$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN,
  );
}

/** What is at work: where it is, and who runs it. */
type Working = { engine: EngineName; seed: number; program: number; workspace: string };

function killInterpreter({ seed }: Working): void {
  const all = interpreters(seed);
  const inner = all.find(({ pid }) => !all.some(({ parent }) => parent === pid));
  if (inner === undefined) throw new Error("no script runs");
  process.kill(inner.pid, "SIGKILL");
}

/** The one that the program itself has started. */
function killFirst({ seed, program }: Working): void {
  let pid = interpreters(seed)[0]?.pid ?? 0;
  while (parentOf(pid) !== program) pid = parentOf(pid);
  process.kill(pid, "SIGKILL");
}

async function containerOf({ engine: name, workspace }: Working) {
  const engine = await findEngine(
    name === "podman" ? "podman" : "docker",
    process.env.CONTAINER_HOST ?? null,
  );
  if (typeof engine === "string") throw new Error(engine);
  const all = await engine.docker.listContainers();
  const ours = all.find(({ Mounts }) => Mounts.some(({ Source }) => Source === workspace));
  return engine.docker.getContainer(ours?.Id ?? "none");
}

type Kill = (working: Working) => unknown;

const ofProcesses: [string, Kill][] = [
  ["interpreter", killInterpreter],
  ["first process", killFirst],
];
const ofContainers: [string, Kill][] = [
  ["interpreter", killInterpreter],
  ["container", async (working) => (await containerOf(working)).kill()],
  [
    "container, which goes away",
    async (working) => (await containerOf(working)).remove({ force: true }),
  ],
];

const cells = (await presentEngines()).flatMap((engine) =>
  (["process", "bwrap"].includes(engine) ? ofProcesses : ofContainers).map(([what, kill]) => ({
    engine,
    what,
    kill,
  })),
);

/** Folder in which a script of a run says that it runs, once it does. */
async function readyWorkspace(folder: string, isOver: () => boolean): Promise<string> {
  while (!isOver()) {
    const found = readdirNow(join(folder, "work")).find((path) => path.endsWith("/ready"));
    if (found !== undefined) return dirname(join(folder, "work", found));
    await sleep(50);
  }
  throw new Error("the run ended before a script ran");
}

function readdirNow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    // It is not there yet, or changes just now.
    return [];
  }
}

test.for(sampled(cells, { size: 1, seed: 6 }).map((cell, index) => ({ ...cell, index })))(
  "on $engine, a script whose $what somebody kills is run again, and the run ends well",
  { timeout: 600_000 },
  async ({ engine, kill, index }) => {
    const seed = 2_000_000 + process.pid * 20 + index;
    const runs = join(root, `runs-${index}`);
    const flags = ["--seed", String(seed), "--sandbox", engine];
    const command = runCommand(competition, { runs, id: "one", settings, flags });
    const { env } = process;
    const { MLE_STAR_BASE_IMAGE, MLE_STAR_WHEELS } = env;
    const images = Object.entries({ MLE_STAR_BASE_IMAGE, MLE_STAR_WHEELS }).flatMap(
      ([name, value]) => (value === undefined ? [] : [[name, value] as const]),
    );
    const own = { ANTHROPIC_BASE_URL: server.url, ...Object.fromEntries(images) };
    const { child, ended } = start(command, own);
    const folder = join(runs, "wages", "one");
    const workspace = await readyWorkspace(folder, () => child.exitCode !== null);
    await kill({ engine, seed, program: child.pid ?? 0, workspace });
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(0);
    const events = await readEvents(join(folder, "journal.jsonl"));
    const warnings = events.flatMap((event) =>
      event.type === "executed" && event.value.warning !== null ? [event.value.warning] : [],
    );
    expect(warnings).toEqual([expect.stringMatching(/^run again, since at first /u)]);
    const verdicts = events.flatMap((event) =>
      event.type === "evaluated" ? [event.value.evaluation.status] : [],
    );
    expect(new Set(verdicts)).toEqual(new Set(["scored"]));
    const rows = (await readFile(join(folder, "submission.csv"), "utf8")).trim().split("\n");
    expect(rows).toHaveLength(TEST_ROWS + 1);
  },
);
