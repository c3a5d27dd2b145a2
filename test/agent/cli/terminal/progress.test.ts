import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { openProgress } from "../../../../agent/cli/terminal/progress.ts";
import { Config } from "../../../../agent/config.ts";
import { expectedCalls } from "../../../../agent/estimate/expected-calls.ts";
import { openJournal } from "../../../../runs/record/journal.ts";
import {
  execution,
  freshFolder,
  handClock,
  reply,
  start,
  verdict,
} from "../../../runs/journal-fixture.ts";

const ESCAPE = "\u001b[";

/** What a terminal shows of a text, line by line: the signs for moving and clearing that we use are obeyed. */
function screenOf(text: string): string[] {
  const lines = [""];
  let at = 0;
  const [first = "", ...rest] = text.split(ESCAPE);
  const write = (part: string) => {
    for (const piece of part.replaceAll("\r", "").split(/(\n)/u)) {
      if (piece === "\n") at += 1;
      lines[at] ??= "";
      if (piece !== "\n") lines[at] += piece;
    }
  };
  write(first);
  for (const part of rest) {
    const [, count = "", sign = "", more = ""] = /^(\d*)([A-Za-z])(.*)$/su.exec(part) ?? [];
    if (sign === "A") at -= Number(count);
    if (sign === "J") lines.splice(at, lines.length, "");
    write(more);
  }
  return lines;
}

/** Progress on a terminal of so many columns, a journal that feeds it, and what the terminal shows now. */
async function terminal(columns: number) {
  const said: string[] = [];
  const stream = { write: (text: string) => said.push(text), isTTY: true, columns };
  const progress = openProgress(stream, false, (text) => text.replaceAll("planted", "(secret)"));
  const file = join(await freshFolder(), "journal.jsonl");
  const journal = await openJournal(file, { clock: handClock() });
  journal.subscribe(progress.event);
  return { progress, journal, said, shown: () => screenOf(said.join("")) };
}

test("a block tells the phase, what runs with the time it will take, the best so far; it leaves only the log behind", async () => {
  const { progress, journal, shown } = await terminal(100);
  await journal.append("run-started", "run-started", start());
  const first = progress.began("track-1/init-1/fold-0");
  progress.line("one");
  expect(shown().slice(1)).toEqual([
    "one",
    "initialize › refine › ensemble › finalize",
    // The clock goes on while the test runs.
    expect.stringMatching(/^▸ track-1\/init-1\/fold-0 {14}\d\.\ds$/u),
    expect.stringMatching(
      /^\d\.\ds · nothing scored yet · 0 executions · 0 model calls · \$0\.00$/u,
    ),
  ]);
  first();
  await journal.append("executed", "track-1/init-1/fold-0/run", execution("track-1/init-1"));
  await journal.append(
    "evaluated",
    "track-1/init-1/evaluated",
    verdict("track-1/init-1", null, 8.123456),
  );
  progress.began("track-1/init-1/final");
  const ended = progress.began("track-1/refine-1/attempt-1/fold-0");
  await journal.append("call-sent", "track-1/refine-1/coder/1/sent", {
    role: "coder",
    model: "test-model",
    worst: { tokens: 1, usd: 0 },
  });
  progress.line("planted");
  const [log, block] = [shown().slice(0, -5), shown().slice(-5)];
  expect(log.slice(1)).toEqual([
    "one",
    expect.stringContaining("track-1/init-1: 8.1 [7.1, 9.1]"),
    "(secret)",
  ]);
  expect(block[1]).toMatch(/^▸ track-1\/init-1\/final +[─━]{12} \d\.\ds of about \d/u);
  expect(block[2]).toMatch(
    /^▸ track-1\/refine-1\/attempt-1\/fold-0 +[─━]{12} \d\.\ds of about 2\.0s$/u,
  );
  expect(block[3]).toMatch(/^▸ test-model as coder {2}\d\.\ds$/u);
  expect(block[4]).toContain("best so far 8.1 [7.1, 9.1] (track-1/init-1) · 1 execution ·");
  ended();
  progress.close();
  expect(shown()).toEqual([...log, ""]);
  progress.line("afterwards");
  expect(shown().slice(-2)).toEqual(["afterwards", ""]);
  await journal.close();
});

test("no line of the block is wider than the terminal, and of many executions some are counted", async () => {
  const { progress, journal, shown } = await terminal(40);
  await journal.append("run-started", "run-started", start());
  for (let n = 1; n <= 9; n += 1) progress.began(`track-1/refine-${n}/attempt-1/fold-0`);
  progress.line("x");
  const block = shown().slice(2);
  expect(block).toHaveLength(9);
  expect(block).toContain("  and 3 more");
  for (const line of block) expect([...line].length).toBeLessThan(40);
  progress.close();
  await journal.close();
});

test("piped, it prints the lines alone", async () => {
  const said: string[] = [];
  const progress = openProgress({ write: (text: string) => said.push(text) }, false);
  progress.began("track-1/init-1/fold-0");
  progress.line("one");
  progress.close();
  expect(said).toEqual(["one\n"]);
});

test("the status line tells what was spent, and what the run may come to", async () => {
  const { progress, journal, said } = await terminal(200);
  const config = Config.parse({ leakageModel: "off", dataUsage: false });
  await journal.append("run-started", "run-started", start({ config }));
  const paid = (role: string, usd: number) =>
    journal.append("answered", `track-1/${role}/1`, reply({ role, usd }));
  await paid("retriever", 0.5);
  await paid("refiner", 0.25);
  progress.line("told of planted");
  const calls = Object.entries(expectedCalls(config));
  const left = (role: string) => calls.find(([name]) => name === role)?.[1] ?? 0;
  const others =
    calls.reduce((sum, [, count]) => sum + count, 0) - left("retriever") - left("refiner");
  // Roles that were asked at their own price, the others at the mean of all.
  const projected =
    0.75 + 0.5 * (left("retriever") - 1) + 0.25 * (left("refiner") - 1) + 0.375 * others;
  const last = stripVTControlCharacters(said.at(-1) ?? "");
  expect(last).toContain(`2 model calls · $0.75 of about $${projected.toFixed(2)}`);
  expect(said.join("")).toContain("told of (secret)");
  progress.close();
  await journal.close();
});
