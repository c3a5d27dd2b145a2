import { expect, test } from "vitest";
import { IN_FULL, shown } from "../../../agent/distill/asked.ts";

const messages = [
  { role: "system" as const, content: "the brief" },
  { role: "user" as const, content: "# Task\nMend it.\n\n# Script\nx = 1\n" },
];

test("a student is shown all of a question, or what stands below a line of it", () => {
  expect(shown(messages, IN_FULL)).toEqual(messages);
  expect(shown(messages, { brief: false, from: "# Script", ownFrames: false })).toEqual([
    { role: "user", content: "# Script\nx = 1\n" },
  ]);
  expect(shown(messages, { brief: true, from: "# Nowhere", ownFrames: false })).toEqual(messages);
});
