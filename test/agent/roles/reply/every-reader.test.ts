import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { playbookModel } from "../../../../agent/models/playbook/playbook.ts";
import { allRoles } from "../../../../agent/roles/all.ts";
import type { RoleName } from "../../../../agent/roles/inputs.ts";
import { type Reader, Unreadable } from "../../../../agent/roles/role.ts";
import { someRequest } from "../../../fakes/request.ts";
import { sampledRuns } from "../../../sample.ts";
import { sampleInputs } from "../sample-inputs.ts";

const tick = "```";

/** What the playbook says as each role: a real reply for every reader. */
async function playedReplies(): Promise<string[]> {
  const model = playbookModel({ seed: 1 });
  const { signal } = new AbortController();
  const names = Object.keys(allRoles) as RoleName[];
  const asked = names.map((role) =>
    model.ask(someRequest({ role, input: sampleInputs[role] }), signal),
  );
  return (await Promise.all(asked)).map(({ text }) => text);
}

/** Roles share readers; each is tried once. */
const readers = [...new Set<Reader<unknown>>(Object.values(allRoles).map((role) => role.reply))];

describe("every reader", () => {
  test("defect 8: takes an empty or missing text for unreadable and does not fall over it", () => {
    for (const role of Object.values(allRoles)) {
      expect(role.reply.read(""), role.name).toBeInstanceOf(Unreadable);
      expect(role.reply.read(null as unknown as string), role.name).toBeInstanceOf(Unreadable);
    }
  });

  test("gives a value or a reason for thousands of mutated replies, and never an exception", async () => {
    const replies = [
      ...(await playedReplies()),
      `Text\n${tick}python\nimport os\nx = {"a": [1, 2]}\n${tick}\nmore`,
      `${tick}json\n{"cards": [{"modelName": "a", "exampleCode": "x = 1\\n", "family": "b", "why": "", "sources": []}]}\n${tick}`,
      '{"variants": [{"block": "block-1", "what": "none", "code": "pass"}]}',
      '{"block": "block-2", "plan": "Do it."}',
      '{"leaky": true, "block": "scaler.fit(X)", "why": "fits on all rows"}',
      '{\'block\': None, "x": """a\nb""", }',
      "All the provided information is used.",
    ];
    const pieces = [
      tick,
      "~~~",
      "\n",
      "\r\n",
      "{",
      "}",
      "[",
      "]",
      '"',
      "'",
      ",",
      "\\",
      ":",
      "$&",
      "\0",
      "😀",
      '"""',
      "None",
      "<think>",
      "python",
    ];
    const edit = fc.record({
      at: fc.nat(4000),
      cut: fc.nat(12),
      piece: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })),
    });
    const runs = sampledRuns(10_000, { size: 800, seed: 31 });
    let seen = 0;
    fc.assert(
      fc.property(fc.constantFrom(...replies), fc.array(edit, { maxLength: 8 }), (reply, edits) => {
        const mutated = edits.reduce(
          (text, { at, cut, piece }) =>
            text.slice(0, at % (text.length + 1)) +
            piece +
            text.slice((at % (text.length + 1)) + cut),
          reply,
        );
        // A third of the readers each time, all of them in turn.
        for (const reader of readers.filter((_, index) => index % 3 === seen % 3)) {
          const output = reader.read(mutated);
          if (output === undefined || (output instanceof Unreadable && output.why === ""))
            throw new Error(`neither a value nor a reason: ${mutated}`);
        }
        seen += 1;
      }),
      runs,
    );
    expect(seen).toBeGreaterThanOrEqual(runs.numRuns);
  }, 240_000);

  test("stays quick on replies made to be slow", () => {
    const hard = [
      "[".repeat(20_000),
      '{"'.repeat(3_000),
      "`".repeat(5_000),
      `${tick}\n`.repeat(1_000),
      "a = ".repeat(2_000),
      "'".repeat(5_000),
      "\\".repeat(5_000),
      " ".repeat(10_000),
      "(".repeat(5_000),
      "a.".repeat(5_000),
    ];
    for (const text of hard)
      for (const reader of readers) expect(reader.read(text)).not.toBeUndefined();
  }, 60_000);
});
