import { once } from "node:events";
import type { EngineName } from "../../sandbox/contract.ts";
import { attack, makeBench, open } from "./engines.ts";

// A harness to be killed: runs a script that shows signs of life, and prints where. Ends when its input does.
const sandbox = await open(process.argv[2] as EngineName);
const bench = await makeBench();
process.stdout.write(`bench ${bench.folder}\n`);
const stop = new AbortController();
process.stdin.resume();
void once(process.stdin, "end").then(() => stop.abort());
const code = `
import os, time
if os.fork() == 0: os.setsid()
while True:
    open("alive", "a").write("x")
    time.sleep(0.05)
`;
// Interrupted at the end of its input, which is the end of it.
await attack(sandbox, bench, code, { seconds: 300 }, stop.signal).catch(() => undefined);
await sandbox.close();
