import { describe, expect, test } from "vitest";
import type { Model } from "../../../agent/models/model.ts";
import { native } from "../../../agent/native.ts";
import { tokensOf } from "../../../agent/tools/compact.ts";
import { values } from "../../fakes/run-world.ts";
import { loopbackChat, loopbackModel } from "../../fakes/servers/loopback-model.ts";
import { type Behavior, saying } from "../../fakes/servers/loopback-server.ts";
import { agentPlays, attempting, calling, scriptOf } from "../../fakes/tool-script.ts";
import { openWorld } from "../../fakes/world.ts";

const quiet = { leakageModel: "off" as const, policy: "native" as const, blends: false };

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

/** A call as a provider sends it; text in place of arguments is no JSON. */
type ToolUse = [tool: string, given: Record<string, unknown> | string];

/** What a model plays through a real client: one reply of calls a turn, by the answers that it has had. */
function playing(replies: readonly (readonly ToolUse[])[]) {
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

const attempt: ToolUse[] = [
  ["write_script", { script: "a", code: scriptOf(0.8), change: "a start" }],
  ["score", { script: "a" }],
];

type Play = ReturnType<typeof playing>;
type Told = { messages: { role: string }[] };

/** By what it has said in the conversation, as it was sent back. */
const played = (play: Play, { messages }: Told): Behavior =>
  play(messages.filter(({ role }) => role === "assistant").length);

const clients: [string, (play: Play) => Promise<{ model: Model; sent: () => string }>][] = [
  [
    "the Messages API",
    async (play) => {
      const { model, server } = await loopbackModel(({ body }) => played(play, body));
      return { model, sent: () => JSON.stringify(server.calls.at(-1)?.body.messages) };
    },
  ],
  [
    "the Chat Completions API",
    async (play) => {
      const { model, server } = await loopbackChat(({ body }) => played(play, body));
      return { model, sent: () => JSON.stringify(server.calls.at(-1)?.body.messages) };
    },
  ],
];

describe.each(clients)("a whole run by %s", (_, open) => {
  test("its calls are done and paid, and the script that was scored is submitted", async () => {
    const { model } = await open(playing([[["list_files", {}]], attempt, [["submit", {}]]]));
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

  test("what is called wrongly is refused with its reason, and the work goes on", async () => {
    const many = Array.from(
      { length: 10 },
      (_, index): ToolUse => ["remember", { kind: "fact", text: `fact ${index}` }],
    );
    const wrong: ToolUse[] = [
      ["rm_rf", {}],
      ["score", '{"script": "a'],
      ["score", {}],
      ["preview", { file: 7 }],
    ];
    const { model, sent } = await open(playing([wrong, many, attempt, [["submit", {}]]]));
    await using world = await openWorld({
      config: quiet,
      modelFor: (role, asked) => (role === "agent" ? model : asked),
    });
    const finished = await native(world.handle.run);
    expect(finished.solution).toBe("native/attempt-1");
    const called = values(world, "tool-called").filter(({ isError }) => isError);
    expect(called.map(({ text }) => text)).toEqual([
      expect.stringContaining('there is no tool "rm_rf"'),
      expect.stringContaining("the arguments are not JSON"),
      expect.stringContaining("the arguments do not fit: script"),
      expect.stringContaining("the arguments do not fit: file"),
    ]);
    // What the provider is sent says so, too, and of ten calls that two were not done.
    const told = sent();
    expect(told).toContain("Refused: there is no tool");
    expect(told.split("not done: at most 8 calls in one reply")).toHaveLength(3);
  });

  test("the same call for ever is ended, and what was scored before stands", async () => {
    const loop: ToolUse[] = [["list_files", {}]];
    const { model } = await open(playing([attempt, loop]));
    await using world = await openWorld({
      config: quiet,
      modelFor: (role, asked) => (role === "agent" ? model : asked),
    });
    const finished = await native(world.handle.run);
    expect(finished.solution).toBe("native/attempt-1");
    expect(values(world, "answered").filter(({ role }) => role === "agent").length).toBeLessThan(
      15,
    );
  });

  test("a call after the budget has ended is refused, and what was scored before stands", async () => {
    const scoring = (script: string, quality: number): ToolUse[] => [
      ["write_script", { script, code: scriptOf(quality) }],
      ["score", { script }],
    ];
    const replies = [1, 2, 3, 4, 5, 6].map((turn) => scoring(`s${turn}`, 0.5 + turn / 100));
    const { model } = await open(playing(replies));
    await using world = await openWorld({
      config: { ...quiet, maxExecutions: 6, canary: "off" },
      modelFor: (role, asked) => (role === "agent" ? model : asked),
    });
    const finished = await native(world.handle.run);
    expect(finished.solution).toMatch(/^native\/attempt-/u);
    expect(world.executed.length).toBeLessThanOrEqual(6);
    const refused = values(world, "tool-called").filter(({ isError }) => isError);
    expect(refused.at(-1)?.text).toContain("budget");
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
