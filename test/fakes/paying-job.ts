import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { costOf, createLedger, noTokens } from "../../runs/ledger.ts";
import { openJournal } from "../../runs/record/journal.ts";

/**
 * A run that does nothing but pay, under the limits of a run, and can be killed and resumed:
 * `paying-job.ts <runs folder> [--max-usd x] [--max-tokens n] [--time-limit Ns]`. A call costs $0.25, 100 tokens and a
 * minute of the run's clock; it makes up to eight.
 */
const CALLS = 8;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "max-usd": { type: "string" },
    "max-tokens": { type: "string" },
    "time-limit": { type: "string" },
  },
});
const limit = (text: string | undefined): number | null =>
  text === undefined ? null : Number.parseFloat(text);
const folder = join(positionals[0] ?? "", "made", "run");
await mkdir(folder, { recursive: true });
let minutes = 0;
const clock = { now: () => new Date(), monotonic: () => 60 * minutes };
const journal = await openJournal(join(folder, "journal.jsonl"), { clock });
const limits = {
  usd: limit(values["max-usd"]),
  tokens: limit(values["max-tokens"]),
  seconds: limit(values["time-limit"]),
  executions: null,
};
const none = { seconds: 0, usd: 0, tokens: 0, executions: 0 };
const ledger = createLedger(journal, limits, none);
for (let call = journal.events.length; call < CALLS; call++) {
  const held = ledger.reserve({ seconds: 60, usd: 0.25, tokens: 100, executions: 0 });
  if (typeof held === "string") break;
  await sleep(60);
  minutes++;
  await journal.append("answered", `call-${call}`, {
    role: "coder",
    prompt: "",
    prefixHash: "0",
    text: "",
    model: "made-up",
    stop: "end",
    requestId: null,
    sources: [],
    handovers: [],
    cut: null,
    turn: null,
    ...costOf([]),
    tokens: { ...noTokens(), input: 100 },
    usd: 0.25,
  });
  held.release();
}
await journal.close();
