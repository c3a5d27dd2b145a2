import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Fault } from "../../../runs/errors.ts";
import { NOTHING_NAMED, openHistory } from "../../../runs/record/history.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import { checkChain } from "../../../runs/record/journal-lines.ts";
import { smallDisk, whyNoDisks } from "../../end-to-end/faults/small-disk.ts";
import { freshFolder, handClock } from "../journal-fixture.ts";

const noDisks = whyNoDisks();
if (noDisks !== null) console.log(`disks are not filled: ${noDisks}`);

test.skipIf(noDisks !== null)(
  "a journal that finds no room says so, takes nothing more, and goes on whole when there is room",
  async () => {
    await using disk = await smallDisk(join(await freshFolder(), "disk"), 16);
    const file = join(disk.folder, "journal.jsonl");
    const journal = await openJournal(file, { clock: handClock() });
    const step = (number: number) =>
      journal.step("skipped", `at/${number}`, async () => ({ what: "x", why: "y".repeat(3000) }));
    let kept = 0;
    const fill = async () => {
      for (; ; kept++) await step(kept);
    };
    const filling = fill();
    await expect(filling).rejects.toBeInstanceOf(Fault);
    await expect(filling).rejects.toThrow(
      `${file}: no space left on the disk; free some space and run the same command again`,
    );
    await expect(step(1000)).rejects.toThrow("no space left");
    await journal.close();

    disk.resize(1024);
    const again = await openJournal(file, { clock: handClock() });
    expect(again.events.map(({ key }) => key)).toEqual(
      Array.from({ length: kept }, (_, number) => `at/${number}`),
    );
    const value = { what: "x", why: "room" };
    await again.step("skipped", "after", async () => value);
    await again.close();
    expect(checkChain(await readFile(file))).toBeNull();
  },
);

test.skipIf(noDisks !== null)(
  "a history that finds no room says it in one line, and takes the same commit when there is room",
  async () => {
    await using disk = await smallDisk(join(await freshFolder(), "disk"), 4096);
    const directory = join(disk.folder, "history.git");
    const history = await openHistory(directory, {
      run: "r1",
      path: process.env.PATH ?? "",
      named: NOTHING_NAMED,
      report: () => undefined,
    });
    const commit = {
      id: "a",
      files: { "solution.py": "print(1)\n" },
      parents: [],
      date: "2026-01-01T00:00:00Z",
      subject: "a",
      body: null,
      trailers: {},
    };
    disk.fill();
    const failing = history.commit(commit);
    await expect(failing).rejects.toBeInstanceOf(Fault);
    await expect(failing).rejects.toThrow(
      `${directory}: no space left on the disk; free some space and run the same command again`,
    );
    disk.empty();
    const made = await history.commit(commit);
    expect(await history.read(made, "solution.py")).toBe("print(1)\n");
  },
);
