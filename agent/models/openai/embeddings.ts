import OpenAI, { APIError } from "openai";
import { UserError } from "../../../runs/errors.ts";
import { type Embedder, EmbeddingFailed, unit } from "../../memory/embedding.ts";
import { readAddress } from "../address.ts";

export type EmbeddingsOptions = {
  name: string;
  /** Null where the server needs none. */
  apiKey: string | null;
  /** Null: OpenAI's own. */
  baseUrl: string | null;
};

const OPENAI_URL = "https://api.openai.com/v1";
/** Texts of one call, and characters of each: servers cut or refuse longer ones. */
const BATCH = 64;
const MAX_CHARACTERS = 8_000;
const TIMEOUT_MS = 60_000;
const RETRIES = 3;

/**
 * Vectors from any server of the embeddings API: OpenAI, vLLM, Ollama, llama.cpp, TEI. How long they are is found by
 * asking for one. Throws `UserError` where the server cannot be asked at all.
 */
export async function openAiEmbedder(options: EmbeddingsOptions): Promise<Embedder> {
  const { url, authorization } = readAddress(options.baseUrl ?? OPENAI_URL, "memoryUrl");
  const client = new OpenAI({
    apiKey: options.apiKey ?? "none",
    baseURL: url,
    maxRetries: RETRIES,
    timeout: TIMEOUT_MS,
    logLevel: "off",
    ...(options.apiKey === null && { defaultHeaders: { authorization } }),
  });
  const { name } = options;
  const embed = async (texts: readonly string[], signal: AbortSignal) => {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += BATCH)
      vectors.push(...(await askFor(client, name, texts.slice(at, at + BATCH), signal)));
    return vectors;
  };
  const [probe] = await embed(["dimension"], new AbortController().signal).catch(
    (error: unknown) => {
      if (!(error instanceof EmbeddingFailed)) throw error;
      throw new UserError(`memoryEmbedding openai:${name} cannot be used: ${error.message}`);
    },
  );
  return { name: `openai:${name}`, dimension: probe?.length ?? 0, embed };
}

async function askFor(
  client: OpenAI,
  model: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Float32Array[]> {
  // An empty text is refused by some servers.
  const input = texts.map((text) => text.slice(0, MAX_CHARACTERS).trim() || "-");
  try {
    const { data } = await client.embeddings.create(
      { model, input, encoding_format: "float" },
      { signal },
    );
    const vectors = [...data]
      .sort((a, b) => a.index - b.index)
      .map(({ embedding }) => unit(Float32Array.from(embedding)));
    const [first] = vectors;
    const isWhole =
      vectors.length === texts.length &&
      first !== undefined &&
      first.length > 0 &&
      vectors.every((each) => each.length === first.length && each.every(Number.isFinite));
    if (!isWhole) throw new EmbeddingFailed("the server's answer holds no vector for each text");
    return vectors;
  } catch (error) {
    if (signal.aborted || !(error instanceof APIError)) throw error;
    throw new EmbeddingFailed(error.message);
  }
}
