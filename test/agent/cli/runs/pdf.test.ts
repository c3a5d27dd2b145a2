import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findChromium, printPdf } from "../../../../agent/cli/runs/pdf.ts";
import { freshFolder } from "../../../runs/journal-fixture.ts";
import { findChromium as anyChromium } from "../../../runs/viewer/browser/chromium.ts";

const chromium = anyChromium();

test.skipIf(chromium === null)(
  "a Chromium prints a page as PDF and leaves nothing else",
  async () => {
    const folder = await freshFolder();
    const file = join(folder, "report.pdf");
    const page =
      "<!doctype html><title>t</title><h1>Printed</h1><p style='break-before:page'>Two</p>";
    const bytes = await printPdf(chromium ?? "", page, file);
    const pdf = await readFile(file, "latin1");
    expect(pdf).toMatch(/^%PDF-/u);
    expect(pdf.match(/\/Type\s*\/Page\b/gu)).toHaveLength(2);
    expect(bytes).toBe(pdf.length);
    expect(await readdir(folder)).toEqual(["report.pdf"]);
  },
);

test("where there is none, one line says so", async () => {
  expect(() => findChromium({ path: "/nowhere", env: {} })).toThrow(
    /^--pdf needs Chromium or Chrome, and none is on the PATH: /u,
  );
  expect(() => findChromium({ path: "", env: { CHROMIUM: "/nowhere/chromium" } })).toThrow(
    "CHROMIUM names /nowhere/chromium, which is not there",
  );
});

test("a browser that fails is named, with what it said", async () => {
  const folder = await freshFolder();
  const broken = join(folder, "chromium");
  await writeFile(broken, "#!/bin/sh\necho no display >&2\nexit 3\n");
  await chmod(broken, 0o755);
  expect(findChromium({ path: folder, env: {} })).toBe(broken);
  await expect(printPdf(broken, "<p>", join(folder, "report.pdf"))).rejects.toThrow(
    "chromium failed: no display; without --pdf the report is written as HTML",
  );
  expect(await readdir(folder)).toEqual(["chromium"]);
});
