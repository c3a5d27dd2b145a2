import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "../../sandbox/contract.ts";
import { attack, type Bench, makeBench, open, presentEngines } from "./engines.ts";

/** Looks for its own text wherever Python, or a file, could have it. */
const READER = `import glob, inspect, linecache, os, sys
MARK = ": ".join(["answers", "0110"])  # answers: 0110
def found():
    yield from (open(path, "rb").read() for path in glob.glob("**/*", recursive=True) if os.path.isfile(path))
    yield "".join(linecache.getlines(__file__) + linecache.getlines("solution.py")).encode()
    frame = sys._getframe()
    while frame:
        yield repr([value for value in frame.f_locals.values() if isinstance(value, (str, bytes)) and len(value) > 500]).encode()
        frame = frame.f_back
    try: yield inspect.getsource(found).encode()
    except OSError: pass
print("READ" if any(MARK.encode() in text for text in found()) else "HIDDEN")
print(os.path.exists("solution.py"), os.path.basename(__file__), sys.argv)
raise ValueError("told")
`;

/** Locks a file by every way there is, twice, as two executions could to tell each other something. */
const LOCKER = `import fcntl, os, sqlite3
for path in ("input/train.csv", os.__file__):
    first, second = open(path), open(path)
    for each in (first, second):
        fcntl.flock(each, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.lockf(each, fcntl.LOCK_SH | fcntl.LOCK_NB)
with sqlite3.connect("a.db") as base:
    base.execute("create table a (b)")
    base.execute("insert into a values (1)")
`;

/** Runs out of time in its last statement; what holds in all of a module must hold in each statement of it. */
const SLOW = `from __future__ import annotations
import time
def same(value: Nowhere) -> Missing: return value
time.sleep(0.4)
for _ in range(2):
    time.sleep(0.3)
print(same.__annotations__, __doc__, __name__)
while True:
    time.sleep(0.1)
`;

for (const name of await presentEngines()) {
  describe(`${name}, of what a script may read and lock`, () => {
    let sandbox: Sandbox;
    let bench: Bench;
    beforeAll(async () => {
      sandbox = await open(name);
      bench = await makeBench();
    });
    afterAll(async () => {
      await sandbox.close();
      await bench[Symbol.asyncDispose]();
    });

    test("finds every lock free, so that none tells anything", async () => {
      const { outcome, log } = await attack(sandbox, bench, LOCKER);
      expect(outcome, log).toBe("finished");
    });

    test("tells in which statements the time went, the one that it ended in last", async () => {
      const { outcome, log, spent } = await attack(sandbox, bench, SLOW, { seconds: 4 });
      expect(outcome).toBe("timed-out");
      expect(log).toContain("{'value': 'Nowhere', 'return': 'Missing'} None __main__");
      expect(spent.map(({ line }) => line)).toEqual(expect.arrayContaining([4, 5, 8]));
      expect(spent.at(-1)?.line).toBe(8);
    });

    test("shows nothing but the compiled code, and still names the line of an error", async () => {
      const { outcome, log } = await attack(sandbox, bench, READER);
      expect(outcome).toBe("error");
      expect(log).toContain("HIDDEN\n");
      expect(log).toContain("False solution.pyc ['solution.py']");
      expect(log).toMatch(/File "solution\.py", line 14, in <module>\nValueError: told/u);
    });
  });
}
