import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import {
  type Behavior,
  type Call,
  failing,
  saying,
  startMessagesServer,
} from "../../fakes/servers/messages-server.ts";
import { writeWages } from "../made-competition.ts";
import { lastObject, mleStar, runCommand } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";

let root: string;
let wages: string;
const SMALL = ["tracks=1", "candidates=2", "attempts=1", "ablationVariants=1"];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-anthropic-"));
  wages = await writeWages(join(root, "wages"), 3000);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs the program against a server that behaves like this. */
async function solve(id: string, behave: (call: Call) => Behavior, args: string[] = []) {
  await using server = await startMessagesServer(behave);
  const runs = join(root, "runs");
  const command = runCommand(wages, { runs, id, settings: SMALL, flags: ["--json", ...args] });
  const ended = await mleStar(command, {
    ANTHROPIC_BASE_URL: server.url,
    ANTHROPIC_API_KEY: "secret-key-123",
  });
  const events = await readEvents(join(runs, "wages", id, "journal.jsonl"));
  const answers = events.flatMap((event) => (event.type === "answered" ? [event.value] : []));
  return { ended, summary: lastObject(ended), answers, calls: server.calls, events };
}

test("a busy server, a cut stream and a refusal do not keep a run from its end", async () => {
  const trouble = new Map<number, Behavior>([
    [1, failing(429, "slow down")],
    [3, failing(529, "overloaded")],
    [5, { does: "ends-early", when: "after-half" }],
    [7, { does: "resets", when: "midway" }],
    [9, saying("", { blocks: [], stop: "refusal" })],
  ]);
  const { ended, summary, answers, calls, events } = await solve(
    "trouble",
    ({ count, prompt }) => trouble.get(count) ?? saying(answerTo(prompt)),
  );
  expect(ended).toMatchObject({ code: 0 });
  expect(summary).toMatchObject({ status: "finished", modelCalls: answers.length });
  expect(calls.length).toBeGreaterThan(answers.length);
  expect(ended.stderr).toMatch(/playbook answers track-1\/\S+: .* refused/u);
  // The playbook answers in place of the one refusal; everything else is the model's own.
  expect(answers.filter(({ model }) => model === "playbook")).toHaveLength(1);
  for (const { tokens, usd } of answers) {
    expect(tokens.input + tokens.cacheRead + tokens.cacheWrite).toBeGreaterThan(0);
    expect(usd).toBeGreaterThan(0);
  }
  const sum = answers.reduce((total, { usd }) => total + (usd ?? 0), 0);
  expect(summary.usd).toBeCloseTo(sum, 9);
  expect(JSON.stringify(events)).not.toContain("secret-key-123");
});

test("the limit of dollars is never passed, and what there was becomes the submission", async () => {
  const args = ["--max-usd", "0.08", "--set", "maxOutputTokens=4000", "--set", "modelSearch=false"];
  const { ended, summary, calls } = await solve(
    "dollars",
    ({ prompt }) => saying(answerTo(prompt)),
    args,
  );
  expect(ended).toMatchObject({ code: 0 });
  expect(summary).toMatchObject({ status: "limit", limit: "usd" });
  expect(summary.usd).toBeGreaterThan(0);
  expect(summary.usd).toBeLessThanOrEqual(0.08);
  expect(summary.submission).toBe(join(root, "runs", "wages", "dollars", "submission.csv"));
  expect(calls.length).toBeGreaterThan(2);
});
