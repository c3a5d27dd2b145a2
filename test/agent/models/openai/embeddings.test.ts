import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { EmbeddingFailed } from "../../../../agent/memory/embedding.ts";
import { openAiEmbedder } from "../../../../agent/models/openai/embeddings.ts";

/** A server of the embeddings API on loopback; `vector` says what a text gets, null an error. */
async function server(vector: (text: string) => number[] | null) {
  const asked: { path: string; key: string; body: { model: string; input: string[] } }[] = [];
  const http = createServer(async (request, response) => {
    const body = (await json(request)) as { model: string; input: string[] };
    asked.push({ path: request.url ?? "", key: request.headers.authorization ?? "", body });
    const vectors = body.input.map(vector);
    const isFailed = vectors.includes(null);
    response.writeHead(isFailed ? 400 : 200, { "content-type": "application/json" });
    // Out of order, as some servers answer.
    const data = vectors
      .map((embedding, index) => ({ object: "embedding", index, embedding }))
      .reverse();
    response.end(
      JSON.stringify(isFailed ? { error: { message: "too long" } } : { object: "list", data }),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void http.close());
  const baseUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`;
  return { asked, options: { name: "embed", apiKey: "k", baseUrl } };
}

const signal = new AbortController().signal;

test("texts get the vectors of a server, in their order, at length 1, some at a time", async () => {
  const { asked, options } = await server((text) => [text.length, 0, 0]);
  const embedder = await openAiEmbedder(options);
  expect(embedder).toMatchObject({ name: "openai:embed", dimension: 3 });
  const vectors = await embedder.embed(
    Array.from({ length: 70 }, (_, each) => "x".repeat(each)),
    signal,
  );
  expect(vectors.length).toBe(70);
  for (const vector of vectors) expect([...vector]).toEqual([1, 0, 0]);
  expect(asked.map(({ path, key, body }) => [path, key, body.model, body.input.length])).toEqual([
    ["/v1/embeddings", "Bearer k", "embed", 1],
    ["/v1/embeddings", "Bearer k", "embed", 64],
    ["/v1/embeddings", "Bearer k", "embed", 6],
  ]);
});

test("an answer that cannot be used is said, and a server that never answers is refused at the start", async () => {
  const { options } = await server((text) =>
    text === "bad" ? null : text === "odd" ? [] : [1, 2],
  );
  const embedder = await openAiEmbedder(options);
  await expect(embedder.embed(["bad"], signal)).rejects.toThrow(EmbeddingFailed);
  await expect(embedder.embed(["odd"], signal)).rejects.toThrow(/no vector for each text/u);
  const { options: failing } = await server(() => null);
  await expect(openAiEmbedder(failing)).rejects.toThrow(
    /memoryEmbedding openai:embed cannot be used: .*too long/u,
  );
});
