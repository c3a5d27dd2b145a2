import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { openProgress } from "../../../../agent/cli/terminal/progress.ts";
import { Config } from "../../../../agent/config.ts";
import { expectedCalls } from "../../../../agent/estimate/expected-calls.ts";
import { openJournal } from "../../../../runs/record/journal.ts";
import { freshFolder, handClock, reply, start } from "../../../runs/journal-fixture.ts";

test("the status line tells what was spent, and what the run may come to", async () => {
  const said: string[] = [];
  const stream = { write: (text: string) => said.push(text), isTTY: true, columns: 200 };
  const progress = openProgress(stream, false, (text) => text.replaceAll("planted", "(secret)"));
  const journal = await openJournal(join(await freshFolder(), "journal.jsonl"), {
    clock: handClock(),
  });
  journal.subscribe(progress.event);
  const config = Config.parse({ leakageModel: false, dataUsage: false });
  await journal.append("run-started", "run-started", start({ config }));
  const paid = (role: string, usd: number) =>
    journal.append("answered", `track-1/${role}/1`, reply({ role, usd }));
  await paid("retriever", 0.5);
  await paid("coder", 0.25);
  progress.line("told of planted");
  const calls = Object.entries(expectedCalls(config));
  const left = (role: string) => calls.find(([name]) => name === role)?.[1] ?? 0;
  const others =
    calls.reduce((sum, [, count]) => sum + count, 0) - left("retriever") - left("coder");
  // Roles that were asked at their own price, the others at the mean of all.
  const projected =
    0.75 + 0.5 * (left("retriever") - 1) + 0.25 * (left("coder") - 1) + 0.375 * others;
  const last = stripVTControlCharacters(said.at(-1) ?? "");
  expect(last).toContain(`2 model calls · $0.75 of about $${projected.toFixed(2)}`);
  expect(said.join("")).toContain("told of (secret)");
  progress.close();
  await journal.close();
});
