import { expect, test } from "vitest";
import {
  joinRecords,
  questionOutcomes,
  recordsOf,
  taskKind,
} from "../../../../runs/report/across/member-outcomes.ts";
import { script } from "../../../fakes/answers.ts";
import { fenced, inTurn, runWorld } from "../../../fakes/run-world.ts";
import { costing, memberWho, teamOf } from "../../../fakes/team-run.ts";

const coded = (score: number | string) => fenced(`quality = ${score}`);

test("an answer is worth what its script came to: 1 better, 0.5 scored, 0 failed or asked for again", async () => {
  const answers = (request: Parameters<ReturnType<typeof inTurn>>[0]) =>
    inCoder(request) ?? inPlanner(request) ?? inDebugger(request);
  const inCoder = inTurn("coder", [coded(0.9), coded(0.1), "no code", coded("broken")]);
  const inPlanner = inTurn("planner", ["Another plan.", "A third plan."]);
  const inDebugger = inTurn("debugger", [fenced(script(0.6))]);
  await using ran = await runWorld({
    answers,
    config: { attempts: 3, debugRounds: 1 },
    behavior: (code) =>
      code.includes("broken")
        ? { outcome: "error", exitCode: 1, log: "NameError: broken" }
        : { score: Number(/quality = ([\d.]+)/u.exec(code)?.[1]) },
  });
  const questions = questionOutcomes(ran.world.journal.events);
  const of = (role: string) =>
    questions.flatMap((question) => (question.role === role ? [question.outcome] : []));
  expect(of("coder")).toEqual([1, 0.5, 0, 0]);
  expect(of("planner")).toEqual([0.5, 0]);
  expect(of("extractor")).toEqual([1]);
  expect(of("debugger")).toEqual([1]);
  expect(of("summarizer")).toEqual([null]);
  expect(
    questions.every(({ policy, task }) => policy === "single" && task === "regression, small"),
  ).toBe(true);
});

test("of a team's turns the answer that was taken has the outcome, one that could not be used has none of worth", async () => {
  const team = teamOf(
    "cascade",
    [
      memberWho("small", () => costing("no code", 10)),
      memberWho("big", () => costing(`${coded(0.9)}\nConfidence: 90`, 200)),
    ],
    {},
    "coder",
  );
  await using ran = await runWorld({ teams: { coder: team }, config: { attempts: 1 } });
  const questions = questionOutcomes(ran.world.journal.events).filter(
    ({ role }) => role === "coder",
  );
  expect(questions).toMatchObject([
    {
      policy: "cascade",
      answeredBy: "model-big",
      outcome: 1,
      calls: [
        { model: "model-small", tokens: 10, outcome: 0 },
        { model: "model-big", tokens: 200, outcome: 1, confidence: 0.9 },
      ],
    },
  ]);
  const records = recordsOf(questions);
  expect(records).toMatchObject([
    { model: "model-small", answers: 1, outcome: 0, stated: [] },
    { model: "model-big", answers: 1, outcome: 1, tokens: 200, stated: [[0.9, 1]] },
  ]);
  const [, big] = joinRecords([records, records]);
  expect(big).toMatchObject({ answers: 2, outcome: 2, tokens: 400, calls: 2 });
  expect(big?.stated).toHaveLength(2);
});

test("tasks are told apart by what is predicted and by their rows", () => {
  const brief = (type: string, trainRows: number) => ({
    competition: { type },
    profile: { trainRows },
  });
  expect(taskKind(brief("regression", 9999))).toBe("regression, small");
  expect(taskKind(brief("binary", 10_000))).toBe("binary, medium");
  expect(taskKind(brief("binary", 1e6))).toBe("binary, large");
  expect(taskKind(null)).toBe("unknown");
});
