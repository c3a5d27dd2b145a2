import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openTracing } from "../../../agent/cli/open/tracing.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import { type ReceivedSpan, startOtlpReceiver } from "../../fakes/servers/otlp-receiver.ts";
import {
  end,
  execution,
  freshFolder,
  handClock,
  journalRun,
  reply,
  start,
} from "../../runs/journal-fixture.ts";

type Env = Record<string, string>;

async function receiver(status = 200) {
  const made = await startOtlpReceiver(status);
  onTestFinished(() => made.close());
  return made;
}

/** One session of a run whose journal lies in `folder`: `work` appends, tracing listens. */
async function session(
  folder: string,
  { env = {}, endpoint = null }: { env?: Env; endpoint?: string | null },
  work: (journal: Awaited<ReturnType<typeof openJournal>>) => Promise<unknown>,
): Promise<string[]> {
  const lines: string[] = [];
  const journal = await openJournal(join(folder, "journal.jsonl"), { clock: handClock() });
  const options = { journal, folder, endpoint, env, redact: (text: string) => text };
  const close = await openTracing({ ...options, report: (line) => lines.push(line) });
  await work(journal);
  await close();
  await journal.close();
  return lines;
}

const attributes = (span: ReceivedSpan) =>
  Object.fromEntries(
    span.attributes.map(({ key, value }) => [
      key,
      value.stringValue ??
        value.intValue ??
        value.doubleValue ??
        value.boolValue ??
        value.arrayValue,
    ]),
  );
const named = (spans: readonly ReceivedSpan[], name: string) =>
  spans.filter((span) => span.name === name);

test("run, phases, model calls and executions arrive as one tree of spans", async () => {
  const { url, spans, bodies } = await receiver();
  await session(await freshFolder(), { endpoint: `${url}/v1/traces` }, async (journal) => {
    await journal.append("run-started", "run-started", start());
    await journal.append(
      "answered",
      "track-1/init-1/initializer/1",
      reply({ role: "initializer", model: "claude-opus-5-5", seconds: 3, requestId: "req_7" }),
    );
    await journal.append(
      "executed",
      "track-1/init-1/fold-0/run",
      execution("track-1/init-1", { outcome: "error", exitCode: 1 }),
    );
    await journal.append("run-ended", "run-ended", end);
  });
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const [run] = named(spans, "invoke_agent mle-star");
  const [phase] = named(spans, "invoke_agent initialize");
  const [chat] = named(spans, "chat claude-opus-5-5");
  const [script] = named(spans, "execute_tool python");
  if (!run || !phase || !chat || !script) throw new Error("a span is missing");
  expect([run.parentSpanId, phase.parentSpanId, chat.parentSpanId, script.parentSpanId]).toEqual([
    undefined,
    run.spanId,
    phase.spanId,
    phase.spanId,
  ]);
  expect(attributes(chat)).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.agent.name": "initializer",
    "gen_ai.request.model": "claude-opus-5-5",
    // By the conventions cached tokens count as input.
    "gen_ai.usage.input_tokens": 115,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.cache_read.input_tokens": 10,
    "mle_star.request_id": "req_7",
  });
  expect(BigInt(chat.endTimeUnixNano) - BigInt(chat.startTimeUnixNano)).toBe(3_000_000_000n);
  expect(chat.kind).toBe(3);
  expect(attributes(script)).toMatchObject({ "gen_ai.tool.name": "python", "error.type": "error" });
  expect(script.status.code).toBe(2);
  expect(attributes(run)).toMatchObject({
    "mle_star.status": "finished",
    "mle_star.competition": "houses",
  });
  // No prompt and no reply goes out unless it is asked for.
  expect(bodies.join("")).not.toMatch(/improve this|"done"/u);
});

test("prompts and replies go out on request, to the collector that the environment names", async () => {
  const { url, spans } = await receiver();
  // The exporter reads the standard variables from the process itself.
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = url;
  onTestFinished(() => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  });
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
  };
  await session(await freshFolder(), { env }, async (journal) => {
    await journal.append("answered", "ensemble-1/ensembler/1", reply());
  });
  const [chat] = spans;
  if (chat === undefined) throw new Error("no span arrived");
  expect(attributes(chat)["gen_ai.input.messages"]).toContain("improve this");
  expect(attributes(chat)["gen_ai.output.messages"]).toContain("done");
});

test("a resumed run goes on with its trace, links to the session before, and sends nothing twice", async () => {
  const { url, spans } = await receiver();
  const folder = await freshFolder();
  const to = { endpoint: `${url}/v1/traces` };
  const ask = (key: string) => async (journal: Awaited<ReturnType<typeof openJournal>>) =>
    journal.step("answered", key, async () => reply());
  await session(folder, to, async (journal) => {
    await journal.append("run-started", "run-started", start());
    await ask("track-1/init-1/coder/1")(journal);
    await journal.append("faulted", "faulted", { name: "E", message: "the network is gone" });
  });
  await session(folder, to, async (journal) => {
    await journal.append("run-resumed", "run-resumed", { session: 1, pid: 1 });
    await ask("track-1/init-1/coder/1")(journal);
    await ask("track-1/refine-1/coder/1")(journal);
    await journal.append("run-ended", "run-ended", end);
  });
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  expect(named(spans, "chat test-model")).toHaveLength(2);
  const [first, second] = named(spans, "invoke_agent mle-star");
  expect(first?.status).toMatchObject({ code: 2, message: "the network is gone" });
  expect(second?.links).toMatchObject([{ traceId: first?.traceId, spanId: first?.spanId }]);
});

test("without a collector nothing is loaded or said, and one that is gone or refuses harms nothing", async () => {
  const folder = await freshFolder();
  const work = async (journal: Awaited<ReturnType<typeof openJournal>>) => {
    await journal.append("answered", "ensemble-1/ensembler/1", reply());
  };
  expect(await session(folder, {}, work)).toEqual([]);
  const gone = await session(folder, { endpoint: "http://127.0.0.1:1/v1/traces" }, work);
  expect(gone.at(-1)).toMatch(/^traces were not all delivered: /u);
  const { url } = await receiver(400);
  const refused = await session(folder, { endpoint: `${url}/v1/traces` }, work);
  expect(refused.at(-1)).toMatch(/^traces were not all delivered: /u);
});

test("the fold is whole for a run of every kind of event", async () => {
  const { url, spans } = await receiver();
  const folder = await freshFolder();
  const recorded = await journalRun(join(await freshFolder(), "journal.jsonl"));
  await session(folder, { endpoint: `${url}/v1/traces` }, async (journal) => {
    for (const { type, key, value } of recorded) await journal.append(type, key, value as never);
  });
  const calls = recorded.filter(({ type }) => type === "answered").length;
  expect(named(spans, "chat test-model")).toHaveLength(calls);
  const known = new Set(spans.map(({ spanId }) => spanId));
  for (const { parentSpanId } of spans)
    if (parentSpanId !== undefined) expect(known).toContain(parentSpanId);
});
