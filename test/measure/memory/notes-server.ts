import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** Radians between one text and the next; float32 tells them apart. */
const STEP = 0.005;

/**
 * A server of the embeddings API by whose vectors whatever came last is nearest to any question: a folder of notes that
 * nobody ranks. It goes on at `turn`, the texts that it has been given before.
 */
export async function startNotes(turn: number) {
  let texts = turn;
  const server = createServer(async (request, response) => {
    const { input } = JSON.parse(await text(request)) as { input: readonly string[] };
    const data = input.map((_, index) => {
      const angle = STEP * texts++;
      return { object: "embedding", index, embedding: [Math.cos(angle), Math.sin(angle)] };
    });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ object: "list", model: "notes", data, usage: {} }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    texts: () => texts,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}
