import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GraphRefused, readGraphFile } from "../../../agent/swarm/graph-file.ts";
import { type ChatServer, startChatServer } from "../../fakes/servers/chat-server.ts";
import { saying } from "../../fakes/servers/loopback-server.ts";
import { writeWages } from "../made-competition.ts";
import { lastObject, mleStar, start } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";

let root: string;
let server: ChatServer;
let asked: string[] = [];
const of = (name: string) => join(root, name);

/** One fits a line; the other one, asked alone, takes a tenth of its slope, and takes over what it is shown. */
function answerBy(model: string, prompt: string): string {
  const [question = "", others = null] = prompt.split("# Answers of others");
  const own = answerTo(question).replace(
    /share = [\d.]+/u,
    model === "fitter" ? "share = 1.0" : "share = 0.1",
  );
  const shown = /share = ([\d.]+)/u.exec(others ?? "")?.[1];
  return model === "copier" && shown !== undefined
    ? own.replace(/share = [\d.]+/u, `share = ${shown}`)
    : own;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-swarm-"));
  await writeWages(of("tasks/wages"), 300);
  await writeWages(of("later/pay"), 400);
  await writeFile(of("pool.yaml"), "pool:\n  copier: openai:copier\n  fitter: openai:fitter\n");
  server = await startChatServer((call) => {
    asked.push(call.body.model);
    return saying(
      answerBy(call.body.model, call.body.messages.map(({ content }) => content).join("\n")),
    );
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

/** Calls that the runs below a folder have sent, by their journals. */
async function callsSent(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const journals = entries.filter((each) => each.isFile() && each.name === "journal.jsonl");
  const texts = journals.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8"));
  return (await Promise.all(texts)).join("").split('"type":"call-sent"').length - 1;
}

const settings = [
  "tracks=1",
  "candidates=1",
  "outerSteps=0",
  "ensembleAttempts=0",
  "blends=false",
].concat(["canary=off", "dataUsage=off", "planVerify=off", "model=playbook"]);
const command = (out: string, ...more: string[]) => [
  ...[
    "swarm",
    "optimize",
    of("tasks/wages"),
    "--fresh",
    of("later/pay"),
    "--pool",
    of("pool.yaml"),
  ],
  ...[
    "--out",
    of(out),
    "--evaluations",
    "2",
    "--population",
    "2",
    "--roles",
    "initializer,debugger",
  ],
  ...["--quick", "--sandbox", "process", "--parallel", "1"],
  ...settings.flatMap((setting) => ["--set", setting]),
  ...more,
];
const environment = () => ({ OPENAI_BASE_URL: server.url });

// Nine runs: a few minutes where the machine is free.
test.runIf(process.env.FULL === "1")(
  "it finds the graph that ends well, beside random search and single models; killed, it pays for nothing twice",
  async () => {
    const { child, ended } = start(command("one", "--json"), environment());
    const journal = of("one/evaluations.jsonl");
    const lines = async () => (existsSync(journal) ? await readFile(journal, "utf8") : "");
    while (child.exitCode === null && (await lines()) === "") await sleep(200);
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
    // Jobs outlive who began them: a call at work comes to its end.
    const done = await mleStar(command("one", "--json"), environment());
    expect(done, done.stderr).toMatchObject({ code: 0 });
    const calls = asked.length;
    const found = lastObject(done);
    expect(found).toMatchObject({
      steps: "role-step only",
      arms: [{ name: "best single model" }, { name: "es" }, { name: "random" }],
      fresh: { worth: [{}, {}, {}] },
    });
    const graph = readGraphFile(await readFile(of("one/best.json"), "utf8"));
    if (graph instanceof GraphRefused) throw new Error(graph.why);
    const end = graph.nodes.find(({ id }) => graph.edges.every(([from]) => from !== id));
    // A graph that ends in the one who copies is as good, if the other one is before it.
    expect(graph.nodes.length === 1 ? end : graph.nodes.length).toEqual(
      graph.nodes.length === 1 ? { id: "fitter", kind: "model", member: "fitter" } : 2,
    );
    const { utility } = found.winner as unknown as { utility: number };
    expect(utility).toBeGreaterThan(0.5);

    // All of it again: nothing is asked, nothing is run, and the same is found.
    asked = [];
    const again = await mleStar(command("one", "--json"), environment());
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(asked).toEqual([]);
    expect(lastObject(again)).toEqual(found);
    // Every run was made once, and nobody was asked what no journal of a run holds.
    const written = (await lines())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const hashes = written.map(({ part, hash }) => `${part} ${hash}`);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(await callsSent(of("one"))).toBe(calls);

    const other = await mleStar(command("one", "--seed", "1"), environment());
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toMatch(
      /was begun with another settings: use the same, or name another --out/u,
    );
  },
  3_000_000,
);

test("graphs whose prompts no stored call answers are refused, and nobody is asked", async () => {
  asked = [];
  const refused = await mleStar(
    command("none", "--surrogate", "replay", "--from", of("nowhere")),
    environment(),
  );
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toMatch(
    /answer at most 0\.0 % of the prompts of a graph, 50\.0 % wanted/u,
  );
  expect(asked).toEqual([]);
});

const bad: [string, string[], RegExp][] = [
  ["an unknown optimizer", ["--optimizer", "luck"], /--optimizer luck: /u],
  ["no number", ["--evaluations", "many"], /--evaluations many: /u],
  ["a pool that is not there", ["--pool", "none.yaml"], /--pool none\.yaml: no such file/u],
];

test.each(bad)("refused with one line: %s", async (_, more, line) => {
  const ended = await mleStar(command("bad", ...more), environment());
  expect(ended).toMatchObject({ code: 2 });
  expect(ended.stderr).toMatch(line);
});
