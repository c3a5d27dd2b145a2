import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sampled } from "../../../sample.ts";
import { grading, withBatch } from "../batch-fixture.ts";
import { findChromium, LOOKS, look, openBrowser, violations } from "./chromium.ts";

const executable = findChromium();
const it = test.skipIf(executable === null);

it("a batch is watched: a job that ends is shown, marks and focus stay, and the run of a job is opened", async () => {
  const { viewer, folder, spam } = await withBatch();
  await using _ = viewer;
  await using browser = await openBrowser(executable ?? "");
  const { page, complaints, elsewhere } = await look(browser, `${viewer.url}batches/mine`);
  const mark = page.getByLabel("mark mine: houses/base-seed-0");
  await mark.focus();
  await page.keyboard.press("Space");
  await page.getByText("failed", { exact: true }).waitFor();
  await writeFile(join(spam.folder, "attempt-1", "exit"), "0\n");
  await page.getByText("failed", { exact: true }).waitFor({ state: "detached" });
  expect(await mark.isChecked()).toBe(true);
  const focused = await page.evaluate("document.activeElement.value");
  expect(focused).toBe("/batches/mine/houses/base-seed-0");
  await writeFile(join(folder, "grading.json"), "{}");
  await page.getByText("not a grading of this version").waitFor();
  await writeFile(join(folder, "grading.json"), grading("houses/base-seed-0"));
  await page.getByText("silver").waitFor();
  await page.getByRole("link", { name: "8.5" }).click();
  await page.locator("#a4").waitFor();
  await page.getByText("live", { exact: true }).waitFor();
  await page.locator("#a4 > .row summary").first().click();
  await page.locator("#a4 .body h3", { hasText: "plan" }).waitFor();
  expect([complaints, elsewhere]).toEqual([[], []]);
});

it.each(sampled(LOOKS, { size: 1, seed: 2 }))(
  "at %i pixels in %s nothing of a batch is hard to read or to reach, and nothing sticks out",
  async (width, colorScheme) => {
    const { viewer, folder, houses } = await withBatch();
    await using _ = viewer;
    await writeFile(join(folder, "grading.json"), grading(houses.id));
    await using browser = await openBrowser(executable ?? "");
    for (const address of [`${viewer.url}batches`, `${viewer.url}batches/mine`]) {
      const { page, complaints, elsewhere } = await look(browser, address, { width, colorScheme });
      expect([address, await violations(page)]).toEqual([address, []]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
        width,
      );
      expect([complaints, elsewhere]).toEqual([[], []]);
      await page.close();
    }
  },
);
