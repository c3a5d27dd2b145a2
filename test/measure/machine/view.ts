import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { medalsOf } from "../../../agent/cli/bench/grading.ts";
import { createRun, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { openViewer } from "../../../runs/viewer/server.ts";
import { findChromium, look, openBrowser } from "../../runs/viewer/browser/chromium.ts";
import { grownJournal } from "../../runs/viewer/grown-journal.ts";
import { median, type Report } from "../timing.ts";

/** The longest that a frame may take while a page keeps up, in milliseconds. */
const GOAL_MS = 100;

const COUNT = `document.querySelector("[data-count]").textContent`;

/** Watches the time between frames of the page from now on. */
const WATCH = `
  const seen = { frames: [], last: null };
  window.seen = seen;
  const each = (now) => {
    if (window.seen !== seen) return;
    if (seen.last !== null) seen.frames.push(now - seen.last);
    seen.last = now;
    requestAnimationFrame(each);
  };
  requestAnimationFrame(each);
`;

/** Frame times of a run's page in a real Chromium, while so many events come at once. */
export async function measureView({ events }: { events: number }): Promise<Report> {
  const chromium = findChromium();
  if (chromium === null) throw new Error("there is no Chromium: apt-get install chromium");
  const root = await mkdtemp(join(tmpdir(), "mle-star-view-"));
  const path = process.env.PATH ?? "";
  const viewer = await openViewer({
    runsDir: root,
    host: null,
    token: null,
    port: 0,
    path,
    medalsOf,
  });
  const browser = await openBrowser(chromium);
  try {
    const { journal } = runFiles(await createRun(root, "houses", "r1"));
    const { first, all, attempts } = await grownJournal(journal, events);
    await writeFile(journal, first);
    const { page } = await look(browser, `${viewer.url}runs/houses/r1`);
    await page.getByText("live", { exact: true }).waitFor();
    await page.evaluate(WATCH);
    const begun = performance.now();
    await writeFile(journal, all);
    // A locator would look through all of the page again and again, which takes frames as well.
    while ((await page.evaluate(COUNT)) !== `${attempts} of ${attempts}`) await setTimeout(200);
    const seconds = (performance.now() - begun) / 1000;
    const coming = await framesOf(page);
    await page.evaluate(WATCH);
    for (let step = 0; step < 40; step++) await page.mouse.wheel(0, 600);
    const scrolling = await framesOf(page);
    const rows = [
      ["while they come", coming],
      ["while it is scrolled", scrolling],
    ] as const;
    const read = (await readEvents(journal)).length;
    return {
      title: `The page of a run whose journal gets ${read} events at once, ${attempts} attempts among them`,
      table: [
        ["frames", "count", "median", "95 %", "longest", "goal"],
        ...rows.map(([name, frames]) => [
          name,
          String(frames.length),
          ...[median(frames), quantile(frames, 0.95), Math.max(...frames)].map(
            (ms) => `${ms.toFixed(0)} ms`,
          ),
          `${GOAL_MS} ms`,
        ]),
      ],
      notes: [`all of them were shown after ${seconds.toFixed(1)} s`],
      data: { events: read, attempts, seconds, coming, scrolling },
    };
  } finally {
    await browser.close();
    await viewer.close();
    await rm(root, { recursive: true, force: true });
  }
}

async function framesOf(page: { evaluate(script: string): Promise<unknown> }): Promise<number[]> {
  return (await page.evaluate("window.seen.frames")) as number[];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
