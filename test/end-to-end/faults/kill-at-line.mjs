/**
 * Loaded into the real program (`node --import`): ends it with SIGKILL at a line of its journal.
 * KILL_AT=after:<n>: right after the n-th new line is on the disk. KILL_AT=before:<n>: when it is about to be
 * written, so that what it tells of has happened and is not recorded. The line `run-resumed` does not count.
 * KILL_AT=after:place and before:place: at the first line that has one of the places in the file KILL_PLACES, and
 * the place is taken out of it. A place is type and key, of a call without the number that it gets anew when it is lost.
 * KILL_WITH names another signal.
 */
import { fdatasyncSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";

const { KILL_PLACES = "", KILL_WITH = "SIGKILL" } = process.env;
const [when, which] = (process.env.KILL_AT ?? ":").split(":");
delete process.env.KILL_AT;
let left = Number(which);
const places = which === "place" ? readFileSync(KILL_PLACES, "utf8").split("\n") : [];

/** Whether the program ends at this line. */
function endsAt(line) {
  const { type, key } = JSON.parse(line);
  if (type === "run-resumed") return false;
  if (which !== "place") {
    left -= 1;
    return left === 0;
  }
  const place = `${type} ${key.replace(/\/\d+(?=\/(?:sent|unanswered)$)/u, "")}`;
  if (!places.includes(place)) return false;
  writeFileSync(KILL_PLACES, places.filter((each) => each !== place).join("\n"));
  return true;
}

const handle = await open(import.meta.filename, "r");
const prototype = Object.getPrototypeOf(handle);
await handle.close();
const append = prototype.appendFile;

prototype.appendFile = async function (text, ...rest) {
  if (typeof text !== "string" || !text.startsWith('{"v":1,"seq":')) {
    return append.call(this, text, ...rest);
  }
  // A batch of lines goes out in one write: whole, up to the line at which the program dies.
  for (const line of text.split(/(?<=\n)/u)) {
    const ends = endsAt(line);
    if (ends && when === "before") process.kill(process.pid, KILL_WITH);
    await append.call(this, line, ...rest);
    if (ends && when === "after") {
      fdatasyncSync(this.fd);
      process.kill(process.pid, KILL_WITH);
    }
  }
};
