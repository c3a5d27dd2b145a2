/**
 * Loaded into the real program (`node --import`): ends it with SIGKILL at a line of its journal.
 * KILL_AT=after:<n>: right after the n-th new line is on the disk. KILL_AT=before:<n>: when it is about to be
 * written, so that what it tells of has happened and is not recorded. The line `run-resumed` does not count.
 * KILL_WITH names another signal.
 */
import { fdatasyncSync } from "node:fs";
import { open } from "node:fs/promises";

const [when, number] = (process.env.KILL_AT ?? ":").split(":");
const signal = process.env.KILL_WITH ?? "SIGKILL";
delete process.env.KILL_AT;
let left = Number(number);

const handle = await open(import.meta.filename, "r");
const prototype = Object.getPrototypeOf(handle);
await handle.close();
const append = prototype.appendFile;

prototype.appendFile = async function (text, ...rest) {
  if (typeof text !== "string" || !text.startsWith('{"v":1,"seq":')) {
    return append.call(this, text, ...rest);
  }
  // A batch of lines goes out in one write: whole, up to the line at which the program dies.
  const lines = text.split(/(?<=\n)/u);
  for (const line of lines) {
    const counts = !line.includes('"type":"run-resumed"');
    if (counts && when === "before" && left === 1) process.kill(process.pid, signal);
    await append.call(this, line, ...rest);
    if (!counts) continue;
    left -= 1;
    if (when === "after" && left === 0) {
      fdatasyncSync(this.fd);
      process.kill(process.pid, signal);
    }
  }
};
