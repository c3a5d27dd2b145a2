import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { saying, startMessagesServer } from "../../fakes/servers/messages-server.ts";
import { writeWages } from "../made-competition.ts";
import { lastObject, mleStar, runCommand } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";

let root: string;
let wages: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-replay-"));
  wages = await writeWages(join(root, "wages"), 300);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const settings = ["tracks=1", "candidates=2", "attempts=2", "ablationVariants=1"];

/** Runs the program; `places` are those that a server was asked about. */
async function solve(id: string, flags: string[], environment: Record<string, string>) {
  const runs = join(root, "runs");
  const command = runCommand(wages, { runs, id, settings, flags: ["--json", ...flags] });
  const ended = await mleStar(command, environment);
  expect(ended).toMatchObject({ code: 0 });
  const folder = join(runs, "wages", id);
  const events = await readEvents(join(folder, "journal.jsonl"));
  const answers = events.flatMap((event) =>
    event.type === "answered" ? [{ at: event.key, ...event.value }] : [],
  );
  const submission = await readFile(join(folder, "submission.csv"), "utf8");
  const started = events.find((event) => event.type === "run-started")?.value;
  return { summary: lastObject(ended), answers, submission, started };
}

test("a recorded run is replayed without a network and for nothing, and goes on live from a place of its journal", async () => {
  await using server = await startMessagesServer(({ prompt }) => saying(answerTo(prompt)));
  const live = { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "secret-key-123" };
  const first = await solve("first", [], live);
  const calls = server.calls.length;
  expect(first.summary.usd).toBeGreaterThan(0);

  const again = await solve("again", ["--model", "replay:first"], {});
  expect(server.calls).toHaveLength(calls);
  expect(again.summary.usd).toBe(0);
  expect(again.answers.map(({ at, text }) => [at, text]).sort()).toEqual(
    first.answers.map(({ at, text }) => [at, text]).sort(),
  );
  expect(again.submission).toBe(first.submission);
  expect(again.started?.replays).toEqual({ run: "first", until: null });

  const flags = ["--model", "replay:first", "--replay-until", "track-1/refine-1"];
  const on = await solve("on", flags, live);
  expect(on.started?.replays).toEqual({ run: "first", until: "track-1/refine-1" });
  const isReplayed = ({ model }: { model: string }) => model.startsWith("replay:");
  const replayed = on.answers.filter(isReplayed);
  const asked = on.answers.filter((answer) => !isReplayed(answer));
  expect(replayed.length).toBeGreaterThan(3);
  expect(asked.map(({ role }) => role).sort()).toEqual(["ablation", "refiner", "refiner"]);
  expect(server.calls).toHaveLength(calls + asked.length);
  for (const { at } of replayed) expect(at).not.toMatch(/^track-1\/refine-1\//u);
  for (const { at } of asked) expect(at).toMatch(/^(?:track-1\/refine-1|ensemble)/u);
});
