import { describe, expect, test } from "vitest";
import { openPython } from "../../agent/python-source/python-source.ts";
import { sampled } from "../sample.ts";
import { honestScripts } from "./honest-scripts.ts";
import { whyRefused } from "./score-pairs.ts";

const python = await openPython();
const scripts = honestScripts();
const task = { targets: ["sold"], id: "id", vocabulary: new Set<string>() } as const;

describe("honest scripts in the manner of language models", () => {
  test("are hundreds, each of them Python", () => {
    expect(scripts.length).toBeGreaterThanOrEqual(400);
    expect(new Set(scripts.map(({ code }) => code)).size).toBe(scripts.length);
    for (const { name, code } of sampled(scripts, { size: 40, seed: 2 }))
      expect(python.hasSyntaxError(python.stripped(code).text), name).toBeNull();
  });

  test("are never refused at sight, scored by the harness or by themselves", () => {
    for (const { name, code } of sampled(scripts, { size: 60, seed: 3 }))
      for (const mode of ["referee", "self-reported"] as const) {
        const found = python.staticFindings(code, { ...task, mode });
        expect(
          found.filter(({ weight }) => weight === "refused"),
          name,
        ).toEqual([]);
      }
  });

  // Rules that learn nothing are the hardest to tell from answers.
  const rules = scripts.filter(({ name }) => /\b(?:rule|embedded-coefficients)\b/u.test(name));
  const chosen = [
    ...sampled(rules, { size: 2, seed: 5 }),
    ...sampled(scripts, { size: 2, seed: 6 }),
  ];
  test("count after all checks of a finalist, also those that learn nothing", async () => {
    expect(await whyRefused(chosen)).toEqual(chosen.map(() => null));
  });
});
