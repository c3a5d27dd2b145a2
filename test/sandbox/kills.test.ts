import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Fault } from "../../runs/errors.ts";
import { findEngine } from "../../sandbox/containers/engine.ts";
import type { EngineName } from "../../sandbox/contract.ts";
import { smallDisk, whyNoDisks } from "../end-to-end/faults/small-disk.ts";
import { attack, type Bench, benchAt, presentEngines, seed } from "./engines.ts";
import { opened } from "./opened.ts";

/** Shows that it runs, and waits for its end, but for when it is told that it runs again. */
const WAITS = `
import os, time
if not os.path.exists("input/again"):
    open("ready", "w").close()
    time.sleep(120)
print("again")
`;

type Row = { pid: number; parent: number; command: string; environment: string };

function processes(): Row[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/u.test(name));
  return ids.flatMap((id) => {
    try {
      const read = (file: string) => readFileSync(`/proc/${id}/${file}`, "utf8");
      const parent = Number(/^PPid:\s+(\d+)$/mu.exec(read("status"))?.[1]);
      const [command, environment] = [read("cmdline"), read("environ")];
      return [{ pid: Number(id), parent, command, environment }];
    } catch {
      // It has just ended.
      return [];
    }
  });
}

/** The interpreter of the script: the last of those that carry the mark of this file's jobs. */
function interpreter(all: readonly Row[]): Row {
  const marked = all.filter(
    ({ command, environment }) =>
      environment.includes(`=${seed}\0`) && /python[^\0]*\0[^\0]*runner\.py/u.test(command),
  );
  const inner = marked.find(({ pid }) => !marked.some(({ parent }) => parent === pid));
  if (inner === undefined) throw new Error("no script runs");
  return inner;
}

/** The first of its processes that is a child of ours. */
function leader(all: readonly Row[]): Row {
  let each = interpreter(all);
  while (each.parent !== process.pid) {
    const above = all.find(({ pid }) => pid === each.parent);
    if (above === undefined) throw new Error("the script is no child of ours");
    each = above;
  }
  return each;
}

async function containerOf(name: "docker" | "podman", { workspace }: Bench) {
  const engine = await findEngine(name, process.env.CONTAINER_HOST ?? null);
  if (typeof engine === "string") throw new Error(engine);
  const all = await engine.docker.listContainers();
  const ours = all.find(({ Mounts }) => Mounts.some(({ Source }) => Source === workspace));
  return engine.docker.getContainer(ours?.Id ?? "none");
}

type Kill = { what: string; kill: (bench: Bench) => Promise<unknown> };

/** The ways in which somebody else ends what an engine runs. */
function kills(name: EngineName): Kill[] {
  const inner = { what: "its interpreter", kill: async () => end(interpreter, "SIGKILL") };
  const first = { what: "the first of its processes", kill: async () => end(leader, "SIGKILL") };
  // As an ordinary process it has a parent that waits for it and is deaf to SIGTERM.
  if (name === "process") return [inner, first];
  if (name === "bwrap")
    return [inner, first, { what: "it kindly", kill: async () => end(leader, "SIGTERM") }];
  return [
    inner,
    { what: "its container", kill: async (bench) => (await containerOf(name, bench)).kill() },
    {
      what: "its container, which goes away",
      kill: async (bench) => (await containerOf(name, bench)).remove({ force: true }),
    },
  ];
}

function end(choose: (all: readonly Row[]) => Row, signal: "SIGKILL" | "SIGTERM"): void {
  process.kill(choose(processes()).pid, signal);
}

async function isReady({ workspace }: Bench): Promise<void> {
  while (!existsSync(join(workspace, "ready"))) await sleep(20);
  // An engine may just be about to look at what it has started.
  await sleep(200);
}

const noDisks = whyNoDisks();

for (const name of await presentEngines()) {
  describe(`what ${name} runs, and others end`, () => {
    const here = opened(name);

    test.for(kills(name))("a script is run again when somebody ends $what", async ({ kill }) => {
      const again = join(here.bench.input, "again");
      await rm(here.bench.workspace, { recursive: true, force: true });
      const running = here.attack(WAITS);
      await isReady(here.bench);
      await writeFile(again, "");
      await kill(here.bench);
      const ran = await running;
      await rm(again);
      expect(ran).toMatchObject({ outcome: "finished", log: "again\n" });
      expect(ran.warning).toMatch(/^run again, since at first /u);
    });

    test("a script that is ended twice where ours runs well is to blame, and not run again", async () => {
      await rm(here.bench.workspace, { recursive: true, force: true });
      const running = here.attack(WAITS);
      for (const _ of ["first", "second"]) {
        await isReady(here.bench);
        await rm(join(here.bench.workspace, "ready"));
        end(interpreter, "SIGKILL");
      }
      expect(await running).toMatchObject({ outcome: "error", signal: "SIGKILL" });
    });

    test.skipIf(noDisks !== null)(
      "a script that finds no room on the disk is not to blame, and runs well when there is some",
      async () => {
        await using disk = await smallDisk(join(here.bench.folder, "disk"), 4096);
        const bench = benchAt(disk.folder);
        await writeFile(join(here.bench.input, "any"), "");
        const on = { ...bench, input: here.bench.input };
        const code = `open("much", "wb").write(b"x" * (16 << 20)); print("written")`;
        const failed = attack(here.sandbox, on, code);
        await expect(failed).rejects.toBeInstanceOf(Fault);
        await expect(failed).rejects.toThrow(
          /: no space left on the disk \(\d+ MB are left.*\); free some space, then run/u,
        );
        disk.resize(64 << 10);
        const ran = await attack(here.sandbox, on, code);
        expect(ran).toMatchObject({ outcome: "finished", log: "written\n" });
      },
    );
  });
}
