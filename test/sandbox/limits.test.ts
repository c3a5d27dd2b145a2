import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attack, makeBench, presentEngines } from "./engines.ts";
import { opened } from "./opened.ts";

for (const name of await presentEngines()) {
  describe(`${name} at its limits`, () => {
    const here = opened(name);

    test("ten gigabytes that hold nothing are refused and take no room", async () => {
      const ran = await here.attack("open('sparse', 'w').truncate(10 << 30)");
      expect(ran.outcome).toBe("error");
      expect(ran.log).toMatch(/File too large/);
      expect(statSync(join(here.bench.workspace, "sparse")).blocks).toBeLessThan(100);
    });

    test("files that have lost their names count as long as they are open", async () => {
      const code = `
import os, time
held = []
for number in range(200):
    held.append(open("nameless", "wb", buffering=0)); os.remove("nameless")
    held[-1].write(b"x" * (4 << 20))
    time.sleep(0.1)
`;
      expect((await here.attack(code)).outcome).toBe("disk-limit");
    });

    test("files cannot be opened without end", async () => {
      const code = `
held = []
try:
    while len(held) < 100_000: held.append(open("solution.py"))
except OSError as error: print("stopped", len(held) < 5000, error)
`;
      expect((await here.attack(code)).log).toContain("stopped True");
    });

    test("memory for temporary files counts, or is limited by itself", async () => {
      const code = `
import os
try:
    with open("/dev/shm/fill", "wb") as file:
        for _ in range(1024): file.write(b"x" * (1 << 20))
    print("filled")
except OSError as error: print("stopped", error)
`;
      if (!here.sandbox.describe.includes("/tmp of its own") && name === "process") {
        // Not tried: it would fill the memory of this machine, as the description warns.
        expect(here.sandbox.describe).toContain("files of this user are NOT protected");
        return;
      }
      const ran = await here.attack(code);
      expect(ran.log).not.toContain("filled");
      expect(["finished", "out-of-memory"]).toContain(ran.outcome);
    });

    test("more cores than were given are not used, or the description says that they may", async () => {
      const code = `
import os, time
begun = time.monotonic()
for _ in range(3):
    if os.fork() == 0:
        while time.monotonic() < begun + 2: pass
        os._exit(0)
for _ in range(3): os.wait()
times = os.times()
print("cores", (times.children_user + times.children_system) / (time.monotonic() - begun))
`;
      if (name === "process" || here.sandbox.describe.includes("cores NOT limited")) {
        expect(here.sandbox.describe).toMatch(/^process|cores NOT limited/);
        return;
      }
      const ran = await here.attack(code, { cpus: 0.5 });
      expect(Number(/cores ([\d.]+)/.exec(ran.log)?.[1])).toBeLessThan(0.75);
    });

    // As an ordinary process it is the first of its process namespace, which no signal of its own ends.
    test.skipIf(name === "process")(
      "a script that kills itself has not run out of memory",
      async () => {
        const ran = await here.attack("import os; os.kill(os.getpid(), 9)");
        expect(ran).toMatchObject({ outcome: "error", signal: "SIGKILL" });
      },
    );

    test("a script that wipes out its traces is not taken for a broken engine", async () => {
      const ran = await here.attack("import os; os.remove('.trace'); os._exit(127)");
      expect(ran).toMatchObject({ outcome: "error", exitCode: 127 });
    });

    test.skipIf(name === "process")(
      "a script that runs beside another can neither see nor read it",
      async () => {
        await using other = await makeBench();
        const code = `
import os, time
open("own", "w").write("a secret of another run")
while not os.path.exists("input/go"): time.sleep(0.1)
`;
        const beside = attack(here.sandbox, other, code);
        const own = join(other.workspace, "own");
        while (!existsSync(own)) await new Promise((resolve) => setTimeout(resolve, 50));
        const ran = await here.attack(`
import os
print([path for path in ${JSON.stringify([other.workspace, other.input, own])} if os.path.exists(path)])
print(os.listdir("/tmp"), os.listdir("/dev/shm"))
own = (1, os.getpid(), os.getppid())
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
print([pid for pid in pids if pid not in own and b"solution.py" in open(f"/proc/{pid}/cmdline", "rb").read()])
`);
        await writeFile(join(other.input, "go"), "");
        expect((await beside).outcome).toBe("finished");
        expect(ran.log.trim().split("\n")).toEqual(["[]", "[] []", "[]"]);
      },
    );

    test("eight at once keep apart and all end well", async () => {
      const benches = await Promise.all(Array.from({ length: 8 }, makeBench));
      const runs = benches.map((each, number) =>
        attack(here.sandbox, each, `open("own", "w").write("${number}"); print(${number})`),
      );
      const ended = await Promise.all(runs);
      expect(ended.map(({ outcome, log }) => `${outcome} ${log.trim()}`)).toEqual(
        benches.map((_, number) => `finished ${number}`),
      );
      for (const [number, bench] of benches.entries()) {
        await using each = bench;
        expect(readFileSync(join(each.workspace, "own"), "utf8")).toBe(`${number}`);
        expect(readdirSync(each.workspace).sort()).toEqual([
          ".trace",
          "input",
          "own",
          "run.log",
          "solution.pyc",
        ]);
      }
    });
  });
}
