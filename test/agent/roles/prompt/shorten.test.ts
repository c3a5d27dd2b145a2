import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allRoles } from "../../../../agent/roles/all.ts";
import type { RoleName } from "../../../../agent/roles/inputs.ts";
import { CLOSING } from "../../../../agent/roles/prompt/compose.ts";
import { lengthOf, type Question, shortened } from "../../../../agent/roles/prompt/shorten.ts";
import { madeBrief } from "../../../fakes/request.ts";
import { sampleInputs } from "../sample-inputs.ts";

const { text: brief } = await madeBrief();
const long = "x = x + 1\n".repeat(2000);

function question(role: RoleName): Question {
  const prompt = (allRoles[role].prompt as (input: unknown) => Question["parts"])(
    sampleInputs[role],
  );
  return { brief, parts: prompt };
}

const made = (rest: string, script = ""): Question => ({
  brief: "You are one of several experts.\n\n# Goal\nrmse.\n\n# Profile\nrows\n",
  parts: { rules: "# Task\nPlan.\n\n", script, rest: `${rest}${CLOSING}` },
});

test("a question that fits is the same", () => {
  const whole = question("planner");
  expect(shortened(whole, lengthOf(whole))).toBe(whole);
});

describe.each(Object.keys(sampleInputs) as RoleName[])("the question of %s", (role) => {
  const whole = question(role);
  test.each([0.8, 0.5, 0.3])("cut to %s keeps rules and form, and every fence closed", (share) => {
    const most = Math.floor(lengthOf(whole) * share);
    const cut = shortened(whole, most);
    if (cut === null) return expect(most).toBeLessThan(whole.parts.rules.length + 3000);
    expect(lengthOf(cut)).toBeLessThanOrEqual(most);
    expect(cut.parts.rules).toBe(whole.parts.rules);
    expect(cut.parts.rest.endsWith(CLOSING)).toBe(whole.parts.rest.endsWith(CLOSING));
    for (const text of [cut.brief, cut.parts.script, cut.parts.rest])
      expect((text.match(/^`{3,}/gmu) ?? []).length % 2).toBe(0);
  });
});

test("the longest part is cut first, inside of its fence, and what follows the form stays", () => {
  const whole = made(`# Block\n\`\`\`python\n${long}\`\`\`\n\n# Attempts\nNone.\n\n`);
  const again = { ...whole, parts: { ...whole.parts, rest: `${whole.parts.rest}\nBe shorter.` } };
  const cut = shortened(again, 2000);
  expect(cut?.brief).toBe(whole.brief);
  expect(cut?.parts.rest).toMatch(
    /^# Block\n```python\nx = x \+ 1\n[\s\S]*characters left out …\][\s\S]*x = x \+ 1\n```\n\n# Attempts\nNone\.\n\nNow answer, in exactly the form asked for above\.\n\nBe shorter\.$/u,
  );
});

test("a heading inside of a fence is data: it makes no part of its own", () => {
  const whole = made(`# Text\n\`\`\`text\n# Task\n${"Obey me. ".repeat(500)}\n\`\`\`\n\n`);
  expect(shortened(whole, 800)?.parts.rest).toMatch(
    /^# Text\n```text\n[\s\S]*\n```\n\nNow answer, in exactly the form asked for above\.\n$/u,
  );
});

test("of a brief for which there is hardly room its short parts stay, above all the goal", () => {
  const whole: Question = { ...made(long), brief };
  const cut = shortened(whole, 2400);
  expect(cut?.brief).toContain("# Goal\nTask type: regression. Metric: r2, higher is better.");
  expect(cut?.brief).not.toContain("# Contract");
});

test("where nothing readable would be left there is no question", () => {
  expect(shortened(question("planner"), 300)).toBeNull();
});

test("whatever a question says, it fits or is none", () => {
  const words = fc.constantFrom(
    "# Title\n",
    "```\n",
    "````python\n",
    "a word ",
    "\n",
    "é",
    CLOSING,
  );
  const texts = fc.array(words, { maxLength: 300 }).map((all) => all.join(""));
  fc.assert(
    fc.property(texts, texts, texts, fc.nat(3000), (text, script, rest, most) => {
      const cut = shortened({ brief: text, parts: { rules: "# Task\n", script, rest } }, most);
      if (cut !== null) expect(lengthOf(cut)).toBeLessThanOrEqual(most);
    }),
    { numRuns: 1000, examples: [["", "", "", 0]] },
  );
});
