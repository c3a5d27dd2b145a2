import { describe, expect, test } from "vitest";
import type { Model } from "../../../agent/models/model.ts";
import { native } from "../../../agent/native.ts";
import { tokensOf } from "../../../agent/tools/compact.ts";
import { values } from "../../fakes/run-world.ts";
import { loopbackChat, loopbackModel } from "../../fakes/servers/loopback-model.ts";
import { type Behavior, saying } from "../../fakes/servers/loopback-server.ts";
import { agentPlays, attempting, calling, scriptOf } from "../../fakes/tool-script.ts";
import { openWorld } from "../../fakes/world.ts";

const quiet = { leakageModel: false, policy: "native" as const, blends: false };

/** Notes for 200 turns, each a few hundred characters long. */
const turns = Array.from({ length: 200 }, (_, index) =>
  calling([
    "remember",
    { kind: "fact", text: `${index}: ${"something that was found out. ".repeat(12)}` },
  ]),
);

test("200 turns stay within their tokens, and the beginning stays the same until the oldest give way", async () => {
  const conversationTokens = 6000;
  await using world = await openWorld({
    config: { ...quiet, conversationTokens },
    answers: agentPlays([
      attempting("first", 0.7),
      calling(["remember", { kind: "plan", text: "find the leak in the pipe" }]),
      ...turns,
      calling(["submit", {}]),
    ]),
  });
  await native(world.handle.run);
  const talks = world.model.asked.flatMap(({ conversation }) => conversation ?? []);
  expect(talks.length).toBeGreaterThan(200);
  for (const { exchanges } of talks)
    expect(tokensOf(exchanges)).toBeLessThanOrEqual(conversationTokens);
  const texts = talks.map(({ digest, exchanges }) => JSON.stringify([digest, exchanges]));
  const broken = texts.filter(
    (text, index) => index > 0 && !text.startsWith((texts[index - 1] ?? "").slice(0, -2)),
  );
  const compacted = values(world, "compacted");
  expect(broken).toHaveLength(compacted.length);
  // Seldom: what gives way makes room for many turns.
  expect(compacted.length).toBeLessThan(12);
  // What matters is still there at the end.
  const last = talks.at(-1)?.digest;
  expect(last).toContain("- native/attempt-1: 0.7");
  expect(last).toContain("- plan: find the leak in the pipe");
});

/** What a model plays through a real client: one reply of calls a turn, by the answers that it has had. */
function playing(replies: readonly (readonly [string, Record<string, unknown>][])[]) {
  return (said: number): Behavior => {
    const calls = replies[Math.min(said, replies.length - 1)] ?? [];
    const blocks = calls.map(([name, input], index) => ({
      type: "tool_use",
      id: `turn-${said}-${index}`,
      name,
      input,
    }));
    return saying("", { blocks, stop: "tool_use" });
  };
}

const play = playing([
  [["list_files", {}]],
  [
    ["write_script", { script: "a", code: scriptOf(0.8), change: "a start" }],
    ["score", { script: "a" }],
  ],
  [["submit", {}]],
]);

const clients: [string, () => Promise<Model>][] = [
  [
    "the Messages API",
    async () =>
      (
        await loopbackModel(({ body }) =>
          play(body.messages.filter(({ role }) => role === "assistant").length),
        )
      ).model,
  ],
  [
    "the Chat Completions API",
    async () =>
      (
        await loopbackChat(({ body }) =>
          play(body.messages.filter(({ role }) => role === "assistant").length),
        )
      ).model,
  ],
];

describe.each(clients)("a whole run by %s", (_, open) => {
  test("its calls are done and paid, and the script that was scored is submitted", async () => {
    const model = await open();
    await using world = await openWorld({
      config: quiet,
      modelFor: (role, asked) => (role === "agent" ? model : asked),
    });
    const finished = await native(world.handle.run);
    expect(finished.solution).toBe("native/attempt-1");
    expect(values(world, "tool-called").map(({ tool }) => tool)).toEqual([
      "list_files",
      "write_script",
      "score",
      "submit",
    ]);
    const paid = values(world, "answered").filter(({ role }) => role === "agent");
    expect(paid).toHaveLength(3);
    for (const { tokens } of paid) expect(tokens.input + tokens.cacheRead).toBeGreaterThan(0);
    // Every call was journaled as sent before it was: the ledger stands after a kill.
    expect(values(world, "call-sent").filter(({ role }) => role === "agent")).toHaveLength(3);
  });
});

test("a budget of tokens ends the conversation, not the run", async () => {
  const { model } = await loopbackModel(({ count }) => {
    const input = { kind: "fact", text: `fact ${count} ${"of many words ".repeat(40)}` };
    const blocks = [{ type: "tool_use", id: `id-${count}`, name: "remember", input }];
    return saying("", { blocks, stop: "tool_use" });
  });
  await using world = await openWorld({
    config: { ...quiet, maxTokens: 60_000, maxOutputTokens: 1000 },
    modelFor: (role, asked) => (role === "agent" ? model : asked),
  });
  const finished = await native(world.handle.run);
  expect(finished.solution).toBe("baseline");
  expect(world.handle.reached.has("tokens")).toBe(true);
  expect(values(world, "tool-called").length).toBeGreaterThan(1);
});
