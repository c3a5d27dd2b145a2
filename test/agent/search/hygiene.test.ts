import { expect, test } from "vitest";
import { openHygiene } from "../../../agent/search/hygiene.ts";
import { type HygieneCase, hygieneCases, queryCases } from "./hygiene-cases.ts";

function isBlocked({ names, page }: HygieneCase, isBenchmark = true): boolean {
  const hygiene = openHygiene(names, isBenchmark);
  return hygiene.judgeUrl(page.url) !== null || hygiene.judgePage(page) !== null;
}

test("a benchmark run sees no page about its competition, and keeps those about its field", () => {
  const judged = hygieneCases.map((each) => ({ ...each, blocked: isBlocked(each) }));
  const missed = judged.filter(({ isAbout, blocked }) => isAbout && !blocked);
  const wronged = judged.filter(({ isAbout, blocked }) => !isAbout && blocked);
  const hits = judged.filter(({ isAbout, blocked }) => isAbout && blocked).length;
  const recall = hits / (hits + missed.length);
  const precision = hits / (hits + wronged.length);
  console.log(
    `contamination filter over ${judged.length} pages: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`,
  );
  expect(missed.map(({ page }) => page)).toEqual([]);
  expect(wronged.map(({ page }) => page)).toEqual([]);
});

test("a query that names the competition is not asked in a benchmark run", () => {
  for (const { names, text, isAllowed } of queryCases) {
    const said = openHygiene(names, true).judgeQuery(text);
    expect(`${text}: ${said === null}`).toBe(`${text}: ${isAllowed}`);
  }
});

test("outside of a benchmark nothing is blocked, and what would be is told", () => {
  for (const each of hygieneCases) {
    const hygiene = openHygiene(each.names, false);
    expect(isBlocked(each, false)).toBe(false);
    const { judgeUrl, judgePage } = hygiene.suspects;
    expect((judgeUrl(each.page.url) ?? judgePage(each.page)) !== null).toBe(each.isAbout);
  }
  expect(
    openHygiene(hygieneCases[0]?.names ?? { id: "", title: "", aliases: [] }, false).blockedDomains,
  ).toEqual([]);
});

test("a broken address is judged like any text", () => {
  const { judgeUrl } = openHygiene({ id: "leaf", title: "Leaf", aliases: [] }, true);
  expect(judgeUrl("https://x.org/%E0%A4%A")).toBeNull();
  expect(judgeUrl("https://kaggle.com.example.org/")).toBe("it shows a competition site");
});
