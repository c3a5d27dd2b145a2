import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLimiter } from "../../../agent/models/limiter.ts";
import { sharedLimiter } from "../../../agent/models/shared-limiter.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-limits-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const program = fileURLToPath(new URL("../../fakes/limited-program.ts", import.meta.url));

/** When the programs sent what, the first one first. */
async function sendFrom(name: string, programs: readonly [calls: number, tokens: number][]) {
  const [file, log] = [join(root, `${name}.json`), join(root, `${name}.log`)];
  const run = promisify(execFile);
  await Promise.all(
    programs.map(([calls, tokens]) =>
      run(process.execPath, ["--import", "tsx", program, file, log, String(calls), String(tokens)]),
    ),
  );
  const lines = (await readFile(log, "utf8")).trim().split("\n");
  return lines
    .map((line) => line.split(" ").map(Number) as [number, number])
    .sort(([a], [b]) => a - b);
}

/** A half of the window: on a busy machine sending lags behind its grant, and who does not wait sends all at once. */
const STRETCH_MS = 500;

/** The most that any such stretch holds. */
function most(sent: readonly [number, number][], of: (entry: [number, number]) => number): number {
  const sums = sent.map(([from]) =>
    sent
      .filter(([at]) => at >= from && at < from + STRETCH_MS)
      .reduce((sum, each) => sum + of(each), 0),
  );
  return Math.max(...sums);
}

test("two processes with one key never send more requests in a window than one may", async () => {
  const sent = await sendFrom("requests", [
    [7, 1],
    [6, 1],
  ]);
  expect(sent).toHaveLength(13);
  expect(most(sent, () => 1)).toBeLessThanOrEqual(4);
}, 60_000);

test("nor more tokens, and a call that is larger than the budget goes alone", async () => {
  const sent = await sendFrom("tokens", [
    [4, 60],
    [1, 300],
  ]);
  expect(sent).toHaveLength(5);
  const usual = sent.filter(([, tokens]) => tokens < 300);
  expect(most(usual, ([, tokens]) => tokens)).toBeLessThanOrEqual(100);
  const large = sent.find(([, tokens]) => tokens === 300)?.[0] ?? 0;
  expect(sent.filter(([at]) => Math.abs(at - large) < STRETCH_MS)).toHaveLength(1);
}, 60_000);

test("an aborted wait gives its slot back", async () => {
  const own = createLimiter();
  const budget = { file: join(root, "abort.json"), requests: 1, tokens: null };
  const limiter = sharedLimiter(own, budget);
  (await limiter.acquire(1, new AbortController().signal)).release();
  const stop = new AbortController();
  const waiting = limiter.acquire(1, stop.signal);
  stop.abort(new Error("no more"));
  await expect(waiting).rejects.toThrow("no more");
  // All eight slots of the limiter are free.
  const slots = Array.from({ length: 8 }, () => own.acquire(1, new AbortController().signal));
  expect(await Promise.all(slots)).toHaveLength(8);
});
