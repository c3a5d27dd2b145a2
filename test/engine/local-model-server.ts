import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";

// A real language model behind the Chat Completions API, on this machine only: what local-model.sh starts.
//   node --import tsx local-model-server.ts ENTRY-OF-NODE-LLAMA-CPP WEIGHTS.gguf NAME TITLE-OF-THE-PROCESS
// The weights are of a model that only continues text and knows no chat template: messages become plain text.

/** As much of node-llama-cpp as is used here; it lives in a cache folder, not among our packages. */
type Bindings = {
  getLlama(options: object): Promise<Llama>;
  LlamaCompletion: new (options: { contextSequence: object }) => Completion;
};
type Llama = {
  loadModel(options: object): Promise<Weights>;
  createGrammarForJsonSchema(schema: object): Promise<object>;
};
type Weights = {
  tokenize(text: string): readonly number[];
  createContext(options: object): Promise<{ getSequence(): object }>;
};
type Completion = {
  generateCompletionWithMeta(
    text: string,
    options: object,
  ): Promise<{ metadata: { stopReason: string } }>;
};

/** What is read of a request; the rest is passed over, as servers do. */
type Asked = {
  messages: { content: string }[];
  max_tokens?: number;
  response_format?: { json_schema?: { schema: object } };
};
type Delta = { content?: string };

const CONTEXT_TOKENS = 8192;
const THREADS = 2;
const LONGEST = 1024;
/** Small models repeat themselves when always the likeliest token is taken; the seed keeps answers the same. */
const SAMPLING = {
  temperature: 0.7,
  topK: 40,
  topP: 0.95,
  seed: 1,
  repeatPenalty: { penalty: 1.1 },
  // Such a model does not know when it has answered: a paragraph is an answer.
  customStopTriggers: ["\n\n"],
};

// The name by which down.sh knows the process again.
const [entry = "", modelPath = "", name = "", title = ""] = process.argv.slice(2);
process.title = title;
const { getLlama, LlamaCompletion } = (await import(pathToFileURL(entry).href)) as Bindings;
const offline = { build: "never", skipDownload: true, gpu: false } as const;
const llama = await getLlama({ ...offline, maxThreads: THREADS, logLevel: "error" });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: CONTEXT_TOKENS, threads: THREADS });
const completion = new LlamaCompletion({ contextSequence: context.getSequence() });

/** There is one sequence of tokens: whoever asks waits until those before are answered. */
let last: Promise<void> = Promise.resolve();
const server = createServer((request, response) => {
  if (request.url === "/v1/models") {
    json(response, 200, { object: "list", data: [{ id: name, object: "model" }] });
    return;
  }
  const turn = last.then(() => respond(request, response));
  last = turn.catch((error: unknown) => refuse(response, 500, String(error)));
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  console.log(`listening on http://127.0.0.1:${port}/v1`);
});

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "POST" || request.url !== "/v1/chat/completions") {
    refuse(response, 404, `there is no ${request.url}`);
    return;
  }
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const asked = JSON.parse(body) as Asked;
  const text = `${asked.messages.map(({ content }) => content).join("\n\n")}\n\n# Answer\n`;
  const input = model.tokenize(text).length;
  const room = Math.min(asked.max_tokens ?? LONGEST, LONGEST);
  if (input + room >= CONTEXT_TOKENS) {
    const why = `maximum context length is ${CONTEXT_TOKENS} tokens, ${input} in the messages`;
    refuse(response, 400, why);
    return;
  }
  const schema = asked.response_format?.json_schema?.schema;
  await answer(response, text, { input, room, schema: schema ?? null });
}

/** Streams the completion of `text` as events, then why it ended, then what it used. */
async function answer(
  response: ServerResponse,
  text: string,
  { input, room, schema }: { input: number; room: number; schema: object | null },
): Promise<void> {
  const grammar =
    schema === null ? {} : { grammar: await llama.createGrammarForJsonSchema(schema) };
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (fields: object) =>
    response.write(
      `data: ${JSON.stringify({ id: "0", object: "chat.completion.chunk", created: 0, model: name, ...fields })}\n\n`,
    );
  const say = (delta: Delta, reason: string | null) =>
    send({ choices: [{ index: 0, delta, finish_reason: reason }] });
  let output = 0;
  const { metadata } = await completion.generateCompletionWithMeta(text, {
    ...SAMPLING,
    ...grammar,
    maxTokens: room,
    signal: gone.signal,
    stopOnAbortSignal: true,
    onTextChunk: (content: string) => say({ content }, null),
    onToken: (tokens: readonly number[]) => {
      output += tokens.length;
    },
  });
  say({}, metadata.stopReason === "maxTokens" ? "length" : "stop");
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  send({ choices: [], usage });
  response.end("data: [DONE]\n\n");
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) response.destroy();
  else json(response, status, { error: { message, type: "invalid_request_error" } });
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}
