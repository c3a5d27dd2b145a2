import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Brief } from "../../agent/brief.ts";
import { readEvents } from "../../runs/record/journal-lines.ts";
import { type Hub, openHub } from "../fakes/servers/hub.ts";
import { saying, startMessagesServer } from "../fakes/servers/messages-server.ts";
import { python } from "../tasks/interpreter.ts";
import { writeWages } from "./made-competition.ts";
import { lastObject, mleStar, runCommand } from "./program.ts";
import { answerTo } from "./scripted-answers.ts";

let root: string;
let hub: Hub;
let settings: Record<string, string>;
let weights: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-around-"));
  hub = await openHub({}, { "net.pth": "a checkpoint" });
  weights = `torch:${hub.url}/files/net.pth`;
  settings = { MLE_STAR_CACHE: join(root, "cache"), MLE_STAR_PYTHON: python };
});
afterAll(async () => {
  await hub.close();
  await rm(root, { recursive: true, force: true });
});

test("weights are added to the cache, listed and taken out again", async () => {
  const added = await mleStar(["cache", "add", weights, "--json"], settings);
  expect(added).toMatchObject({ code: 0 });
  expect(lastObject(added)).toMatchObject({ weights: [{ name: weights, files: 1, bytes: 12 }] });
  const listed = await mleStar(["cache", "list"], settings);
  expect(listed.stdout).toContain(weights);
  expect(await mleStar(["cache", "remove", weights], settings)).toMatchObject({ code: 0 });
  expect((await mleStar(["cache", "list"], settings)).stdout).toMatch(/^the cache is empty/u);
});

test("a run with an open network says so in its journal, its brief and its summary", async () => {
  await mleStar(["cache", "add", weights], settings);
  const competition = await writeWages(join(root, "wages"));
  const counts = ["tracks=1", "candidates=1", "attempts=1", "ablationVariants=1", "outerSteps=0"];
  const allowed = "allow=Hub.example,*.Other.example:8443";
  const command = runCommand(competition, {
    runs: join(root, "runs"),
    id: "one",
    settings: counts,
    flags: ["--network", allowed],
  });
  await using server = await startMessagesServer(({ prompt }) => saying(answerTo(prompt)));
  const ran = await mleStar(command, { ...settings, ANTHROPIC_BASE_URL: server.url });
  expect(ran).toMatchObject({ code: 0 });
  const network = "allow=hub.example,*.other.example:8443";
  expect(ran.stdout).toMatch(/^ {2}network +allow=hub\.example,\*\.other\.example:8443$/mu);
  expect(ran.stderr).toMatch(/network: allow=hub\.example.* by a proxy/u);
  const [started] = await readEvents(join(root, "runs", "wages", "one", "journal.jsonl"));
  if (started?.type !== "run-started") throw new Error("a journal begins with run-started");
  expect(started.value).toMatchObject({ network, config: { network } });
  const { text } = started.value.brief as Brief;
  expect(text).toContain("HTTP and HTTPS to hub.example, *.other.example:8443");
  expect(text).toContain(weights);
});

test.for([
  [["run", "daily-births", "--network", "all"], /network "all": expected none, or allow=/u],
  [["run", "daily-births", "--set", "network=allow=a b"], /network: "a b" is no host/u],
  [["image", "tpu"], /Allowed choices are cpu, gpu, agent/u],
  [["cache", "add", "resnet18"], /"resnet18" names no weights: write hf:/u],
  [["cache", "remove", "hf:a/b"], /hf:a\/b is not in the cache of weights/u],
] as const)("%j is refused in one line", async ([args, expected]) => {
  const ended = await mleStar(
    [...args, ...(args[0] === "run" ? ["--runs-dir", root] : [])],
    settings,
  );
  expect(ended.code).toBe(2);
  expect(ended.stderr.trim().split("\n").at(-1)).toMatch(expected);
});
