import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { native } from "../../../../agent/native.ts";
import { openScratch } from "../../../../agent/tools/scratch/scratch.ts";
import { profileCompetition } from "../../../../tasks/profile/profile.ts";
import { openReferee } from "../../../../tasks/referee/open.ts";
import { values } from "../../../fakes/run-world.ts";
import { agentPlays, calling } from "../../../fakes/tool-script.ts";
import { openWorld, type Real } from "../../../fakes/world.ts";
import { open, openPython } from "../../../sandbox/engines.ts";
import {
  AUC,
  binary,
  scratch as folder,
  fromRows,
  readCsv,
} from "../../../tasks/made-competition.ts";

const { python } = await openPython();
const rows = binary(300, (i) => ({ photo: `photo-${i}.png` }));
const competition = fromRows(
  rows,
  { ...AUC, files: { other: ["photos"] }, media_columns: ["photo"] },
  {
    testRows: 60,
    files: Object.fromEntries(rows.map(({ photo, mark }) => [`photos/${photo}`, `${mark}`])),
  },
);
const refereeFolder = folder();
const referee = await openReferee({
  competition,
  python,
  folder: refereeFolder,
  seed: 1,
  subsample: null,
});
const sandbox = await open("process");
const profile = await profileCompetition(competition, python);
const real: Real = { competition, profile, referee, sandbox };
afterAll(async () => {
  await sandbox.close();
  await referee.close();
});

const quiet = {
  leakageModel: "off" as const,
  blends: false,
  canary: "off" as const,
  debugRounds: 0,
};

test("cells share their variables, show a last value, and fail without losing them", async () => {
  await using world = await openWorld({ real });
  const cells = openScratch(world.handle.run, "test");
  expect(await cells.run("x = 20\nprint('here')", 10)).toMatchObject({ text: "here\n" });
  expect(await cells.run("x + 1", 10)).toMatchObject({ text: "21\n", isError: false });
  const failed = await cells.run("y = x + 2\nraise ValueError('no')", 10);
  expect(failed).toMatchObject({ isError: true, isAlive: true });
  expect(failed.text).toContain("ValueError: no");
  expect(failed.text).not.toContain("solution.py");
  expect((await cells.run("y", 10)).text).toBe("22\n");
  // What tools of ours look at has none of the variables, and leaves none.
  expect((await cells.look("x = 5\nprint('x' in dir(), 'y' in globals())")).text).toBe(
    "True False\n",
  );
  expect((await cells.run("x", 10)).text).toBe("20\n");
  await cells.close();
});

test("a cell has its time, and a gigabyte of output keeps its head and tail", async () => {
  await using world = await openWorld({ real });
  const cells = openScratch(world.handle.run, "test");
  await cells.run("kept = 7", 10);
  const slow = await cells.run("try:\n    while True: pass\nexcept Exception: pass", 1);
  expect(slow).toMatchObject({ isError: true, isAlive: true });
  expect(slow.text).toContain("took more than 1 s");
  const loud = await cells.run(
    "print('begin')\nfor _ in range(1024): print('x' * (1 << 20))\nprint('the end')",
    60,
  );
  expect(loud.text.length).toBeLessThan(9000);
  expect(loud.text.startsWith("begin\nxxx")).toBe(true);
  expect(loud.text.endsWith("the end\n")).toBe(true);
  expect(loud.text).toMatch(/\[\.\.\. 107\d{7} characters left out \.\.\.\]/u);
  expect((await cells.run("kept", 10)).text).toBe("7\n");
  await cells.close();
});

test("an interpreter that ends in a cell is started again with the variables of the cells before", async () => {
  await using world = await openWorld({ real });
  const cells = openScratch(world.handle.run, "test");
  await cells.run("kept = [1]\nkept.append(2)", 10);
  const forbidden = await cells.run("import subprocess\nsubprocess.run(['ls'])", 10);
  expect(forbidden).toMatchObject({ isError: true, isAlive: false });
  expect(forbidden.text).toMatch(/this is forbidden: started ls/u);
  expect((await cells.run("kept", 10)).text).toBe("[1, 2]\n");
  const deaf = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass";
  expect(await cells.run(deaf, 1)).toMatchObject({ isError: true, isAlive: false });
  expect(await cells.run("import os\nos._exit(0)", 10)).toMatchObject({ isAlive: false });
  expect((await cells.run("kept", 10)).text).toBe("[1, 2]\n");
  await cells.close();
});

test("no hidden row is reached: not in the input, not where the harness keeps its own", async () => {
  await using world = await openWorld({ real });
  const cells = openScratch(world.handle.run, "test");
  const shown = new Set(
    readCsv(join(await referee.trainingRows(), "train.csv")).map(({ mark }) => mark),
  );
  const places = rows.flatMap(({ mark = "" }, place) => (shown.has(mark) ? [] : [place]));
  expect(places.length).toBeGreaterThan(100);
  const search = (roots: readonly string[]) => `
import os
hidden = [f"mark-{place}-" for place in ${JSON.stringify(places)}]
found, seen = set(), 0
for root in ${JSON.stringify(roots)}:
    for at, _, names in os.walk(root):
        for name in names:
            try: text = open(os.path.join(at, name), errors="replace").read()
            except OSError: continue
            seen += 1
            found.update(mark for mark in hidden if mark in text)
print("files:", seen, "hidden:", sorted(found))
`;
  const own = await cells.run(search(["input"]), 60);
  expect(own.text).toMatch(/^files: 1\d\d hidden: \[\]\n$/u);
  for (const root of ["..", refereeFolder, competition.folder, world.folder]) {
    const { text } = await cells.run(search([root]), 60);
    expect(text, root).not.toContain("mark-");
    expect(text, root).toMatch(/hidden: \[\]|this is forbidden/u);
  }
  await cells.close();
});

const honest = `
import pandas as pd
train, test = pd.read_csv("input/train.csv"), pd.read_csv("input/test.csv")
sample = pd.read_csv("input/sample_submission.csv")
sample["y"] = test["x"]
sample.to_csv("submission.csv", index=False)
`;

test("a run looks, tries and scores for real, and a later session has its variables again outside of its time", async () => {
  const at = await mkdtemp(join(tmpdir(), "mle-star-scratch-"));
  try {
    const first = [
      calling(
        ["list_files", {}],
        ["preview", { file: "train.csv", rows: 2 }],
        ["profile", { columns: ["x"] }],
      ),
      calling(["run_python", { code: "import time\ntime.sleep(2)\nheld = 41" }]),
    ];
    const second = [
      calling(["run_python", { code: "held + 1" }]),
      calling(["write_script", { script: "a", code: honest }], ["score", { script: "a" }]),
      calling(["submit", {}]),
    ];
    const config = { ...quiet, policy: "native" as const };
    const stopping = await openWorld({
      real,
      folder: at,
      config,
      answers: (request) => {
        if (/turn-3\/ask$/u.test(request.at)) stopping.handle.pause();
        return agentPlays([...first, ...second])(request);
      },
    });
    await native(stopping.handle.run).catch(() => undefined);
    const before = stopping.journal.events.at(-1)?.elapsed ?? 0;
    await stopping.close();

    const answers = agentPlays([...first, ...second]);
    await using world = await openWorld({ real, folder: at, config, answers });
    const finished = await native(world.handle.run);
    expect(finished.solution).toBe("native/attempt-1");
    const called = values(world, "tool-called");
    expect(called.map(({ isError }) => isError)).toEqual(called.map(() => false));
    expect(called[1]?.text).toContain("mark-");
    expect(called[2]?.text).toMatch(/"x": 0\.0% missing; .*correlation with the target 0\./u);
    const again = called.find(({ arguments: given }) => given.includes("held + 1"));
    expect(again?.text).toContain("42");
    // The two seconds that the cell took again are no time of the run.
    const event = world.journal.events.find(
      ({ type, value }) => type === "tool-called" && value === again,
    );
    expect(event).toBeDefined();
    expect((event?.elapsed ?? 0) - before).toBeLessThan(2);
  } finally {
    await rm(at, { recursive: true, force: true });
  }
});
