import { expect, test } from "vitest";
import { playRightly } from "../../../../../../agent/cli/distill/tools/making/positive.ts";
import {
  type TranslationContext,
  translate,
} from "../../../../../../agent/cli/distill/tools/making/translate.ts";
import type { Path } from "../../../../../../agent/distill/tools/paths.ts";
import { messagesOf } from "../../../../../../agent/distill/tools/task.ts";
import type { PlayInput } from "../../../../../../agent/roles/tool-data/inputs.ts";
import { values } from "../../../../../fakes/run-world.ts";
import { openWorld } from "../../../../../fakes/world.ts";
import { pathOf, quiet, teacherSaying, translationContextIn } from "./translation-context.ts";

const path = pathOf(["write_script", "score<write_script"], ["read_log<score"], ["submit"]);

async function played(context: TranslationContext, drawn: Path) {
  const { task } = await translate(context, { id: "p", path: drawn });
  return playRightly(context, task ?? expect.fail());
}

test("hints stand in what the teacher is asked, and in no word of the conversation that is kept", async () => {
  await using world = await openWorld({ config: quiet });
  const found = await played(translationContextIn(world), path);
  if ("dropped" in found) expect.fail(found.dropped);
  const prompts = values(world, "answered").filter(({ role }) => role === "tool-player");
  expect(prompts).toHaveLength(7);
  for (const { prompt } of prompts) expect(prompt).toContain("# Hint, not to be spoken of\n");
  const kept = JSON.stringify(messagesOf(found.played));
  expect(kept).not.toMatch(/hint/iu);
  expect(kept).toContain("native/attempt-1: 0");
  expect(kept).not.toContain("p-positive");
});

test("in a turn in which something is missing nothing is called, and the agent says so", async () => {
  await using world = await openWorld({ config: quiet });
  const context = translationContextIn(world);
  for (const kind of ["function", "parameters"] as const) {
    const turns = [...path.turns.slice(0, 1), { calls: [], missing: { kind, tool: "ablate" } }];
    const { task } = await translate(context, { id: kind, path: { stage: "split", turns } });
    expect(task?.tools.includes("ablate")).toBe(kind === "parameters");
    const found = await playRightly(context, task ?? expect.fail());
    if ("dropped" in found) expect.fail(found.dropped);
    expect(found.played.turns[1]).toMatchObject({
      steps: [],
      last: expect.stringMatching(kind === "function" ? /no tool/u : /missing/u),
    });
  }
});

const scores = ({ hint }: PlayInput) => hint.calls[0]?.tool === "score";
const block = (given: object) =>
  `\`\`\`tool\n${JSON.stringify({ tool: "score", arguments: given })}\n\`\`\``;
const wrong: [string, (input: PlayInput) => string | null, string][] = [
  [
    "that mentions its hint",
    ({ hint }) => (hint.calls.length === 0 ? "As the hint says, that is done." : null),
    "mentions its hint",
  ],
  [
    "whose calls were only spoken of",
    (input) => (scores(input) ? "It scores 0.9." : null),
    "final state of the conversation: other attempts",
  ],
  [
    "with a call that was not done",
    (input) =>
      scores(input) ? [block({}), block(input.hint.calls[0]?.arguments ?? {})].join("\n") : null,
    "score was refused",
  ],
  [
    "that sums up a number that nobody saw",
    ({ hint }) => (hint.calls.length === 0 ? "Done, it scores 0.98765." : null),
    "conversation: wrong summary",
  ],
];

test.each(wrong)("a conversation %s is dropped with its reason", async (_, otherwise, why) => {
  await using world = await openWorld({ config: quiet });
  const teacher = teacherSaying((role, input) =>
    role === "tool-player" ? otherwise(input as PlayInput) : null,
  );
  const found = await played(
    translationContextIn(world, teacher),
    pathOf(["write_script"], ["score"]),
  );
  expect(found).toEqual({ dropped: why });
});
