import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { runsCommand } from "../../../../agent/cli/runs/runs.ts";
import { RunRefused } from "../../../../runs/errors.ts";
import { createRun, runFiles } from "../../../../runs/record/folder.ts";
import { NOTHING_NAMED, openHistory } from "../../../../runs/record/history.ts";
import { lockRun } from "../../../../runs/record/lock.ts";
import { freshFolder, journalRun } from "../../../runs/journal-fixture.ts";

const path = process.env.PATH ?? "";
const fresh = { named: NOTHING_NAMED, report: () => undefined };

/** A folder with a run as the program leaves it, and a way to ask the command about it. */
async function fixture() {
  const cwd = await freshFolder();
  const folder = await createRun(join(cwd, "runs"), "houses", "20260102-030405-abcd");
  const history = await openHistory(runFiles(folder).history, { run: "r", path, ...fresh });
  const solution = { date: "2026-01-02T03:04:05Z", subject: "s", body: null, trailers: {} };
  const base = await history.commit({
    ...solution,
    id: "base",
    files: { "solution.py": "a = 1\n" },
    parents: [],
  });
  const first = await history.commit({
    ...solution,
    id: "first",
    files: { "solution.py": "a = 2\n" },
    parents: [base],
  });
  const second = await history.commit({
    ...solution,
    id: "second",
    files: { "solution.py": "a = 3\n" },
    parents: [base],
  });
  const blend = await history.commit({
    ...solution,
    id: "blend",
    files: { "blend.json": "{}\n" },
    parents: [base, second],
  });
  await journalRun(runFiles(folder).journal, { base, first, second, blend });
  const ask = async (...args: string[]) => {
    let said = "";
    const write = (text: string) => {
      said += text;
    };
    const command = runsCommand({
      write,
      isTerminal: false,
      cwd,
      path,
      env: { CHROMIUM: "/nowhere" },
    });
    await command.parseAsync(args, { from: "user" });
    return stripVTControlCharacters(said);
  };
  return { cwd, folder, base, second, ask };
}

test("`runs show` prints the summary and the tree with arrows, intervals, verdicts, costs and the best.", async () => {
  const { ask } = await fixture();
  const tree = (await ask("show")).split("\n\n")[1];
  expect(tree).toMatchInlineSnapshot(`
    "track-1/init-1  10 [9, 11]  2.0s  $0.25 · LightGBM
    ├─ track-1/refine-1/ablation-1  ↓12 [11, 13]  2.0s
    ├─ track-1/refine-1/attempt-1  ↓11 [10, 12]  rejected  2.0s  $0.25 · add [31m ratios
    └─ track-1/refine-1/attempt-2  failed  2.0s  $0.50 · ValueError: no such column
       └─ track-1/refine-1/attempt-2/fix-1  ↑8 [7, 9]  accepted  2.0s  ★ best · log target
    blend/mean  9 [8, 10]  of track-1/init-1 + track-1/refine-1/attempt-2/fix-1 · mean
    "
  `);
});

test("`runs show --leaderboard` has the candidates by their scores; a sentence says why the first one won.", async () => {
  const { ask } = await fixture();
  const [head = "", board = ""] = (await ask("show", "--leaderboard")).split("\n\n");
  expect(head.split("\n").at(-1)).toBe(
    "track-1/refine-1/attempt-2/fix-1 won by its search score (search 8 [7, 9]), 1 other within its interval; what helped most was track-1/refine-1/attempt-2/fix-1 (+2 ± 0.5).",
  );
  expect(board).toMatchInlineSnapshot(`
    "    attempt                           search       sealed  verdict   gain      time  cost
     1  track-1/refine-1/attempt-2/fix-1  8 [7, 9]     –       accepted  +2 ± 0.5  2.0s  $0.00
    ≈2  blend/mean                        9 [8, 10]    –       –         –         0.0s  $0.00
     3  track-1/init-1                    10 [9, 11]   –       –         –         2.0s  $0.25
     4  track-1/refine-1/attempt-1        11 [10, 12]  –       rejected  -1 ± 0.5  2.0s  $0.25
    ≈ within the interval of the first
    "
  `);
});

test("`runs show --json` gives the summary and every attempt.", async () => {
  const { ask } = await fixture();
  const shown = JSON.parse(await ask("show", "houses", "--json"));
  expect(shown.summary).toMatchObject({
    searchScore: 8,
    sealedScore: 8.5,
    executions: 2,
    modelCalls: 5,
    usd: 1.5,
  });
  expect(shown.attempts).toHaveLength(6);
  expect(shown.runningAs).toBeNull();
});

test("`runs show` names the line of a journal in which a digit was changed.", async () => {
  const { folder, ask } = await fixture();
  const { journal } = runFiles(folder);
  const lines = (await readFile(journal, "utf8")).split("\n");
  const place = lines.findIndex((line) => line.includes('"seconds":2'));
  lines[place] = lines[place]?.replace('"seconds":2', '"seconds":3') ?? "";
  await writeFile(journal, lines.join("\n"));
  expect(await ask("show")).toMatch(
    new RegExp(`^DAMAGED: \\S*journal\\.jsonl:${place + 1}: .*restore it from a backup`, "u"),
  );
  expect(JSON.parse(await ask("show", "--json")).damage).toContain(`journal.jsonl:${place + 1}:`);
});

test("`runs list` shows a run per line, says which are at work and which cannot be read.", async () => {
  const { cwd, folder, ask } = await fixture();
  const broken = await createRun(join(cwd, "runs"), "spam", "b");
  await writeFile(runFiles(broken).journal, '{"v":7}\n');
  const lock = await lockRun(folder);
  const listed = await ask("list");
  expect(listed).toMatch(
    /houses\/20260102-030405-abcd +running +8 +8\.5 +checked +6 +1m 40s +\$1\.50 +playbook\n/u,
  );
  expect(listed).toMatch(/spam\/b +unreadable +.*journal format 7 is newer/u);
  await lock.release();
  expect(JSON.parse(await ask("list", "houses", "--json"))).toMatchObject([
    { id: "20260102-030405-abcd", status: "finished" },
  ]);
  expect(await ask("list", "--runs-dir", join(cwd, "none"))).toContain("no runs in");
});

test("`runs log` tells the journal in words, and with --json line by line.", async () => {
  const { ask } = await fixture();
  const lines = (await ask("log", "latest")).trimEnd().split("\n");
  expect(lines[0]).toBe(
    "    0.0s  run started: House prices (rmse, minimize), model playbook, sandbox process, seed 1",
  );
  expect(lines.at(-1)).toContain("1m 40s  run ended (finished)");
  const events = (await ask("log", "--json"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.map((event) => event.seq)).toEqual(lines.map((_, index) => index + 1));
});

test("`runs diff` takes attempts, commits and `best`.", async () => {
  const { base, second, ask } = await fixture();
  const byName = await ask("diff", "track-1/init-1", "best");
  expect(byName).toContain("-a = 1\n+a = 3\n");
  expect(byName.split("\n").slice(0, 3)).toEqual([
    "# track-1/init-1: 10 [9, 11], leak check not-asked",
    "# track-1/refine-1/attempt-2/fix-1: 8 [7, 9], accepted (+2 ± 0.5): significant, p = 0.01, leak check not-asked",
    "diff --git a/solution.py b/solution.py",
  ]);
  expect(await ask("diff", base, second.slice(0, 8))).toBe(byName);
  expect(await ask("diff", "best", "best")).toBe("best and best hold the same code\n");
  expect(
    JSON.parse(await ask("diff", "best", "track-1/init-1", "--run", "houses", "--json")),
  ).toMatchObject({ from: second, to: base });
});

test("`runs diff` refuses what it does not know and names what is near; a blend is its recipe.", async () => {
  const { ask } = await fixture();
  await expect(ask("diff", "attempt-1", "best")).rejects.toThrow(
    "near it: track-1/refine-1/attempt-1",
  );
  await expect(ask("diff", "--", "--output=x", "best")).rejects.toThrow(RunRefused);
  expect(await ask("diff", "best", "blend/mean")).toContain("+++ b/blend.json");
});

test("`runs cost` shows calls, tokens by kind and dollars by phase, role and model.", async () => {
  const { ask } = await fixture();
  expect(await ask("cost")).toMatchInlineSnapshot(`
    "               calls  fresh  cached  written  output  thinking  from cache  dollars  seconds  accepted   each
    by phase
      initialize       1    100      10        5      20         –         9 %    $0.25     1.0s         0      –
      refine           4    400      40       20      80         –         9 %    $1.25     4.0s         1  $1.25
    by role
      coder            2    200      20       10      40         –         9 %    $0.50     2.0s
      extractor        1    100      10        5      20         –         9 %    $0.50     1.0s
      initializer      1    100      10        5      20         –         9 %    $0.25     1.0s
      debugger         1    100      10        5      20         –         9 %    $0.25     1.0s
    by model
      test-model       5    500      50       25     100         –         9 %    $1.50     5.0s
      all              5    500      50       25     100         –         9 %    $1.50     5.0s         1  $1.50
    "
  `);
  const { total, calls } = JSON.parse(await ask("cost", "houses", "--json"));
  expect(total).toMatchObject({ calls: 5, usd: 1.5, accepted: 1, usdPerAccepted: 1.5 });
  expect(calls[1]).toMatchObject({ role: "extractor", phase: "refine", model: "test-model" });
});

test("`runs open` prints the folder and opens nothing when nobody sits at a terminal.", async () => {
  const { folder, ask } = await fixture();
  expect(await ask("open")).toBe(`${folder}\n`);
  expect(JSON.parse(await ask("open", "houses", "--json"))).toMatchObject({ folder });
});

test("looking at a run changes no byte of it", async () => {
  const { folder, ask } = await fixture();
  const list = () =>
    new Promise<string>((resolve, reject) =>
      execFile("find", [folder, "-type", "f", "-printf", "%p %s %T@\n"], (error, out) =>
        error ? reject(error) : resolve(out),
      ),
    );
  const before = await list();
  for (const args of [
    ["list"],
    ["show"],
    ["log"],
    ["diff", "best", "track-1/init-1"],
    ["open"],
    ["cost"],
  ])
    await ask(...args);
  expect(await list()).toBe(before);
});

test("`runs report` writes one HTML file that names every attempt and shows its code and what it changed", async () => {
  const { cwd, ask } = await fixture();
  const file = join(cwd, "report.html");
  const { bytes } = JSON.parse(await ask("report", "houses", "--out", file, "--json"));
  const html = await readFile(file, "utf8");
  expect(Buffer.byteLength(html)).toBe(bytes);
  expect(html).toContain("track-1/refine-1/attempt-2/fix-1");
  expect(html).toContain('<span class="added">+a = 3\n</span>');
  expect(html).toContain("House prices");
  await expect(ask("report", "--pdf")).rejects.toThrow("CHROMIUM names /nowhere");
  expect(await ask("report")).toMatch(/mle-star-houses-20260102-030405-abcd\.html \(\d+ kB\)\n$/u);
});
