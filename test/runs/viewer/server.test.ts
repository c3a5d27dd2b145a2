import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { medalsOf } from "../../../agent/cli/bench/grading.ts";
import { UserError } from "../../../runs/errors.ts";
import { createRun, runFiles } from "../../../runs/record/folder.ts";
import { lockRun } from "../../../runs/record/lock.ts";
import type { LiveChange } from "../../../runs/viewer/live-page.tsx";
import { openViewer } from "../../../runs/viewer/server.ts";
import { journalRun } from "../journal-fixture.ts";
import { ask, follow, viewerOf } from "./viewer-fixture.ts";

/** A run whose journal has come to a line so far, and the lines that are still to come. */
async function growing(lines: number) {
  const viewer = await viewerOf();
  const { journal } = runFiles(viewer.folder);
  const all = (await readFile(journal, "utf8")).split(/(?<=\n)/u);
  await writeFile(journal, all.slice(0, lines).join(""));
  const grow = (to: number) => appendFile(journal, all.slice(lines, to).join(""));
  return { viewer, grow, count: all.length };
}

const live = "/runs/houses/r1/live";

async function next(stream: AsyncGenerator<{ id: string; data: unknown }>): Promise<LiveChange> {
  const { value } = await stream.next();
  return value?.data as LiveChange;
}

test("the list has every run, with its scores, and says which cannot be read", async () => {
  await using viewer = await viewerOf();
  await createRun(viewer.root, "spam", "b");
  await writeFile(runFiles(join(viewer.root, "spam", "b")).journal, '{"v":7}\n');
  const { document } = parseHTML((await ask(viewer.port, "/")).text);
  const rows = [...document.querySelectorAll("tbody tr")].map((row) => row.textContent ?? "");
  expect(rows.find((row) => row.includes("houses/r1"))).toMatch(
    /finished.*rmse.*8 \[7, 9\].*8\.5 \[8, 9\]/u,
  );
  expect(rows.find((row) => row.includes("spam/b"))).toMatch(
    /unreadable.*journal format 7 is newer/u,
  );
  expect((await ask(viewer.port, "/runs/spam/b")).text).toContain("journal format 7 is newer");
});

test("a run's page has its headline, its curve, its tree and the last lines of its journal", async () => {
  await using viewer = await viewerOf();
  const { document } = parseHTML((await ask(viewer.port, "/runs/houses/r1")).text);
  expect(document.querySelector("h1")?.textContent).toBe("House prices");
  expect(document.querySelector("#a3 > ul > #a4 summary")?.textContent).toContain("★ best");
  expect(document.querySelectorAll(".tree li")).toHaveLength(6);
  expect(document.querySelector('[data-part="lines"]')?.textContent).toContain(
    "run ended (finished)",
  );
});

test("what comes into the journal is sent as it comes: only rows that changed, each line once", async () => {
  const { viewer, grow, count } = await growing(4);
  await using _ = viewer;
  const stream = follow(`${viewer.url}${live.slice(1)}?after=4`);
  const first = await next(stream);
  expect([first.seq, first.rows.length, first.lines.length]).toEqual([4, 0, 0]);
  await grow(count);
  const change = await next(stream);
  await stream.return(undefined);
  expect([change.seq, change.lines.length]).toEqual([22, 18]);
  // The first is not the best any more.
  expect(change.rows.map(({ n, parent }) => [n, parent])).toEqual([
    [0, null],
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 3],
    [5, null],
  ]);
  expect(change.head).toContain("finished");
});

test("a page that was away gets what it missed, also from a server that was started anew", async () => {
  const { viewer, grow, count } = await growing(10);
  const stream = follow(`${viewer.url}${live.slice(1)}?after=0`);
  const { value } = await stream.next();
  const id = value?.id ?? "";
  expect(id).toBe("10");
  await stream.return(undefined);
  await viewer.close();
  await grow(count);
  await using again = await viewerOf({ root: viewer.root, port: viewer.port });
  const resumed = follow(`${again.url}${live.slice(1)}?after=0`, { "last-event-id": id });
  const change = await next(resumed);
  await resumed.return(undefined);
  expect([change.seq, change.isOther, change.lines.length, change.rows.length]).toEqual([
    22,
    false,
    12,
    6,
  ]);
});

test("a page of a journal that is shorter now is told to load again", async () => {
  await using viewer = await viewerOf();
  const stream = follow(`${viewer.url}${live.slice(1)}?after=9000`);
  expect((await next(stream)).isOther).toBe(true);
  await stream.return(undefined);
});

test("many look at the same run at once, and all get the same", async () => {
  const { viewer, grow, count } = await growing(12);
  await using _ = viewer;
  const streams = Array.from({ length: 25 }, () =>
    follow(`${viewer.url}${live.slice(1)}?after=12`),
  );
  await Promise.all(streams.map((stream) => stream.next()));
  await grow(count);
  const changes = await Promise.all(streams.map(next));
  await Promise.all(streams.map((stream) => stream.return(undefined)));
  expect(new Set(changes.map((change) => JSON.stringify(change))).size).toBe(1);
  expect(changes[0]?.seq).toBe(22);
});

test("that somebody works on a run, and no longer does, is told though no line comes", async () => {
  await using viewer = await viewerOf();
  const stream = follow(`${viewer.url}${live.slice(1)}?after=22`);
  expect((await next(stream)).head).not.toContain("at work");
  const lock = await lockRun(viewer.folder);
  let change = await next(stream);
  while (!change.head.includes("at work")) change = await next(stream);
  await lock.release();
  while (change.head.includes("at work")) change = await next(stream);
  await stream.return(undefined);
  expect(change.seq).toBe(22);
});

test("a torn last line is not shown until it is whole", async () => {
  const { viewer, grow, count } = await growing(21);
  await using _ = viewer;
  const { journal } = runFiles(viewer.folder);
  const whole = await readFile(journal, "utf8");
  await writeFile(journal, `${whole}{"v":1,"seq":22,"ti`);
  expect((await ask(viewer.port, "/runs/houses/r1")).text).toContain("after=21");
  await writeFile(journal, whole);
  await grow(count);
  expect((await ask(viewer.port, "/runs/houses/r1")).text).toContain("after=22");
});

test("two runs stand side by side: curves, scores, the settings that differ", async () => {
  await using viewer = await viewerOf();
  const other = await createRun(viewer.root, "houses", "r2");
  await journalRun(runFiles(other).journal, undefined, { seed: 7, config: { effort: "quick" } });
  const { text } = await ask(viewer.port, "/compare?run=/runs/houses/r1&run=/runs/houses/r2");
  const { document } = parseHTML(text);
  const rows = [
    ...document.querySelectorAll("section[aria-label='settings that differ'] tbody tr"),
  ];
  expect(rows.map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
    ["effort", "–", '"quick"'],
    ["seed", "1", "7"],
  ]);
  expect(document.querySelectorAll("figure svg").length).toBe(2);
  expect((await ask(viewer.port, "/compare?run=/runs/houses/r1&run=/runs/../r2")).status).toBe(400);
});

test("the matrix has a field per competition and settings, with links to its runs", async () => {
  await using viewer = await viewerOf();
  const other = await createRun(viewer.root, "houses", "r2");
  await journalRun(runFiles(other).journal, undefined, { seed: 7 });
  const { document } = parseHTML((await ask(viewer.port, "/matrix")).text);
  const [head = [], body = []] = [...document.querySelectorAll("tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  expect(head).toEqual(["competition", "playbook, seed 1", "playbook, seed 7"]);
  expect(body).toEqual(["houses", "8.5 [8, 9]", "8.5 [8, 9]"]);
  expect(document.querySelector("td a")?.getAttribute("href")).toBe("/runs/houses/r1");
});

test("a port that is taken is said in one line", async () => {
  await using viewer = await viewerOf();
  const { port, root: runsDir } = viewer;
  const second = openViewer({ runsDir, port, host: null, token: null, path: "", medalsOf });
  await expect(second).rejects.toThrow(UserError);
  await expect(second).rejects.toThrow(/EADDRINUSE.*choose another --port/u);
});
