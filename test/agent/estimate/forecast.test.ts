import { beforeAll, expect, test } from "vitest";
import { Config, presets } from "../../../agent/config.ts";
import { forecast } from "../../../agent/estimate/forecast.ts";
import { typicalInputs } from "../../../agent/estimate/typical-inputs.ts";
import { priceOf, readPrices } from "../../../agent/models/pricing.ts";
import { promptText } from "../../../agent/roles/role.ts";
import type { Event, Tokens } from "../../../runs/events/events.ts";
import { noTokens } from "../../../runs/ledger.ts";
import { experienceOf } from "../../../runs/report/across/experience.ts";
import { type PaidRun, paidRun } from "../../fakes/paid-run.ts";
import { madeBrief } from "../../fakes/request.ts";

const config = Config.parse({
  ...presets.paper,
  effort: "paper",
  timeLimit: null,
  leakageModel: "off",
});
let paper: PaidRun;

beforeAll(async () => {
  paper = await paidRun({
    config,
    brief: await madeBrief(),
    scriptChars: 5000,
    scriptSeconds: 60,
  });
}, 300_000);

test("over a whole run of the paper's counts at least 60 % of input tokens come from the cache, by the server's own accounts", () => {
  const { total, calls } = paper.cost;
  // The spec's count, without checkers and without the three calls of the finalization that the referee saves.
  expect(calls).toHaveLength(2 * (1 + 4 + 3 + 1 + 4 * (3 + 2 * 4 - 1)) + 2 * 5);
  expect(total.cacheHits).toBeGreaterThanOrEqual(0.6);
  // The ledger has what the server has billed.
  const { input, cacheRead, cacheWrite } = total.tokens;
  expect(total.cacheHits).toBeCloseTo(cacheRead / (input + cacheRead + cacheWrite), 9);
});

test("a forecast of that run has its calls, and its tokens and share from the cache about right", () => {
  const { total } = paper.cost;
  const found = forecast({
    config,
    briefText: paper.prompts[0]?.brief.text ?? "",
    searchFolds: 1,
    slots: 2,
    inputs: typicalInputs(config, [], 5000),
    experience: experienceOf([]),
    isFree: () => false,
    price: (_, tokens) => priceOf("claude-opus-5-5", tokens, readPrices(null)),
  });
  expect(found.calls).toBe(total.calls);
  const counts = Object.fromEntries(paper.cost.byRole.map(({ name, calls }) => [name, calls]));
  expect(Object.fromEntries(found.byRole.map(({ role, calls }) => [role, calls]))).toEqual(counts);
  const sum = ({ input, cacheRead, cacheWrite }: Tokens) => input + cacheRead + cacheWrite;
  expect(sum(found.tokens) / sum(total.tokens)).toBeGreaterThan(0.7);
  expect(sum(found.tokens) / sum(total.tokens)).toBeLessThan(1.4);
  expect(found.tokens.cacheRead / sum(found.tokens)).toBeCloseTo(total.cacheHits ?? 0, 0.8);
  expect(found.usd).toBeGreaterThan(0);
  expect(found.seconds).toBeGreaterThan(3600);
  expect(found.basis).toHaveLength(4);
});

test("a forecast takes output and seconds from earlier runs where there are any, and nothing for the playbook", () => {
  const event = (type: string, value: unknown) => ({ type, value, key: "k" }) as unknown as Event;
  const answer = {
    role: "coder",
    text: "x",
    model: "m",
    seconds: 4,
    tokens: { ...noTokens(), output: 123 },
  };
  const ran = { outcome: "finished", seconds: 2 };
  const experience = experienceOf([[event("answered", answer), event("executed", ran)]]);
  const options = {
    config,
    briefText: "brief",
    searchFolds: 1,
    slots: 2,
    experience,
    inputs: typicalInputs(config, [], 5000),
    price: () => null,
  };
  const found = forecast({ ...options, isFree: () => false });
  expect(found.byRole.find(({ role }) => role === "coder")?.tokens.output).toBe(32 * 123);
  expect(found.usd).toBeNull();
  expect(found.basis[3]).toBe("an execution: 2.0 s, as in 1 earlier run; 2 at once");
  const free = forecast({ ...options, isFree: () => true });
  expect(free).toMatchObject({ usd: 0, tokens: noTokens(), calls: found.calls });
  expect(free.seconds).toBeLessThan(found.seconds);
});

test("every request of a run begins with the same bytes, and each role's with the same rules", () => {
  const briefs = new Set(paper.prompts.map(({ brief }) => brief.text));
  expect(briefs.size).toBe(1);
  const systems = paper.calls.map(({ body }) =>
    typeof body.system === "string" ? [body.system] : body.system.map(({ text }) => text),
  );
  expect(new Set(systems.map(([brief]) => brief))).toEqual(briefs);
  const rules = new Map<string, Set<string>>();
  for (const { role, parts, prompt } of paper.prompts) {
    expect(prompt).toBe(promptText(parts));
    rules.set(role, (rules.get(role) ?? new Set()).add(parts.rules));
  }
  expect(rules.size).toBeGreaterThan(9);
  for (const [role, each] of rules) expect([role, each.size]).toEqual([role, 1]);
  for (const each of rules.values())
    for (const text of each) expect(systems.flat()).toContain(text);
});

test("nothing that changes comes before what is asked about again", () => {
  const planners = paper.prompts.filter(({ role }) => role === "planner");
  const places = new Map<string, Set<string>>();
  for (const { at, parts } of planners) {
    const step = at.replace(/\/attempt-.*$/u, "");
    places.set(step, (places.get(step) ?? new Set()).add(parts.script));
  }
  expect(places.size).toBe(8);
  for (const [step, scripts] of places) expect([step, scripts.size]).toEqual([step, 1]);
});

test("a role that a team plays is counted once a question, and the basis says so", () => {
  const pool = { a: "openai:a", b: "openai:b" };
  const roles = { planner: { policy: "debate", members: ["a", "b"] } };
  const found = forecast({
    config: Config.parse({ ...config, models: { pool, roles } }),
    briefText: "A brief.",
    searchFolds: 1,
    slots: 2,
    inputs: typicalInputs(config, [], 5000),
    experience: experienceOf([]),
    isFree: () => false,
    price: () => null,
  });
  expect(found.basis).toContain(
    "one call of the first member for each question of a team; it asks more: planner (debate)",
  );
});
