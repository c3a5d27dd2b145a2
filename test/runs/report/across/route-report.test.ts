import { expect, test } from "vitest";
import type { QuestionOutcome } from "../../../../runs/report/across/member-outcomes.ts";
import { routeReport } from "../../../../runs/report/across/route-report.ts";
import { routeChart } from "../../../../runs/report/page/route-chart.ts";

function asked(
  role: string,
  policy: string,
  models: string[],
  {
    outcomes,
    tokens,
    usd = 0.5,
  }: { outcomes: (number | null)[]; tokens: number; usd?: number | null },
): QuestionOutcome[] {
  return outcomes.map((outcome, index) => ({
    at: `${role}/${index}`,
    role,
    task: "regression, small",
    policy,
    models,
    answeredBy: models[0] ?? null,
    calls: models.map((model) => ({ at: "", model, tokens, usd, confidence: null, outcome })),
    outcome,
  }));
}

const questions = [
  ...asked("coder", "single", ["small"], { outcomes: [1, 0, 0.5, 0.5], tokens: 100 }),
  ...asked("coder", "single", ["big"], { outcomes: [1, 1, 1, 0], tokens: 400, usd: null }),
  ...asked("coder", "debate", ["small", "big"], { outcomes: [1, 0, 0, 1], tokens: 300 }),
  ...asked("planner", "router", ["small"], { outcomes: [null, 1], tokens: 10 }),
  ...asked("planner", "router", ["big"], { outcomes: [null], tokens: 50 }),
];

test("each way of answering a role has its outcome, its interval and what all members cost a question", () => {
  const rows = routeReport(questions);
  expect(rows).toMatchObject([
    { role: "coder", way: "big", outcome: 0.75, known: 4, tokens: 400, usd: null, isOnFront: true },
    { role: "coder", way: "small", outcome: 0.5, tokens: 100, usd: 0.5, calls: 1, isOnFront: true },
    {
      role: "coder",
      way: "debate of small, big",
      outcome: 0.5,
      tokens: 600,
      usd: 1,
      calls: 2,
      isOnFront: false,
    },
    { role: "planner", way: "router: small", questions: 2, known: 1, outcome: 1, isOnFront: true },
    { role: "planner", way: "router: big", outcome: null, interval: null, isOnFront: null },
  ]);
  // Wilson's interval of two in four.
  const [low, high] = rows[1]?.interval ?? [];
  expect(low).toBeCloseTo(0.15, 2);
  expect(high).toBeCloseTo(0.85, 2);
});

test("the plot has a dot for every way whose outcome is known, and text of models is harmless in it", () => {
  const rows = routeReport([
    ...questions,
    ...asked("coder", "single", ["<script>alert(1)</script>"], { outcomes: [1], tokens: 5 }),
  ]);
  const svg = routeChart(rows);
  expect(svg.match(/<circle/gu)).toHaveLength(5);
  expect(svg).toContain("debate of small, big");
  expect(svg).not.toContain("<script>");
  expect(routeChart([])).toContain("<svg");
});
