import { expect, test } from "vitest";
import { planVerdict } from "../../../../agent/roles/reply/verdict.ts";
import { Unreadable } from "../../../../agent/roles/role.ts";

const counts = "gain: 20\ngrounded: -10\nfeasible: 90\n";

test.each([
  ["plain", "Score: -50"],
  ["bold", "**Score:** -50"],
  ["bold around", "**Score: -50**"],
  ["a list", "- score = -50"],
  ["of a hundred", "Score: -50/100."],
  ["a true minus", "score: −50"],
  ["the last of two", "score: 90\nscore: -50"],
])("reads a negative score that is %s", (_, line) => {
  const text = `It was tried before.\n${counts}${line}`;
  const expected = {
    gain: 20,
    grounded: -10,
    feasible: 90,
    score: -50,
    why: "It was tried before.",
  };
  expect(planVerdict.read(text)).toEqual(expected);
  expect(planVerdict.read(`\`\`\`\n${text}\n\`\`\``)).toEqual(expected);
});

test.each([
  ["no score", counts],
  ["a missing count", "gain: 1\nscore: 3"],
  ["a fraction", `${counts}score: 0.5`],
  ["a number out of range", `${counts}score: 150`],
  ["a word", `${counts}score: high`],
  ["nothing", ""],
])("%s makes a reply unreadable, never a score of -100", (_, text) => {
  expect(planVerdict.read(text)).toBeInstanceOf(Unreadable);
});
