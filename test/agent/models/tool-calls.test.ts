import { describe, expect, test } from "vitest";
import type { Conversation, Exchange, Model } from "../../../agent/models/model.ts";
import { callsIn, toolsAsText } from "../../../agent/models/tool-text.ts";
import { someRequest } from "../../fakes/request.ts";
import { loopbackChat, loopbackModel } from "../../fakes/servers/loopback-model.ts";
import { type Behavior, type Block, failing, saying } from "../../fakes/servers/loopback-server.ts";

const never = new AbortController().signal;

const tools = [
  {
    name: "score",
    description: "Scores a script.",
    parameters: { type: "object", properties: { script: { type: "string" } } },
  },
];

function talk(changes: Partial<Conversation> = {}): Conversation {
  return { tools, mayCall: true, asText: false, digest: null, exchanges: [], ...changes };
}

function use(name: string, input: unknown, id = `id-${name}`): Block {
  return { type: "tool_use", id, name, input };
}

const thinking = { type: "thinking", thinking: "first this, then that", signature: "" };

const calling = (blocks: Block[], stop = "tool_use"): Behavior => saying("", { blocks, stop });

type Sent = {
  body: {
    messages: { role: string; content: unknown; [other: string]: unknown }[];
    [other: string]: unknown;
  };
};
type Opened = { model: Model; calls: Sent[] };

const wires: [string, (behave: (count: number) => Behavior) => Promise<Opened>][] = [
  [
    "the Messages API",
    async (behave) => {
      const { model, server } = await loopbackModel(({ count }) => behave(count));
      return { model, calls: server.calls as unknown as Sent[] };
    },
  ],
  [
    "the Chat Completions API",
    async (behave) => {
      const { model, server } = await loopbackChat(({ count }) => behave(count));
      return { model, calls: server.calls as unknown as Sent[] };
    },
  ],
];

describe.each(wires)("tools by %s", (protocol, open) => {
  const ask = (model: Model, conversation: Conversation) =>
    model.ask(someRequest({ role: "agent", conversation }), never);

  test("calls in parallel are read with their ids, and sent back as they came with their answers", async () => {
    const many = Array.from({ length: 10 }, (_, index) =>
      use("score", { script: `s${index}` }, `id-${index}`),
    );
    const { model, calls } = await open((count) =>
      count === 1
        ? calling([thinking, { type: "text", text: "Let me." }, ...many])
        : saying("done"),
    );
    const first = await ask(model, talk());
    const turn = first.turn ?? expect.fail("no turn");
    expect(
      turn.calls.map(({ id, name, arguments: given }) => [id, name, JSON.parse(given)]),
    ).toEqual(many.map(({ id, name, input }) => [id, name, input]));
    const answers = turn.calls.map((call, index) => ({
      call,
      text: `answer ${index}`,
      isError: index === 3,
      pictures: [],
    }));
    const second = await ask(model, talk({ exchanges: [{ turn, answers, note: "Go on." }] }));
    expect(second.turn?.calls).toEqual([]);
    const sent = JSON.stringify(calls[1]?.body.messages);
    for (let index = 0; index < 10; index++) {
      expect(sent).toContain(`answer ${index}`);
      expect(sent.split(`id-${index}"`)).toHaveLength(3);
    }
    // What was thought goes back, signed where the provider signs it.
    expect(sent).toContain("first this, then that");
    if (protocol.startsWith("the Messages")) expect(sent).toContain('"signature":"signed"');
    // The beginning of the second request is the first one.
    const [before, after] = calls.map(({ body }) => JSON.stringify(body.messages));
    expect(after?.startsWith((before ?? "?").slice(0, -1))).toBe(true);
  });

  test("arguments that are no JSON, and none at all, come as they are", async () => {
    const { model, calls } = await open((count) =>
      count === 1 ? calling([use("score", '{"script": "a'), use("list", "")]) : saying("done"),
    );
    const { turn } = await ask(model, talk());
    expect(turn?.calls.map((call) => call.arguments)).toEqual(['{"script": "a', "{}"]);
    const exchange: Exchange = {
      turn: turn ?? expect.fail("no turn"),
      answers: (turn?.calls ?? []).map((call) => ({
        call,
        text: "no JSON",
        isError: true,
        pictures: [],
      })),
      note: null,
    };
    await ask(model, talk({ exchanges: [exchange] }));
    expect(calls).toHaveLength(2);
  });

  test("a reply that was cut is asked for again, and calls that stay cut are not done", async () => {
    const { model, calls } = await open(() => calling([use("score", '{"scr')], "max_tokens"));
    const reply = await ask(model, talk());
    expect(reply.stop).toBe("max-tokens");
    expect(reply.turn).toEqual({ text: "", calls: [], raw: null });
    expect(calls.length).toBeGreaterThan(1);
  });

  test("a refusal calls nothing", async () => {
    const { model } = await open(() => calling([use("score", { script: "a" })], "refusal"));
    const reply = await ask(model, talk());
    expect(reply.stop).toBe("refusal");
    expect(reply.turn?.calls).toEqual([]);
  });

  test("a server without tools is told of them in text, and calls are read there", async () => {
    const words = 'I score it.\n```tool\n{"tool": "score", "arguments": {"script": "a"}}\n```\n';
    const { model, calls } = await open((count) =>
      count === 1 ? failing(400, "tools are not supported by this model") : saying(words),
    );
    const { turn } = await ask(model, talk());
    expect(turn?.calls).toEqual([{ id: "call-1", name: "score", arguments: '{"script":"a"}' }]);
    expect(calls[1]?.body.tools).toBeUndefined();
    expect(JSON.stringify(calls[1]?.body)).toContain("To call a tool, write a block");
    const exchange: Exchange = {
      turn: turn ?? expect.fail("no turn"),
      answers: [
        {
          call: { id: "call-1", name: "score", arguments: "{}" },
          text: "0.8",
          isError: false,
          pictures: [],
        },
      ],
      note: null,
    };
    await ask(model, talk({ exchanges: [exchange] }));
    expect(JSON.stringify(calls[2]?.body.messages)).toContain("Answer of score:\\n0.8");
  });

  test("text calls are read only where tools are told of in text", async () => {
    const words = '```tool\n{"tool": "score", "arguments": {}}\n```';
    const { model } = await open(() => saying(words));
    expect((await ask(model, talk())).turn?.calls).toEqual([]);
    expect((await ask(model, talk({ asText: true }))).turn?.calls).toHaveLength(1);
  });

  test("no further call is allowed: the tools stay where they were, and none may be chosen", async () => {
    const { model, calls } = await open(() => saying("the answer"));
    await ask(model, talk({ mayCall: false }));
    const body = calls[0]?.body;
    expect(body?.tools).toHaveLength(1);
    expect(JSON.stringify(body?.tool_choice)).toContain("none");
  });

  test("pictures are shown, and left out for a model that does not see", async () => {
    const picture = { mediaType: "image/png", base64: "iVBORw0KGgo=" };
    const call = { id: "id-1", name: "preview", arguments: "{}" };
    const turn = { text: "", calls: [call], raw: null };
    const exchange = {
      turn,
      answers: [{ call, text: "a picture", isError: false, pictures: [picture] }],
      note: null,
    };
    const { model, calls } = await open((count) =>
      count === 1 ? failing(400, "image input is not supported") : saying("done"),
    );
    await ask(model, talk({ exchanges: [exchange] }));
    const sent = calls.map(({ body }) => JSON.stringify(body.messages).includes(picture.base64));
    expect(sent).toEqual([true, false]);
  });

  test("the turn of another model is told in words, without what only that one can read", async () => {
    const call = { id: "id-1", name: "score", arguments: '{"script":"a"}' };
    const turn = {
      text: "From elsewhere.",
      calls: [call],
      raw: { protocol: "other:model", message: { secret: "signed by another" } },
    };
    const answers = [{ call, text: "0.8", isError: false, pictures: [] }];
    const { model, calls } = await open(() => saying("done"));
    await ask(model, talk({ exchanges: [{ turn, answers, note: null }] }));
    const sent = JSON.stringify(calls[0]?.body.messages);
    expect(sent).toContain("From elsewhere.");
    expect(sent).not.toContain("signed by another");
  });
});

test("calls in text: several, nested fences in their arguments, broken JSON, and none in plain words", () => {
  const code = "print('```')";
  const text = [
    "One:",
    "```tool",
    JSON.stringify({ tool: "write_script", arguments: { code } }),
    "```",
    "~~~tool",
    '{"tool": "score", "arguments": {"script": "a"',
    "~~~",
    "```python",
    '{"tool": "submit", "arguments": {}}',
    "```",
  ].join("\n");
  expect(callsIn(text)).toEqual([
    { id: "call-1", name: "write_script", arguments: JSON.stringify({ code }) },
    { id: "call-2", name: "score", arguments: '{"tool": "score", "arguments": {"script": "a"' },
  ]);
  expect(callsIn("call submit now")).toEqual([]);
  expect(callsIn(toolsAsText(tools))[0]?.name).toBe("<name>");
});
