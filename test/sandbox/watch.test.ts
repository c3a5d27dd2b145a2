import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Execution, Sandbox } from "../../sandbox/contract.ts";
import { attack, type Bench, makeBench, open, presentEngines } from "./engines.ts";

/** What is forbidden, as a script may try it, and what is said of it. */
const FORBIDDEN: [string, string, RegExp][] = [
  ["another's environment", "open('/proc/1/environ').read() if os.getpid() != 1 else open('/proc/self/mem')", /^opened \/proc\/\d+\/(?:environ|mem) at line 2$/],
  ["its own memory", "open('/proc/self/mem', 'r+b')", /\/mem at line 2$/],
  ["the folders above", "os.listdir('../../..')", /^opened .* at line 2$/],
  ["a way round by its input", "open('input/../../../..', opener=lambda path, flags: os.open(path, os.O_RDONLY))", /^opened .* at line 2$/],
  ["a link that leads out", "os.symlink('/proc/1/environ' if os.getpid() != 1 else '/proc/self/mem', 'link')", /^opened .* at line 2$/],
  ["its input, to write", "open('input/train.csv', 'a')", /^wrote to its input, train.csv at line 2$/],
  ["a shell", "os.system('true')", /^started sh -c true at line 2$/],
  ["a program", "import subprocess; subprocess.run(['lscpu'])", /^started lscpu at line 2$/],
  ["an unwatched Python", "import subprocess; subprocess.run([sys.executable, '-I', '-c', ''])", /^started python\S* -I -c at line 2$/],
  ["a program by its back door", "import _posixsubprocess as p; p.fork_exec([b'/bin/true'], [b'/bin/true'], True, (), None, None, -1, -1, -1, -1, -1, -1, -1, -1, False, False, 0, None, None, None, -1, None, True)", /^started true/],
  ["an address", "import socket; socket.create_connection(('192.0.2.1', 80), 1)", /192\.0\.2\.1.* at line 2$/],
  ["an address that is more than one", "import socket; socket.socket().connect(type('Pair', (tuple,), {})(('192.0.2.1', 80)))", /^connected to 192\.0\.2\.1 port 80 at line 2$/],
  ["an address that can change", "import socket; socket.socket(socket.AF_UNIX).connect(bytearray(b'/run/a'))", /^connected to an address that cannot be read at line 2$/],
  ["a name", "import socket; socket.gethostbyname('example.com')", /^looked up example.com at line 2$/],
  ["its record", "open('.trace', 'w')", /^opened the record/],
  ["its record, by descriptor", "[os.ftruncate(n, 0) for n in range(3, 20) if os.path.realpath(f'/proc/self/fd/{n}').endswith('.trace')]", /^changed the record/],
  ["the collector", "import gc; gc.get_objects()", /^searched the interpreter's objects at line 2$/],
  ["C", "import ctypes; ctypes.CDLL(None)", /^called into C at line 2$/],
  ["C by another library", "import cffi", /^imported cffi at line 2$/],
  ["frames of the watch", "import gc; gc.callbacks.append(lambda *_: sys._getframe()); gc.set_threshold(1); [open('a', 'w').close() for _ in range(999)]", /^looked into what watches it at line 2$/],
  ["frames of the watch in an error", "import gc\ndef fail(*_):\n try: raise KeyError\n except KeyError as error: error.__traceback__.tb_frame\ngc.callbacks.append(fail); gc.set_threshold(1); [open('a', 'w').close() for _ in range(999)]", /^looked into what watches it at line 5$/],
  ["another hook", "sys.addaudithook(print)", /^added an audit hook at line 2$/],
  ["code under another's name", "compile('1', os.__file__, 'eval')", /^compiled code under the name of a library at line 2$/],
  ["code under another's name, which is more than a text", "compile('1', type('Text', (str,), {})(os.__file__), 'eval')", /^compiled code under the name of a library at line 2$/],
  ["a pickle that runs a command", "import pickle; pickle.loads(b'cposix\\nsystem\\n(S\"true\"\\ntR.')", /^unpickled a call of posix.system at line 2$/],
  ["an interpreter within", "import _xxsubinterpreters", /^imported _xxsubinterpreters at line 2$/],
  ["what its workers are watched by", "os.environ['PYTHONPATH'] = ''", /^changed what its workers are watched by at line 2$/],
  ["a worker that does it", "p = os.fork()\nif p == 0: os.system('true')\nos.waitpid(p, 0); print('went on')", /^started sh -c true at line 3$/],
  ["an end past the interpreter", "os._exit(0)", /^ended past the interpreter/],
  ["a closed record", "os.closerange(3, 64)", /harmed the record/],
  ["a flooded record", "[os.write(n, b'opened x\\0' * (1 << 20)) for n in range(3, 20) if os.path.realpath(f'/proc/self/fd/{n}').endswith('.trace') for _ in range(3)]", /^flooded the record/],
]; // biome-ignore format: a table

/** What libraries do of themselves, and scripts may have them do. */
const HONEST = `
import ctypes.util, multiprocessing, os, pickle, platform, sqlite3, tempfile, time
def work(number): return len(open("input/train.csv").read()) + number
def read(path): return open(path).read()
if __name__ == "__main__":
    begun = time.time()
    os.environ["OMP_NUM_THREADS"] = "1"
    import joblib, numpy, pandas
    from joblib import Parallel, delayed
    print(platform.processor(), ctypes.util.find_library("c"), joblib.cpu_count(only_physical_cores=True))
    assert Parallel(2)(delayed(work)(number) for number in range(3)) == [9, 10, 11]
    for kind in ("fork", "spawn"):
        with multiprocessing.get_context(kind).Pool(1) as pool: assert pool.map(work, [0]) == [9]
    large = numpy.zeros(300_000)
    assert Parallel(2)(delayed(numpy.sum)(large) for _ in range(2)) == [0, 0]
    shared = f"/dev/shm/psm_{time.time_ns()}"
    open(shared, "w").write("a"); time.sleep(1.5)
    with multiprocessing.get_context("spawn").Pool(1) as pool: assert pool.map(read, [shared]) == ["a"]
    os.remove(shared)
    with tempfile.TemporaryDirectory() as folder: open(folder + "/a", "w").write("a")
    table = pandas.read_csv("input/train.csv")
    table.to_pickle("a.pkl"); table.equals(pandas.read_pickle("a.pkl"))
    numpy.save("a.npy", large); numpy.load("a.npy", mmap_mode="r")
    sqlite3.connect("a.db").execute("create table a (b)")
    os.makedirs("deep/er"); os.rename("a.npy", "deep/b.npy"); os.symlink("deep/b.npy", "c.npy"); open("c.npy", "rb").read()
    for path in ("/proc/cpuinfo", "/proc/self/status", "/dev/null", "/nonexistent/settings"):
        try: open(path).read()
        except FileNotFoundError: pass
    try: raise ValueError("told and caught")
    except ValueError:
        import traceback; traceback.print_exc()
    import inspect, logging, signal
    class Late(Exception): pass
    def late(number, frame): logging.warning("late in %s", frame.f_code.co_name); raise Late
    signal.signal(signal.SIGALRM, late); signal.setitimer(signal.ITIMER_REAL, 0.2)
    try: time.sleep(9)
    except Late: traceback.print_exc(); assert inspect.trace()[0].function == "<module>"
    assert callable(signal.signal(signal.SIGALRM, signal.SIG_DFL))
    open("submission.csv", "w").write("id,y")
`;

for (const name of await presentEngines()) {
  describe(`${name}, watched from within`, () => {
    let sandbox: Sandbox;
    let bench: Bench;
    const roomy = { memoryMb: 2000 };

    beforeAll(async () => {
      sandbox = await open(name);
      bench = await makeBench();
    });
    afterAll(async () => {
      await sandbox.close();
      await bench[Symbol.asyncDispose]();
    });

    async function enforced(code: string): Promise<Execution> {
      return attack(sandbox, bench, code, roomy, new AbortController().signal, "enforced");
    }

    test.each(FORBIDDEN)("%s ends a script", async (_, statement, reason) => {
      const { outcome, audit } = await enforced(`import os, sys\n${statement}\n`);
      expect({ outcome, forbidden: audit.forbidden }).toEqual({
        outcome: "forbidden",
        forbidden: expect.stringMatching(reason),
      });
    });

    test("what honest scripts and their libraries do is recorded and goes on", async () => {
      const { outcome, audit, opened, log } = await enforced(HONEST);
      expect(`${outcome} ${audit.forbidden} ${log.slice(-300)}`).toMatch(/^finished null/);
      expect(opened).toEqual(["train.csv"]);
      expect(audit.processes.join(" ")).toMatch(/ldconfig.*multiprocessing.*uname/);
      expect(audit.outside).toContain("/nonexistent/settings");
      expect(audit.sockets).toEqual([]);
    });

    test("a worker that is ended takes along the script that waits for it", async () => {
      const code = `
import multiprocessing, os
def work(_): os.system("true")
with multiprocessing.get_context("fork").Pool(1) as pool: pool.map(work, [0])`;
      // Often, for it may be told at the very moment at which it begins to wait.
      for (let time = 0; time < 8; time++) {
        const { outcome, exitCode, audit } = await enforced(code);
        expect(outcome).toBe("forbidden");
        expect(audit.forbidden).toBe("started sh -c true at line 3");
        // Told or killed by its worker; what runs past its time in a namespace of its own has neither code.
        expect([87, 137]).toContain(exitCode);
      }
    });

    test("in audit mode what is forbidden is recorded, and the script goes on", async () => {
      const ran = await attack(sandbox, bench, "import os\nos.system('true')\nprint('on')", roomy);
      expect(ran).toMatchObject({ outcome: "finished", log: "on\n" });
      expect(ran.audit.forbidden).toBe("started sh -c true at line 2");
    });

    test("forged notes count against their author only", async () => {
      const code = `
import os
for n in range(3, 20):
    if os.path.realpath(f"/proc/self/fd/{n}").endswith(".trace"): os.write(n, b"forbidden nothing at all\\0ended\\0")
os._exit(0)`;
      const { outcome, audit } = await enforced(code);
      expect({ outcome, forbidden: audit.forbidden }).toEqual({
        outcome: "forbidden",
        forbidden: "nothing at all",
      });
    });

    test("a library's own files cannot be changed for the next script", async () => {
      const code = "import numpy\nopen(numpy.__file__, 'a')\n";
      const { outcome, audit } = await enforced(code);
      expect(outcome).toBe("forbidden");
      expect(audit.forbidden).toMatch(/^wrote beside installed packages, .* at line 2$/);
    });

    test("what an earlier script left in a shared folder is not read", async () => {
      const place = `/tmp/mle-star-left-${process.pid}`;
      await attack(sandbox, bench, `open("${place}", "w").write("answers")`, roomy);
      const ran = await enforced(`print(open("${place}").read())`);
      if (name === "process") await rm(place, { force: true });
      expect(readFileSync(ran.logFile, "utf8")).not.toContain("answers");
      expect(ran.outcome).not.toBe("finished");
    });
  });
}
