import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { animals } from "./animals.ts";
import { type Judged, judgeZoo } from "./judge-zoo.ts";

describe("the zoo of cheats and their honest twins", () => {
  let judged: Map<string, Judged>;

  beforeAll(async () => {
    judged = new Map((await judgeZoo()).map((each) => [each.name, each]));
  });

  test("names every animal that lives in it, thirty and more", () => {
    const homes = readdirSync(new URL("animals/", import.meta.url));
    expect(animals.map(({ name }) => name).sort()).toEqual(homes.sort());
    expect(animals.length).toBeGreaterThanOrEqual(30);
  });

  test.each(animals)("$name, which $why, is $fate", ({ name, fate }) => {
    const found = judged.get(name);
    expect(`${found?.met ?? "accepted"}: ${found?.cheat}`).toMatch(new RegExp(`^${fate}: `, "u"));
  });

  test.each(animals)("the twin of $name is not refused", ({ name }) => {
    const found = judged.get(name);
    expect(found?.twinPassed, found?.twin).toBe(true);
  });
});
