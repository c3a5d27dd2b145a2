import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { startChatServer } from "../../fakes/servers/chat-server.ts";
import { type Behavior, failing, saying } from "../../fakes/servers/loopback-server.ts";
import { startMessagesServer } from "../../fakes/servers/messages-server.ts";
import { writeWages } from "../made-competition.ts";
import { lastObject, mleStar, runCommand } from "../program.ts";
import { answerTo } from "../scripted-answers.ts";

let root: string;
const key = "secret-key-123";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-models-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const numbers = Array.from({ length: 1200 }, (_, index) => index + 1).join("\n");

/** What a working model answers to `models check`. */
function correctAnswer({ prompt }: { prompt: string }): Behavior {
  if (prompt.includes("JSON"))
    return saying('{"word": "star", "primes": [2, 3, 5, 7, 11, 13], "done": true}');
  return saying(prompt.includes("Count") ? numbers : "hello");
}

/** A chat server and a Messages server, and the environment that names them. */
async function servers(
  chat: (call: { prompt: string }) => Behavior,
  messages: (call: { prompt: string }) => Behavior,
) {
  const [first, second] = [await startChatServer(chat), await startMessagesServer(messages)];
  onTestFinished(() => first.close());
  onTestFinished(() => second.close());
  const env = {
    OPENAI_BASE_URL: first.url,
    OPENAI_API_KEY: key,
    ANTHROPIC_BASE_URL: second.url,
    ANTHROPIC_API_KEY: key,
  };
  return { chat: first, messages: second, env };
}

async function configured(name: string, lines: string): Promise<string> {
  const file = join(root, `${name}.yaml`);
  await writeFile(file, lines);
  return file;
}

test("models check reports what each model can do, and a fallback that fails does not fail it", async () => {
  const { env } = await servers(correctAnswer, () => failing(404));
  const config = await configured(
    "sound",
    "models:\n  default: { model: openai:big, fallbacks: [anthropic:gone] }\n  coder: { effort: high }\n",
  );
  const ended = await mleStar(["models", "check", "--config", config, "--json"], env);
  expect(ended).toMatchObject({ code: 0 });
  const sound = { ok: true };
  expect(lastObject(ended)).toMatchObject({
    ok: true,
    models: [
      {
        model: "big",
        isFallback: false,
        ok: true,
        usd: null,
        probes: [
          { what: "hello", ...sound },
          { what: "structured output", ...sound },
          { what: "long answer", ...sound },
        ],
        capabilities: { "structured outputs": "yes" },
      },
      { model: "gone", isFallback: true, ok: false, probes: [{ what: "hello", ok: false }] },
    ],
  });
  expect(ended.stdout + ended.stderr).not.toContain(key);
});

test("models check fails for a model that plays a role and counts badly, and says why", async () => {
  const { env } = await servers(
    (call) => (call.prompt.includes("Count") ? saying("1\n2\n…\n1200") : correctAnswer(call)),
    correctAnswer,
  );
  const ended = await mleStar(["models", "check", "--set", "models.summarizer=openai:lazy"], env);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toMatch(/ok +long answer/u);
  expect(ended.stdout).toMatch(
    /lazy: [\s\S]*FAIL +long answer .* 1197 of 1200 numbers are missing/u,
  );
});

test("a run mixes providers by role and phase, and its journal says who answered", async () => {
  const answering = ({ prompt }: { prompt: string }) => saying(answerTo(prompt));
  const { env, chat } = await servers(
    // The rules come first there, in the system message.
    (call) => answering({ prompt: wholeQuestion(call) }),
    answering,
  );
  const wages = await writeWages(join(root, "wages"), 600);
  const config = await configured(
    "mixed",
    "models:\n  default: anthropic:main\n  refine: openai:small\n  refiner: { model: anthropic:wise, effort: high }\n",
  );
  const settings = ["tracks=1", "candidates=2", "attempts=2", "ablationVariants=1"];
  const runs = join(root, "runs");
  const flags = ["--json", "--config", config];
  const ended = await mleStar(runCommand(wages, { runs, id: "mixed", settings, flags }), env);
  expect(ended).toMatchObject({ code: 0 });
  const events = await readEvents(join(runs, "wages", "mixed", "journal.jsonl"));
  const by = new Map<string, string>();
  for (const event of events)
    if (event.type === "answered") by.set(event.value.role, event.value.model);
  expect(Object.fromEntries(by)).toMatchObject({
    retriever: "main",
    initializer: "main",
    ablation: "small",
    refiner: "wise",
  });
  expect(chat.calls.length).toBeGreaterThan(0);
});

function wholeQuestion(call: object): string {
  const { body } = call as { body: { messages: { content: string }[] } };
  return body.messages.map(({ content }) => content).join("\n");
}
