import { expect, test } from "vitest";
import { plannedChange } from "../../../../agent/roles/reply/readers.ts";
import { Unreadable } from "../../../../agent/roles/role.ts";

const tick = "```";
const block = (info: string, code = "x = 1") => `${tick}${info}\n${code}\n${tick}`;

test.each([
  ["behind the marks", `Halve it.\n\n${block("python block-4")}`],
  ["behind the marks in braces", `Halve it.\n\n${block("python {block-4}")}`],
  ["as the label", `Halve it.\n\n${block("block-4")}`],
  ["in a line above", `Halve it.\n\nblock-4:\n${block("python")}`],
  ["in a heading above", `# Plan\nHalve it.\n\n### Block-4 (model)\n${block("python")}`],
  ["in bold above", `**Plan:**\nHalve it.\n\n**block-4**\n\n${block("py")}`],
])("reads a plan and a block that is named %s", (_, reply) => {
  const read = plannedChange.read(reply);
  expect(read).toMatchObject({ parts: [{ place: "block-4", code: "x = 1\n" }] });
  expect(read).toMatchObject({ plan: expect.stringContaining("Halve it.") });
  expect(read).not.toMatchObject({ plan: expect.stringMatching(/^#|\*\*Plan/u) });
});

test("reads several blocks in the order of the reply", () => {
  const reply = `Two places.\n${block("python block-3", "a = 1")}\nand\n${block("python block-5", "b = 2")}`;
  expect(plannedChange.read(reply)).toEqual({
    plan: "Two places.",
    parts: [
      { place: "block-3", code: "a = 1\n" },
      { place: "block-5", code: "b = 2\n" },
    ],
  });
});

test("a whole script is one that is named so, and no block of which the prose says script", () => {
  const whole = plannedChange.read(`Another model.\n\nscript:\n${block("python")}`);
  expect(whole).toMatchObject({ plan: "Another model.", parts: [{ place: "script" }] });
  const labeled = plannedChange.read(`Another model.\n${block("python script")}`);
  expect(labeled).toMatchObject({ parts: [{ place: "script" }] });
  const unnamed = plannedChange.read(`This makes the script faster.\n${block("python")}`);
  expect(unnamed).toMatchObject({ parts: [{ place: null }] });
});

test.each([
  ["", "empty"],
  ["Halve the learning rate.", "no code"],
  [block("python block-4"), "no plan"],
  [`<think>long</think>${block("python block-4")}`, "no plan"],
])("says what is missing in %j", (reply, why) => {
  const read = plannedChange.read(reply);
  expect(read).toBeInstanceOf(Unreadable);
  expect(read).toMatchObject({ why: expect.stringContaining(why) });
});
