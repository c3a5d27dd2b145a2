import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { isFull, sampled } from "../sample.ts";
import { open, presentEngines } from "../sandbox/engines.ts";
import { pairs, whereFilesAreHidden } from "./pairs.ts";
import { type ScoredPair, scorePairs } from "./score-pairs.ts";

const chosen = sampled(pairs, { size: 12, seed: 8 });

/** The weakest engine in a sample; in a full run, or where ENGINES names some, all that are here. */
const isAsked = isFull || process.env.ENGINES !== undefined;
const engines = isAsked ? await presentEngines() : (["process"] as const);

/** For all pairs on a machine that does other work too. */
const PATIENCE_MS = 3_600_000;

test("the zoo lists every folder of pairs, seventy and more", () => {
  const folders = readdirSync(new URL("pairs/", import.meta.url));
  expect(pairs.map(({ name }) => name).sort()).toEqual(folders.sort());
  expect(pairs.length).toBeGreaterThanOrEqual(70);
});

describe.each(engines)("the zoo of cheats and their honest twins on %s", (engine) => {
  let scored: Map<string, ScoredPair>;
  let protectsFiles: boolean;

  beforeAll(async () => {
    const sandbox = await open(engine);
    ({ protectsFiles } = sandbox);
    await sandbox.close();
    scored = new Map((await scorePairs(chosen, engine)).map((each) => [each.name, each]));
  }, PATIENCE_MS);

  test.each(chosen)("$name, which $does, is $expected", ({ name, expected }) => {
    const found = scored.get(name);
    const outcome = `${found?.outcome ?? "accepted"}: ${found?.cheat}`;
    const here = (protectsFiles ? whereFilesAreHidden[name] : undefined) ?? expected;
    expect(outcome).toMatch(new RegExp(`^(?:${here}): `, "u"));
  });

  test.each(chosen)("the twin of $name is not refused", ({ name }) => {
    const found = scored.get(name);
    expect(found?.isTwinScored, found?.twin).toBe(true);
  });
});
