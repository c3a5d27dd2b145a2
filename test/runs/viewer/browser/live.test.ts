import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createRun, runFiles } from "../../../../runs/record/folder.ts";
import { readEvents } from "../../../../runs/record/journal-lines.ts";
import { reportPage } from "../../../../runs/report/page/page.tsx";
import { readReport } from "../../../../runs/report/report-data.ts";
import { sampled } from "../../../sample.ts";
import { relinked } from "../../journal-fixture.ts";
import { HOSTILE, hostileEvents } from "../../report/page/hostile.ts";
import { grownJournal } from "../grown-journal.ts";
import { recordedRun } from "../recorded-run.ts";
import { viewerOf } from "../viewer-fixture.ts";
import { findChromium, LOOKS, look, openBrowser, violations } from "./chromium.ts";

const executable = findChromium();
const it = test.skipIf(executable === null);

async function open(until: number | null = null) {
  const run = await recordedRun(until);
  const viewer = await viewerOf({ root: run.root });
  const browser = await openBrowser(executable ?? "");
  const close = async () => {
    await browser.close();
    await viewer.close();
  };
  return { ...run, viewer, browser, [Symbol.asyncDispose]: close };
}

it("a run is watched as it works: rows come, an attempt opens to its difference, the filter stays, a reload loses nothing", async () => {
  await using world = await open(10);
  const { page, complaints, elsewhere } = await look(
    world.browser,
    `${world.viewer.url}runs/houses/r1`,
  );
  await page.getByText("live", { exact: true }).waitFor();
  expect(await page.locator(".tree li[id]").count()).toBe(3);
  await world.grow();
  await page.locator("#a3 > ul > #a4").waitFor();
  await page.getByText("finished", { exact: false }).first().waitFor();
  await page.locator("#a4 > .row summary").first().click();
  await page.getByText("difference to its parent").click();
  await page.locator("pre .added", { hasText: "+a = 3" }).waitFor();
  await page.reload();
  await page.locator("#a4").waitFor();
  await page.getByLabel("Show").selectOption("failed");
  await page.getByText("1 of 6").waitFor();
  expect(await page.locator("#a3 > .row").isVisible()).toBe(true);
  expect(await page.locator("#a1 > .row").isVisible()).toBe(false);
  await page.getByLabel("Show").selectOption("");
  await page.getByLabel("Filter").fill("log target");
  await page.getByText("1 of 6").waitFor();
  expect([complaints, elsewhere]).toEqual([[], []]);
});

it("a page goes on when its server is started anew in the middle", async () => {
  await using world = await open(10);
  const { page } = await look(world.browser, `${world.viewer.url}runs/houses/r1`);
  await page.getByText("live", { exact: true }).waitFor();
  await world.viewer.close();
  await page.getByText("not connected").waitFor();
  await world.grow();
  await using _ = await viewerOf({ root: world.root, port: world.viewer.port });
  await page.locator("#a4").waitFor();
  await page.getByText("live", { exact: true }).waitFor();
  expect(await page.locator(".tree li[id]").count()).toBe(6);
});

it("with the keyboard alone an attempt is opened, two are marked and compared", async () => {
  await using world = await open();
  const { page, complaints } = await look(world.browser, `${world.viewer.url}runs/houses/r1`);
  await page.getByText("live", { exact: true }).waitFor();
  const until = async (wanted: string) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(wanted)})`)) return;
    }
    throw new Error(`the keyboard does not reach ${wanted}`);
  };
  await until("#a0 > .row > input");
  await page.keyboard.press("Space");
  await until("#a0 > .row summary");
  await page.keyboard.press("Enter");
  await page.locator("#a0 .body h3", { hasText: "plan" }).waitFor();
  await until("#a4 > .row > input");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: "Two attempts" }).waitFor();
  expect(await page.locator("pre .added").first().textContent()).toBe("+a = 3\n");
  expect(complaints).toEqual([]);
});

it("the list is filtered, sorted by a column, and two of its runs compared", async () => {
  await using world = await open();
  const other = await createRun(world.root, "mice", "r2");
  await writeFile(runFiles(other).journal, await readFile(runFiles(world.folder).journal));
  const { page, complaints, elsewhere } = await look(world.browser, world.viewer.url);
  await page.getByText("2 of 2").waitFor();
  await page.getByRole("button", { name: "run", exact: true }).click();
  expect(await page.locator("tbody tr").first().textContent()).toContain("houses/r1");
  await page.getByRole("button", { name: "run", exact: true }).click();
  expect(await page.locator("tbody tr").first().textContent()).toContain("mice/r2");
  await page.getByLabel("Filter").fill("mice");
  await page.getByText("1 of 2").waitFor();
  await page.getByLabel("Filter").fill("");
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await page.getByRole("button", { name: "Compare marked" }).click();
  await page.locator("h1", { hasText: "Runs side by side" }).waitFor();
  expect([complaints, elsewhere]).toEqual([[], []]);
});

it("hostile names, plans and logs change nothing of a page and ask for nothing", async () => {
  await using world = await open();
  const { journal } = runFiles(world.folder);
  const events = hostileEvents(await readEvents(journal));
  await writeFile(journal, relinked(events.map((event) => JSON.stringify(event))));
  const { page, complaints, elsewhere } = await look(
    world.browser,
    `${world.viewer.url}runs/houses/r1`,
  );
  await page.getByText("live", { exact: true }).waitFor();
  for (const summary of await page.locator(".tree .row > details > summary").all())
    await summary.click();
  await page.locator(".body").nth(5).waitFor();
  expect(await page.title()).toBe("houses/r1 · mle-star");
  expect(await page.locator("body").textContent()).toContain(HOSTILE.tag.slice(0, 40));
  await page.goto(`${world.viewer.url}runs/houses/r1/report`);
  expect(["owned", "1", "2", "3"]).not.toContain(await page.title());
  expect([complaints, elsewhere]).toEqual([[], []]);
});

it.each(sampled(LOOKS, { size: 2, seed: 1 }))(
  "at %i pixels in %s nothing is hard to read or to reach, and nothing sticks out",
  async (width, colorScheme) => {
    await using world = await open();
    const file = `${world.folder}/report.html`;
    const options = { path: process.env.PATH ?? "", certificate: ["It is whole."] };
    await writeFile(file, reportPage(await readReport(world.folder, options)));
    const { url } = world.viewer;
    const pages = [
      url,
      `${url}matrix`,
      `${url}runs/houses/r1`,
      `${url}runs/houses/r1/compare?n=0&n=4`,
      `file://${file}`,
    ];
    for (const address of pages) {
      const { page } = await look(world.browser, address, { width, colorScheme });
      for (const summary of await page.locator(".tree summary").all())
        if (await summary.isVisible()) await summary.click();
      expect([address, await violations(page)]).toEqual([address, []]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
        width,
      );
      await page.close();
    }
  },
);

it("a journal of ten thousand events that comes at once is shown whole, a thousand attempts among them", async () => {
  await using world = await open();
  const folder = await createRun(world.root, "houses", "long");
  const { journal } = runFiles(folder);
  const { first, all, attempts } = await grownJournal(journal, 10_000);
  await writeFile(journal, first);
  const { page, complaints } = await look(world.browser, `${world.viewer.url}runs/houses/long`);
  await page.getByText("live", { exact: true }).waitFor();
  await writeFile(journal, all);
  await page.getByText(`${attempts} of ${attempts}`).waitFor({ timeout: 120_000 });
  expect(await page.locator(".tree li[id]").count()).toBe(attempts);
  const lines = await page.locator('[data-part="lines"]').textContent();
  expect(lines?.trim().split("\n")).toHaveLength(300);
  expect(complaints).toEqual([]);
});
