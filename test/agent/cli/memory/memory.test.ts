import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { memoryCommand } from "../../../../agent/cli/memory/memory.ts";
import { showRun, showText } from "../../../../agent/cli/runs/show.ts";
import { bodyOf } from "../../../../runs/certificate/certificate.ts";
import { createRun } from "../../../../runs/record/folder.ts";
import { openJournal } from "../../../../runs/record/journal.ts";
import { MemorySection } from "../../../../runs/report/page/memory.tsx";
import { foldReport } from "../../../../runs/report/report-data.ts";
import { someBrief } from "../../../fakes/request.ts";
import { freshFolder, handClock, journalRun, reply } from "../../../runs/journal-fixture.ts";
import { bankWith, draft, outcome, print } from "../../memory/made-items.ts";

/** What `mle-star memory …` prints about a folder. */
async function memory(folder: string, ...args: string[]): Promise<string> {
  let said = "";
  const command = memoryCommand({
    write: (text) => {
      said += text;
    },
    isTerminal: false,
    cwd: folder,
    path: process.env.PATH ?? "",
    env: { MLE_STAR_MEMORY: folder },
  });
  await command.parseAsync(args, { from: "user" });
  return said;
}

async function filled() {
  return bankWith(
    [
      draft("Encode categories by the target", { subject: "target-encoding" }),
      draft("Blend by ranks", {
        outcomes: [outcome({ competition: "cats", helped: false, gain: -0.1 })],
      }),
      draft("Seen on both", { outcomes: [outcome(), outcome({ competition: "cats" })] }),
    ],
    [print("houses"), print("cats")],
  );
}

test("list, search, show and stats tell what a memory holds", async () => {
  const { folder, read } = await filled();
  expect(await memory(folder, "list")).toMatch(
    /item +kind +worth[\s\S]*Seen on both[\s\S]*Blend by ranks/u,
  );
  const found = await memory(folder, "search", "target encoding", "--limit", "1", "--json");
  const [nearest] = JSON.parse(found) as { id: string; title: string }[];
  expect(nearest?.title).toBe("Encode categories by the target");
  expect(await memory(folder, "show", nearest?.id ?? "")).toMatch(
    /lesson about target-encoding, at features\n[\s\S]*Helped once: \+0\.1[\s\S]*houses\/r1 track-1\/refine-1\/attempt-1: 0\.5 → 0\.6/u,
  );
  expect(await memory(folder, "stats")).toMatch(/^3 items: 3 lesson, 0 pitfall/u);
  expect((await read()).size).toBe(3);
});

test("what is forgotten is gone from the files, and others lose what they knew of a competition", async () => {
  const { folder, read } = await filled();
  expect(await memory(folder, "forget", "--competition", "cats")).toBe(
    "1 items forgotten; 1 others lost what they knew of it\n",
  );
  const bank = await read();
  expect(bank.ids.map((id) => bank.get(id)?.title).sort()).toEqual([
    "Encode categories by the target",
    "Seen on both",
  ]);
  const file = join(folder, `items-${bank.manifest.generation}.jsonl`);
  expect(await readFile(file, "utf8")).not.toContain('"competition":"cats"');
  expect(await memory(folder, "forget", "--below", "1")).toMatch(/^2 items forgotten/u);
});

test.each([
  [["show", "nothing"], /"nothing" is no item of this memory/u],
  [["forget"], /which items\?/u],
  [["forget", "--below", "low"], /--below "low": expected a number/u],
  [["train", "--epochs", "0"], /--epochs "0": expected a whole number/u],
  [["list", "--memory-embedding", "magic"], /"magic" is unknown; use hashed or openai/u],
])("what cannot be done is said in one line: %j", async (args, message) => {
  const { folder } = await filled();
  await expect(memory(folder, ...args)).rejects.toThrow(message);
});

/** A run that was shown two items and cited one, in a folder of runs. */
async function remindedRun(root: string) {
  const folder = await createRun(join(root, "runs"), "houses", "r1");
  const file = join(folder, "journal.jsonl");
  const brief = { ...someBrief() };
  await journalRun(file, undefined, { brief });
  const journal = await openJournal(file, { clock: handClock() });
  const at = "track-1/refine-1/attempt-2/fix-1";
  const item = {
    version: 1,
    kind: "lesson" as const,
    text: "t",
    subject: null,
    worth: 0,
    fix: null,
  };
  await journal.append("memory-shown", `${at}/coder/memory`, {
    role: "coder",
    query: "q",
    considered: ["a", "b"],
    shown: ["a", "b"].map((id) => ({ ...item, id, title: `Topic ${id}`, competitions: ["cats"] })),
    keptOut: {},
    reranker: 0,
    failure: null,
  });
  await journal.append("answered", `${at}/coder/1`, reply());
  await journal.append("memory-cited", `${at}/coder/cited`, {
    role: "coder",
    shown: ["a", "b"],
    cited: ["b"],
  });
  const run = { shown: 2, cited: 1, useful: 1, gain: 1.5 };
  await journal.append("reflected", "reflected", {
    memory: "mem",
    operations: { added: 1, merged: 2, deleted: 0, nothing: 0 },
    items: ["a"],
    updates: 1,
    history: [
      { run: "houses/r0", ...run, cited: 0 },
      { run: "houses/r1", ...run },
    ],
    why: null,
  });
  await journal.close();
  return { folder, events: journal.events };
}

test("runs show, the report and the certificate say what was shown, cited and gained", async () => {
  const { folder, events } = await remindedRun(await freshFolder());
  expect(showText(await showRun(folder))).toMatch(
    /memory for the coder: shown a b; cited b Topic b, gained \+2/u,
  );
  const page = String(MemorySection(foldReport(events, folder)));
  expect(page).toContain("1 new items, 2 joined to known ones");
  expect(page).toContain("share of items shown that were cited");
  expect(page).toContain("mean gain of changes that cited an item");
  expect(page).toMatch(/Topic b<\/td><td class="">cited/u);
  const body = await bodyOf(folder);
  expect(body?.memory).toEqual({
    shown: [
      { id: "a", version: 1, competitions: ["cats"], calls: 1 },
      { id: "b", version: 1, competitions: ["cats"], calls: 1 },
    ],
  });
});

test("a run is reflected on by hand, once, and not where its competition is tested on", async () => {
  const root = await freshFolder();
  await remindedRun(root);
  const runs = ["--runs-dir", join(root, "runs")];
  const { folder, read } = await bankWith([]);
  const splits = join(root, "splits.yaml");
  await writeFile(splits, "test: [houses]\n");
  expect(await memory(folder, "reflect", "r1", ...runs, "--splits", splits)).toBe(
    "nothing was learned: houses is in the split test\n",
  );
  expect(await memory(folder, "reflect", "r1", ...runs)).toMatch(/^memory: \d+ added, 0 merged/u);
  const { size } = await read();
  expect(size).toBeGreaterThan(0);
  await memory(folder, "reflect", "r1", ...runs);
  expect((await read()).size).toBe(size);
  expect(await memory(folder, "train", "--epochs", "2", "--memory-reward", "gain")).toMatch(
    /^learned from 1 calls, 2 times, by gain/u,
  );
});
