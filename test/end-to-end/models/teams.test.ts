import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventValue } from "../../../runs/events/events.ts";
import { lastObject, mleStar, runCommand } from "../program.ts";
import { outcomeOf } from "../run-outcome.ts";
import { COMPETITION, certified, type Solved, solve } from "./solve.ts";

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

const victim = () => ({ root, settings, flags: ["--config", file, "--seed", "3"] });

const teamsOf = ({ events }: Solved, role: string): EventValue<"team-answered">[] =>
  events.flatMap((event) =>
    event.type === "team-answered" && event.value.role === role ? [event.value] : [],
  );

test("planner, coder and debugger of a shipped competition each have another policy; killed and resumed it ends in the same certificate", async () => {
  const whole = await solve({ ...victim(), name: "whole" }, []);
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
  const killed = await solve({ ...victim(), name: "killed" }, [
    `answered ${planner}`,
    `answered ${review?.turns[1]?.at}`,
  ]);
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
