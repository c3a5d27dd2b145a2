import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Event, EventValue } from "../../../runs/events/events.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { startChatServer } from "../../fakes/servers/chat-server.ts";
import { saying } from "../../fakes/servers/loopback-server.ts";
import { type Ended, lastObject, mleStar, runCommand } from "../program.ts";
import { outcomeOf } from "../run-outcome.ts";
import { answerOf } from "./team-answers.ts";

const COMPETITION = "cluster-job-class";
const preload = fileURLToPath(new URL("../faults/kill-at-line.mjs", import.meta.url));
const settings = [
  "tracks=1",
  "candidates=1",
  "attempts=2",
  "ablationVariants=1",
  "outerSteps=1",
].concat(["refinement=block", "debugRounds=1", "blends=false", "canary=off", "planVerify=off"]);
const config = `models:
  default: openai:main
  pool:
    bold: { model: openai:bold, price: { input: 1, output: 2 } }
    wise: { model: openai:wise, price: { input: 10, output: 20 } }
  roles:
    planner: { policy: debate, members: [bold, wise], rounds: 1 }
    coder: { policy: cascade, members: [bold, wise] }
    debugger: { policy: review, members: [bold, wise] }
    refiner: { policy: router, members: [bold, wise] }
`;

let root: string;
let file: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-teams-"));
  file = join(root, "teams.yaml");
  await writeFile(file, config);
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Solved = { sessions: Ended[]; folder: string; events: Event[]; asked: string[] };

/** Runs the command until it ends by itself; killed at each of the places. */
async function solve(
  name: string,
  places: readonly string[],
  flags: string[] = [],
): Promise<Solved> {
  const asked: string[] = [];
  await using server = await startChatServer((call) => {
    const { model, messages } = call.body;
    asked.push(model);
    return saying(answerOf(model, messages.map(({ content }) => content).join("\n")));
  });
  const left = join(root, `${name}-places.txt`);
  await writeFile(left, places.join("\n"));
  const environment = {
    OPENAI_BASE_URL: server.url,
    KILL_AT: "after:place",
    KILL_PLACES: left,
    NODE_OPTIONS: `--import=${preload}`,
  };
  const runs = join(root, name);
  const options = { runs, id: "one", settings, flags: ["--config", file, "--seed", "3", ...flags] };
  const sessions: Ended[] = [];
  do sessions.push(await mleStar(runCommand(COMPETITION, options), environment));
  while (sessions.at(-1)?.signal !== null);
  const folder = join(runs, COMPETITION, "one");
  return { sessions, folder, asked, events: await readEvents(join(folder, "journal.jsonl")) };
}

/** What a certificate says but for times, for places in the journal, and for calls that a kill lost. */
async function certified(folder: string): Promise<unknown> {
  const { body } = JSON.parse(await readFile(join(folder, "certificate.json"), "utf8"));
  const { spent: _, journal: __, ...lasting } = body;
  return withoutTimes(lasting);
}

/** A commit names its time; views are listed in the order in which they came to their end. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value))
    return value.every((each) => typeof each === "string")
      ? value.toSorted()
      : value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !["line", "time", "commit"].includes(key));
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutTimes(each)]));
}

const teamsOf = ({ events }: Solved, role: string): EventValue<"team-answered">[] =>
  events.flatMap((event) =>
    event.type === "team-answered" && event.value.role === role ? [event.value] : [],
  );

test("planner, coder and debugger of a shipped competition each have another policy; killed and resumed it ends in the same certificate", async () => {
  const whole = await solve("whole", []);
  expect(whole.sessions.at(-1), whole.sessions.at(-1)?.stderr).toMatchObject({ code: 0 });
  // The planners flip to one plan; the cheap coder is not sure of it, and its sure code does not run; a judge finds why.
  const [debate] = teamsOf(whole, "planner");
  expect(debate?.why).toMatch(/^2 of 2 agree after 1 rounds/u);
  expect(teamsOf(whole, "coder").map(({ why }) => why)).toContain(
    "bold is 20 % sure, 70 % wanted; wise answered",
  );
  const [review] = teamsOf(whole, "debugger");
  expect(review?.why).toBe("code of bold: 1 of 1 judges against it");
  const scored = whole.events.filter(
    (event) => event.type === "evaluated" && event.value.evaluation.status === "scored",
  );
  expect(scored.some(({ key }) => key.includes("/fix-1"))).toBe(true);

  const planner = debate?.turns[0]?.at ?? "";
  const killed = await solve("killed", [`answered ${planner}`, `answered ${review?.turns[1]?.at}`]);
  expect(killed.sessions).toHaveLength(3);
  expect(await certified(killed.folder)).toEqual(await certified(whole.folder));
  expect(await outcomeOf(killed.folder)).toEqual(await outcomeOf(whole.folder));
  // Nothing that was answered is asked again; a call in flight at a kill is.
  expect(killed.asked.length - whole.asked.length).toBeLessThanOrEqual(2);

  const replay = ["--model", "replay:one", "--runs-dir", join(root, "whole"), "--run-id", "two"];
  const again = await mleStar(
    runCommand(COMPETITION, {
      runs: join(root, "whole"),
      id: "two",
      settings,
      flags: ["--config", file, "--seed", "3", ...replay],
    }),
  );
  expect(again, again.stderr).toMatchObject({ code: 0 });
  const replayed = await outcomeOf(join(root, "whole", COMPETITION, "two"));
  expect(replayed.submission).toBe((await outcomeOf(whole.folder)).submission);
});

test("models route-report shows quality against cost by role, as a table, as a picture and as JSON", async () => {
  const runs = join(root, "whole");
  const plot = join(root, "routes.svg");
  const told = await mleStar(["models", "route-report", "one", "--runs-dir", runs, "--plot", plot]);
  expect(told, told.stderr).toMatchObject({ code: 0 });
  expect(told.stdout).toMatch(/^coder\n +cascade of openai:bold, openai:wise +2 +2 +\d\.\d\d /mu);
  expect(told.stdout).toMatch(/^planner\n +debate of openai:bold, openai:wise +1 +1 +1\.00 /mu);
  expect(await readFile(plot, "utf8")).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /u);
  const json = await mleStar(["models", "route-report", "one", "--runs-dir", runs, "--json"]);
  const review = {
    role: "debugger",
    way: "review of openai:bold, openai:wise",
    calls: 3,
    outcome: 1,
  };
  expect(lastObject(json)).toMatchObject({
    rows: expect.arrayContaining([expect.objectContaining(review)]),
  });
  const none = await mleStar(["models", "route-report", "--runs-dir", join(root, "none")]);
  expect(none).toMatchObject({ code: 2 });
  expect(none.stderr).toContain("no run is there");
});

test("a team that cannot play its policy is refused with one clear line", async () => {
  const bad = join(root, "bad.yaml");
  await writeFile(
    bad,
    "models:\n  pool: { a: openai:x, b: openai:x }\n  roles:\n    planner: { policy: debate, members: [a, b] }\n",
  );
  const ended = await mleStar(
    runCommand(COMPETITION, { runs: join(root, "bad"), id: "one", flags: ["--config", bad] }),
  );
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(
    'setting "models.roles.planner": members "a" and "b" are the same model; debate is for different ones',
  );
});
