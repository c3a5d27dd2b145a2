import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { sampled } from "../sample.ts";
import { open } from "../sandbox/engines.ts";
import { pairs, whereFilesAreHidden } from "./pairs.ts";
import { type ScoredPair, scorePairs } from "./score-pairs.ts";

const chosen = sampled(pairs, { size: 12, seed: 8 });

describe("the zoo of cheats and their honest twins", () => {
  let scored: Map<string, ScoredPair>;
  let protectsFiles: boolean;

  beforeAll(async () => {
    // The engine by which the pairs are scored.
    const sandbox = await open("process");
    ({ protectsFiles } = sandbox);
    await sandbox.close();
    scored = new Map((await scorePairs(chosen)).map((each) => [each.name, each]));
  });

  test("lists every folder of pairs, thirty and more", () => {
    const folders = readdirSync(new URL("pairs/", import.meta.url));
    expect(pairs.map(({ name }) => name).sort()).toEqual(folders.sort());
    expect(pairs.length).toBeGreaterThanOrEqual(30);
  });

  test.each(chosen)("$name, which $does, is $expected", ({ name, expected }) => {
    const found = scored.get(name);
    const outcome = `${found?.outcome ?? "accepted"}: ${found?.cheat}`;
    const here = (protectsFiles ? whereFilesAreHidden[name] : undefined) ?? expected;
    expect(outcome).toMatch(new RegExp(`^${here}: `, "u"));
  });

  test.each(chosen)("the twin of $name is not refused", ({ name }) => {
    const found = scored.get(name);
    expect(found?.isTwinScored, found?.twin).toBe(true);
  });
});
