import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import type { EventValue } from "../../../../runs/events/events.ts";
import { createRun, runFiles } from "../../../../runs/record/folder.ts";
import type { PastHistory } from "../../../../runs/record/history.ts";
import { detailsOf } from "../../../../runs/report/attempt-details.ts";
import type { Importance } from "../../../../runs/report/importance.ts";
import { reportPage } from "../../../../runs/report/page/page.tsx";
import { foldReport, readReport } from "../../../../runs/report/report-data.ts";
import { freshFolder, journalRun } from "../../journal-fixture.ts";
import { HOSTILE, hostileEvents } from "./hostile.ts";

const options = { path: process.env.PATH ?? "", certificate: ["It is whole."] };

const text = Object.values(HOSTILE).join("\n");

const importanceOf = (name: string): Importance => ({
  solution: name,
  rows: 200,
  base: 0.5,
  columns: [
    { name, loss: 0.25, standardError: 0.01 },
    { name: "b", loss: -0.001, standardError: 0.01 },
  ],
  leftOut: 3,
  failed: [name],
  executions: 1,
});

/** Signs that cannot be seen and may do something: control codes, marks that turn the direction of reading. */
const UNSEEN = /[^\P{C}\n\t]/u;

async function fixture() {
  const folder = await createRun(await freshFolder(), "houses", "r1");
  const events = await journalRun(runFiles(folder).journal);
  return { folder, events, data: await readReport(folder, options) };
}

function sectionsOf(html: string): string[] {
  const { document } = parseHTML(html);
  return [...document.querySelectorAll("h2")].map((heading) => heading.textContent ?? "");
}

test("a report has all that there is to say of a run, in one file that loads nothing", async () => {
  const { data } = await fixture();
  const html = reportPage(data);
  expect(sectionsOf(html)).toEqual([
    "Best score so far",
    "Attempts",
    "Leaderboard",
    "Ablations",
    "Ensemble",
    "Predictions against the truth",
    "Importance of columns",
    "Timeline",
    "Cost",
    "Model cards",
    "Data",
    "Certificate",
  ]);
  expect(html).not.toMatch(/<(?:script|link|iframe|img|object)\b|@import|url\(/iu);
  const policy = parseHTML(html).document.querySelector("meta[http-equiv]");
  expect(policy?.getAttribute("content")).toMatch(
    /^default-src 'none'; style-src 'unsafe-inline';/u,
  );
  expect(html).toContain("It is whole.");
  expect(html.replaceAll("http://www.w3.org", "")).not.toMatch(/https?:\/\//u);
});

test("the same run gives the same bytes, wherever its folder stands", async () => {
  const { folder, data } = await fixture();
  const again = reportPage(await readReport(folder, options));
  expect(again).toBe(reportPage(data));
  const moved = join(await freshFolder(), "houses", "r1");
  await mkdir(moved, { recursive: true });
  await journalRun(runFiles(moved).journal);
  expect(reportPage(await readReport(moved, options))).toBe(again);
  expect(again).not.toContain(folder);
});

/** A history in which every script and every difference is hostile. */
const hostileHistory: PastHistory = {
  read: async () => text,
  diff: async () => text,
  readAll: async (commits) => new Map(commits.map((commit) => [commit, text])),
  changes: async (commits) => new Map(commits.map((commit) => [commit, `+${text}`])),
};

test("hostile names, plans, logs and titles are shown and obeyed in nothing", async () => {
  const { events, folder } = await fixture();
  const hostile = hostileEvents(events);
  const folded = foldReport(hostile, folder);
  const limits = { code: 20_000, diff: 10_000, log: 10_000 };
  const details = await detailsOf(hostile, folded.attempts, hostileHistory, limits);
  const html = reportPage({
    ...folded,
    details,
    certificate: [text],
    importance: importanceOf(text),
  });
  expect(html).toContain("&lt;script&gt;document.title=");
  const { document } = parseHTML(html);
  expect(document.querySelectorAll("script, img, [onerror], [onmouseover]")).toHaveLength(0);
  for (const link of document.querySelectorAll("a"))
    expect(link.getAttribute("href")).toMatch(/^https?:/u);
  expect(UNSEEN.exec(html)?.[0].codePointAt(0)).toBeUndefined();
  expect(sectionsOf(html)).toHaveLength(12);
});

test("a score stands among the thresholds that were known when the run began", async () => {
  const { folder, events, data } = await fixture();
  const scores = { gold: 8, bronze: 9 };
  const known = events.map((event) =>
    event.type === "run-started"
      ? {
          ...event,
          value: {
            ...event.value,
            competition: {
              ...event.value.competition,
              thresholds: { source: "the board", scores },
            },
          },
        }
      : event,
  );
  const { document } = parseHTML(reportPage({ ...data, ...foldReport(known, folder) }));
  const headline = document.querySelector(".headline")?.textContent ?? "";
  expect(headline).toContain("beside the board: it reaches bronze (9), not gold (8)");
  expect(headline).not.toContain("the only threshold");
});

test("names of a megabyte leave a file that can be mailed", async () => {
  const { events, folder } = await fixture();
  const folded = foldReport(hostileEvents(events, HOSTILE.long), folder);
  const html = reportPage({
    ...folded,
    details: new Map(),
    certificate: null,
    importance: importanceOf(HOSTILE.long),
  });
  expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
});

/** Of an answer of each kind. */
const diagnosis: EventValue<"diagnosed"> = {
  solution: "track-1/init-1",
  views: ["fold-0"],
  rows: 200,
  columns: [
    {
      name: "y",
      calibration: [
        { rows: 100, predicted: 0.2, actual: 0.25, interval: [0.2, 0.3] },
        { rows: 100, predicted: 0.7, actual: 0.6, interval: [0.5, 0.7] },
      ],
      confusion: {
        by: "half",
        labels: ["no", text],
        counts: [
          [90, 10, 0],
          [30, 60, 10],
          [0, 0, 0],
        ],
      },
      residuals: null,
    },
    {
      name: text,
      calibration: null,
      confusion: null,
      residuals: {
        isLogarithmic: true,
        bySize: [{ rows: 200, predicted: 3, quantiles: [-2, -1, 0, 1, 2] }],
        edges: [-2, 0, 2],
        counts: [90, 110],
      },
    },
  ],
  leftOut: 2,
};

test("predictions against the truth: calibration, the shares of each class, residuals, whatever the names are", async () => {
  const { data } = await fixture();
  const { document } = parseHTML(reportPage({ ...data, diagnosis }));
  const section = document.querySelector('section[aria-labelledby="truth"]');
  const charts = [...(section?.querySelectorAll(".wide svg") ?? [])];
  expect(charts.map((chart) => chart.getAttribute("aria-label"))).toEqual([
    "predicted probability against the share that came true",
    "residuals by the size of the prediction",
    "how the residuals are spread",
  ]);
  const rows = [...(section?.querySelectorAll("tbody tr") ?? [])];
  expect(rows.map((row) => row.querySelector("td")?.textContent)).toEqual(["90 %", "30 %", "–"]);
  expect(rows[2]?.querySelector("th")?.textContent).toBe("others");
  expect(section?.textContent).toContain("Not shown: 2 more answers.");
  expect(document.querySelectorAll("script, img, [onerror], [onmouseover]")).toHaveLength(0);
});

test("the loss by each column is drawn, or how to measure it is said", async () => {
  const { data } = await fixture();
  const without = parseHTML(reportPage(data)).document.querySelector(
    "[aria-labelledby=importance]",
  );
  expect(without?.textContent).toContain("mle-star runs report houses/r1 --importance");
  const page = reportPage({ ...data, importance: importanceOf("age") });
  const section = parseHTML(page).document.querySelector("[aria-labelledby=importance]");
  expect(section?.querySelectorAll(".wide svg title")[0]?.textContent).toBe("age: +0.25 ± 0.01");
  expect(section?.textContent).toContain("on 200 validation rows, where it scores 0.5.");
  expect(section?.textContent).toContain("Not shown: 3 columns.A script failed on: age.");
});

test("a run that has only begun, or whose journal is empty, has a page all the same", async () => {
  const folder = await createRun(await freshFolder(), "houses", "r1");
  await writeFile(runFiles(folder).journal, "");
  const html = reportPage(await readReport(folder, { ...options, certificate: null }));
  expect(html).toContain("Nothing has been scored.");
  expect(html).toContain("There is none: the run has not ended.");
});
