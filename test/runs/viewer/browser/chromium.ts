import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** A Chromium of this machine; where there is none its tests skip aloud, or fail where REQUIRE_BROWSER=1. */
export function findChromium(): string | null {
  const { CHROMIUM, PATH = "", REQUIRE_BROWSER } = process.env;
  const places = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found =
    [CHROMIUM ?? "", ...places].find((place) => place !== "" && existsSync(place)) ?? null;
  if (found !== null) return found;
  if (REQUIRE_BROWSER === "1") throw new Error("REQUIRE_BROWSER=1, and there is no Chromium");
  console.warn(
    "browser tests skipped: there is no Chromium (apt-get install chromium, or name one in CHROMIUM)",
  );
  return null;
}

/** A page, and all that it said and asked for besides the viewer. */
export type Looked = { page: Page; complaints: string[]; elsewhere: string[] };

/** Starts the browser; its sandbox needs rights that root in a container has not. */
export async function openBrowser(executablePath: string): Promise<Browser & AsyncDisposable> {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

/** Opens an address; every error of the page and every request to another place is kept. */
export async function look(
  browser: Browser,
  url: string,
  some: { width?: number; colorScheme?: "light" | "dark" } = {},
): Promise<Looked> {
  const { width = 1400, colorScheme = "light" } = some;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const [complaints, elsewhere]: [string[], string[]] = [[], []];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== "data:" && asked.origin !== new URL(url).origin)
      elsewhere.push(request.url());
  });
  await page.goto(url);
  return { page, complaints, elsewhere };
}

/** What axe-core finds wrong with a page, a line each: contrast, names, roles, order. */
export async function violations(page: Page): Promise<string[]> {
  // By the debugger, which the page's policy does not bind.
  await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run()");
  const { violations: all } = found as { violations: { id: string; nodes: { html: string }[] }[] };
  return all.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} (${nodes.length})`);
}

/** Widths in pixels and color schemes that pages are looked at in. */
export const LOOKS = [
  [1400, "light"],
  [1400, "dark"],
  [400, "light"],
  [400, "dark"],
] as const;
