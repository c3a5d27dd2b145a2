import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Interrupted } from "../../runs/errors.ts";
import { takeSubmission } from "../../sandbox/workspace.ts";
import { attack, makeBench, presentEngines, seed } from "./engines.ts";
import { opened } from "./opened.ts";

const MEMORY_BOMB = "held = []\nwhile True: held.append(bytearray(10 << 20))";

for (const name of await presentEngines()) {
  describe(`${name} under attack`, () => {
    const here = opened(name);

    const left = (file: string): string => join(here.bench.workspace, file);

    test("a script reads its input, writes its folder and is reported as it ran", async () => {
      const code = `
import os, sys
print(open("input/train.csv").read(), __name__, sys.argv, sorted(os.listdir(".")))
open("submission.csv", "w").write("id,y")
`;
      const ran = await here.attack(code);
      expect(ran).toMatchObject({ outcome: "finished", exitCode: 0, opened: ["train.csv"] });
      expect(ran.log).toContain("id,x");
      expect(ran.log).toContain("__main__ ['solution.py']");
      const taken = await takeSubmission(
        here.bench.workspace,
        join(here.bench.folder, "taken.csv"),
      );
      expect(readFileSync(taken.path ?? "", "utf8")).toBe("id,y");
    });

    test("a failing script leaves a traceback that begins in the script", async () => {
      const ran = await here.attack("def f():\n    raise ValueError('é')\nf()");
      expect(ran).toMatchObject({ outcome: "error", exitCode: 1 });
      expect(ran.log.split("\n").slice(0, 2)).toEqual([
        "Traceback (most recent call last):",
        '  File "solution.py", line 3, in <module>',
      ]);
      expect(ran.log).toContain("ValueError: é");
    });

    test("an endless loop that ignores signals is ended, and its output is kept", async () => {
      const code = `
import signal
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
print("begun")
while True: pass
`;
      const ran = await here.attack(code, { seconds: 2 });
      expect(ran.outcome).toBe("timed-out");
      expect(ran.log).toContain("begun");
      expect(processesWith(`PYTHONHASHSEED=${seed}`)).toBe(0);
    });

    test("a fork bomb is contained and leaves nothing behind", async () => {
      const code = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass";
      const ran = await here.attack(code, { seconds: 2 });
      expect(["error", "timed-out"]).toContain(ran.outcome);
      expect(processesWith(`PYTHONHASHSEED=${seed}`)).toBe(0);
    });

    test("a memory bomb is not taken for a failure", async () => {
      expect((await here.attack(MEMORY_BOMB)).outcome).toBe("out-of-memory");
      expect(processesWith(`PYTHONHASHSEED=${seed}`)).toBe(0);
    });

    test("a memory bomb in a child is out of memory though the script exits 0", async () => {
      const code = `
import subprocess, sys
subprocess.run([sys.executable, "-c", ${JSON.stringify(MEMORY_BOMB)}])
`;
      expect((await here.attack(code)).outcome).toBe("out-of-memory");
      expect(processesWith(`PYTHONHASHSEED=${seed}`)).toBe(0);
    });

    test("a gigabyte of output is cut at the limit", async () => {
      const code = "import sys\nfor _ in range(1024): sys.stdout.write('x' * (1 << 20))";
      const ran = await here.attack(code, { diskMb: 4096 });
      expect(ran.outcome).toBe("output-limit");
      expect(statSync(ran.logFile).size).toBeLessThanOrEqual(4 << 20);
      expect(ran.log.length).toBeLessThan(9000);
    });

    test("filling the disk is ended at the limit", async () => {
      const code = `
import time
for number in range(200):
    open(str(number), "wb").write(b"x" * (4 << 20))
    time.sleep(0.1)
`;
      expect((await here.attack(code)).outcome).toBe("disk-limit");
      // Well before it had written all.
      expect(existsSync(left("150"))).toBe(false);
    });

    test("a daemon that left its group ends with the script", async () => {
      const code = `
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1)
        open("late", "w").write("still here")
    os._exit(0)
`;
      const ran = await here.attack(code);
      expect(ran.outcome).toBe("finished");
      await new Promise((resolve) => setTimeout(resolve, 2000));
      expect(existsSync(left("late"))).toBe(false);
    });

    test("an interrupted script is ended at once", async () => {
      const abort = new AbortController();
      const code = 'open("begun", "w").close()\nwhile True: pass';
      const ran = here.attack(code, {}, abort.signal);
      const isBegun = async () => {
        while (!existsSync(left("begun"))) await new Promise((resolve) => setTimeout(resolve, 20));
        abort.abort();
      };
      await Promise.all([isBegun(), expect(ran).rejects.toBeInstanceOf(Interrupted)]);
      expect(processesWith(`PYTHONHASHSEED=${seed}`)).toBe(0);
    });

    test("neither keys nor proxies of the harness are in its environment", async () => {
      process.env.ATTACK_SECRET_KEY = "do not leak";
      const ran = await here.attack("import os; print(dict(os.environ))");
      delete process.env.ATTACK_SECRET_KEY;
      expect(ran.log).toContain("OMP_NUM_THREADS");
      expect(ran.log).not.toContain("do not leak");
    });

    test("the network is closed, or the description says that it is not", async () => {
      const code = `
import socket
for target in (("1.1.1.1", 53), ("127.0.0.1", 22), ("localhost", 80)):
    try: socket.create_connection(target, 3); print("connected")
    except OSError as error: print("refused", error)
`;
      const ran = await here.attack(code);
      const isClosed = here.sandbox.describe.includes("no network");
      expect(isClosed ? ran.log : "").not.toContain("connected");
      expect(isClosed || here.sandbox.describe.includes("the network is NOT closed")).toBe(true);
    });

    test("answers beside its folders cannot be read, or the description says that they can", async () => {
      const path = JSON.stringify(join(here.bench.folder, "secret"));
      const ran = await here.attack(`print("secret:", open(${path}).read())`);
      if (name !== "process") expect(ran.log).toContain("FileNotFoundError");
      else if (here.sandbox.protectsFiles) expect(ran.log).toMatch(/FileNotFound|Permission/u);
      else expect(here.sandbox.describe).toContain("files of this user are NOT protected");
    });

    test("its inputs and the system cannot be written, or the description says so", async () => {
      const code = `
for path in ("input/train.csv", "input/new", "/etc/new", "/opt/mle-star/runner.py", "../new"):
    try: open(path, "a"); print("wrote", path)
    except OSError as error: print("refused", path)
`;
      if (!here.sandbox.protectsFiles) {
        // Not tried: it would write to this machine, as the description warns.
        expect(here.sandbox.describe).toContain("files of this user are NOT protected");
        return;
      }
      const ran = await here.attack(code);
      // An ordinary process has a /tmp of its own above it, of which nothing is seen here.
      expect(ran.log.match(/refused/g)).toHaveLength(name === "process" ? 4 : 5);
      expect(existsSync(join(here.bench.folder, "new"))).toBe(false);
    });

    test("odd file names are opened and recorded as they are", async () => {
      const code = `
import os
for name in os.listdir("input"): open(os.path.join("input", name)).read()
open("a\\nb", "w"); open("ü '$(x)", "w")
`;
      const ran = await here.attack(code);
      expect(ran).toMatchObject({
        outcome: "finished",
        opened: ["train.csv", "tëst \"1'$(x).csv"],
      });
    });

    test("what a script notes of itself is believed only in shape", async () => {
      const code = `
notes = ["opened ../../etc/passwd", "opened /etc/passwd", "opened ", "opened a/../b", "peak-mb x", ""]
with open(".trace", "a") as trace:
    trace.write("\\0".join(notes) + "\\0garbage")
`;
      const ran = await here.attack(code);
      expect(ran.outcome).toBe("finished");
      expect(ran.opened).toEqual([]);
    });

    test.each([
      ["a symbolic link", "os.symlink('/etc/hostname', 'submission.csv')", "symbolic link"],
      ["a fifo", "os.mkfifo('submission.csv')", "not a regular file"],
      ["a folder", "os.mkdir('submission.csv')", "not a regular file"],
      ["a hard link", "open('own', 'w').close(); os.link('own', 'submission.csv')", "hard link"],
      ["nothing", "pass", "wrote no submission.csv"],
    ])("%s in place of the submission is refused", async (_, statement, reason) => {
      const ran = await here.attack(`import os\n${statement}`);
      expect(ran.outcome).toBe("finished");
      const taken = await takeSubmission(
        here.bench.workspace,
        join(here.bench.folder, "taken.csv"),
      );
      expect(taken.path).toBeNull();
      expect(taken.reason).toContain(reason);
    });

    test("a log replaced by a link to a file of ours is not read, and not written", async () => {
      const code = "import os\nos.remove('run.log'); os.symlink('../secret', 'run.log')";
      const ran = await here.attack(code);
      expect(ran.log).toContain("the script replaced its log");
      expect(readFileSync(join(here.bench.folder, "secret"), "utf8")).toBe("42");
      expect(readFileSync(ran.logFile, "utf8")).not.toContain("42");
    });

    test("two scripts side by side do not disturb each other", async () => {
      await using other = await makeBench();
      const [one, two] = await Promise.all([
        here.attack("import time; time.sleep(0.5); print('one')"),
        attack(here.sandbox, other, "print('two')"),
      ]);
      expect([one.log.trim(), two.log.trim()]).toEqual(["one", "two"]);
    });
  });
}

/** Processes of this machine whose environment holds a text. */
function processesWith(text: string): number {
  const found = `grep -lsa -- ${text} /proc/[0-9]*/environ | wc -l`;
  return Number(execFileSync("sh", ["-c", found], { encoding: "utf8" }));
}
