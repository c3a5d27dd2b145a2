import { appendFile } from "node:fs/promises";
import { createLimiter } from "../../agent/models/limiter.ts";
import { sharedLimiter } from "../../agent/models/shared-limiter.ts";

/** Sends calls within a shared budget, and writes down when: `limited-program.ts <file> <log> <calls> <tokens>`. */
const [file = "", log = "", calls = "1", tokens = "1"] = process.argv.slice(2);
const limiter = sharedLimiter(createLimiter(), {
  file,
  requests: 4,
  tokens: 100,
  windowMs: 1000,
});
const stop = new AbortController().signal;
await Promise.all(
  Array.from({ length: Number(calls) }, async () => {
    const slot = await limiter.acquire(Number(tokens), stop);
    await appendFile(log, `${Date.now()} ${tokens}\n`);
    slot.release();
  }),
);
