import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { MINIMIZED } from "../../../tasks/competition.ts";
import {
  benchEntry,
  benchTable,
  idsOfList,
  playbookWords,
  validationWords,
} from "../../../tasks/mle-bench/table.ts";

test("the table has the 75 competitions of MLE-bench and the 7 of its dev split", async () => {
  const counts = { low: 22, medium: 38, high: 15, dev: 7, all: 75 } as const;
  for (const [list, count] of Object.entries(counts))
    expect(await idsOfList(list as keyof typeof counts)).toHaveLength(count);
  const ids = (await benchTable()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(82);
});

test("thresholds of every competition come in the order of their medals", async () => {
  for (const { id, isLowerBetter, thresholds } of await benchTable()) {
    const { gold, silver, bronze } = thresholds;
    const sorted = [gold, silver, bronze].toSorted((a, b) => (isLowerBetter ? a - b : b - a));
    expect([gold, silver, bronze], id).toEqual(sorted);
  }
});

test("a metric of the referee has the direction of the board, unless it stands in for another", async () => {
  for (const { id, metric, isLowerBetter, standIn } of await benchTable()) {
    if (metric.name === "custom" || standIn !== null) continue;
    expect(MINIMIZED.includes(metric.name), id).toBe(isLowerBetter);
  }
});

test("a custom metric is computed by a file that is there, or the competition says why it is not split", async () => {
  for (const { id, metric, metricFile, unsplit } of await benchTable()) {
    if (metric.name !== "custom") continue;
    if (metricFile === null) expect(unsplit, id).not.toBeNull();
    else {
      const path = new URL(`../../../tasks/mle-bench/metrics/${metricFile}`, import.meta.url);
      await expect(access(fileURLToPath(path)), id).resolves.toBeUndefined();
    }
  }
});

test("every competition says how it is validated", async () => {
  for (const entry of await benchTable())
    expect(validationWords(entry)).toMatch(/^(referee, |self-reported: )\S/u);
});

test("every competition says whether the playbook has a model for it, with the reason where it has none", async () => {
  const said = new Map((await benchTable()).map((entry) => [entry.id, playbookWords(entry)]));
  for (const words of said.values()) expect(words).toMatch(/^(has a model$|no model: \S)/u);
  expect(said.get("tgs-salt-identification-challenge")).toBe("no model: the answers are masks");
  expect(said.get("denoising-dirty-documents")).toContain("no model: ");
  expect(said.get("imet-2020-fgvc7")).toBe("has a model");
});

test("an id that does not exist is refused with the nearest one, or a few that are near", async () => {
  await expect(benchEntry("titanic")).rejects.toThrow(
    /^MLE-bench has no competition "titanic"; nearest: (?:[\w-]+, )*spaceship-titanic(?:, [\w-]+)*$/u,
  );
  await expect(benchEntry("spooky-author-identificaton")).rejects.toThrow(
    'MLE-bench has no competition "spooky-author-identificaton"; did you mean "spooky-author-identification"?',
  );
});
