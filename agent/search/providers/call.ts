import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import type * as z from "zod";
import { ProviderFailed } from "./provider.ts";

export type Call = {
  url: URL;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  /** Sent as JSON, or as a form when it is URLSearchParams. */
  body?: object | URLSearchParams;
  signal: AbortSignal;
};

const SECONDS = 20;
const TRIES = 3;
const MAX_BYTES = 8 << 20;
/** Longest `retry-after` that is waited for. */
const MAX_RETRY_AFTER_SECONDS = 20;

/** The answer of a provider's API as text; transient failures are retried. Throws `ProviderFailed`. */
export async function callText(call: Call): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const answer = await callOnce(call);
    if (typeof answer === "string") return answer;
    const waitSeconds = answer.waitSeconds ?? 2 ** (attempt - 1);
    if (attempt === TRIES || waitSeconds > MAX_RETRY_AFTER_SECONDS) throw answer.failure;
    await sleep(waitSeconds * 1000, undefined, { signal: call.signal });
  }
}

/** The same as data of a known shape. */
export async function callJson<T>(call: Call, shape: z.ZodType<T>): Promise<T> {
  const text = await callText(call);
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ProviderFailed("malformed", `the answer is not JSON: ${text.slice(0, 80).trim()}`);
  }
  const parsed = shape.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
  throw new ProviderFailed("malformed", `unexpected form of the answer: ${where}`);
}

/** A failure worth a retry, and the seconds to wait where the server names them. */
type Retryable = { failure: ProviderFailed; waitSeconds: number | null };

async function callOnce(call: Call): Promise<string | Retryable> {
  const deadline = AbortSignal.any([call.signal, AbortSignal.timeout(SECONDS * 1000)]);
  try {
    const response = await send(call, deadline);
    const text = await readText(response.body);
    if (response.statusCode < 300) return text;
    return refusal(response.statusCode, headerOf(response.headers["retry-after"]), text);
  } catch (error) {
    if (call.signal.aborted || error instanceof ProviderFailed) throw error;
    if (deadline.aborted) throw new ProviderFailed("unreachable", `no answer within ${SECONDS} s`);
    const failure = new ProviderFailed("unreachable", reasonOf(error));
    // Without a network a retry a second later fails as well.
    if (PERMANENT_CODES.has(codeOf(error))) throw failure;
    return { failure, waitSeconds: null };
  }
}

function send({ url, method, headers, body }: Call, signal: AbortSignal) {
  const isForm = body instanceof URLSearchParams;
  const { address, authorization } = withoutUser(url);
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
  return request(address, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      "user-agent": "mle-star/0.1",
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": type }),
      ...(authorization !== null && { authorization }),
      ...headers,
    },
    body: body === undefined ? null : isForm ? body.toString() : JSON.stringify(body),
    signal,
  });
}

/** User and password of an address go as a header. */
function withoutUser(url: URL): { address: URL; authorization: string | null } {
  if (url.username === "" && url.password === "") return { address: url, authorization: null };
  const address = new URL(url);
  const user = [url.username, url.password].map((part) => decodeURIComponent(part)).join(":");
  [address.username, address.password] = ["", ""];
  return { address, authorization: `Basic ${Buffer.from(user).toString("base64")}` };
}

const PERMANENT_CODES = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ENETUNREACH",
  "EHOSTUNREACH",
]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const blocks: Buffer[] = [];
  let size = 0;
  for await (const block of body) {
    size += block.length;
    if (size > MAX_BYTES) throw new ProviderFailed("malformed", "the answer is too large");
    blocks.push(block);
  }
  return Buffer.concat(blocks).toString("utf8");
}

/** An error status: thrown where a retry cannot help, else returned. */
function refusal(code: number, retryAfter: string | null, text: string): Retryable {
  const body = text.replaceAll(/\s+/gu, " ").trim().slice(0, 160);
  const message = `HTTP ${code}${body === "" ? "" : `: ${body}`}`;
  if (code === 401 || code === 403) throw new ProviderFailed("key", message);
  if (code === 429)
    return { failure: new ProviderFailed("quota", message), waitSeconds: secondsOf(retryAfter) };
  if (code >= 500)
    return {
      failure: new ProviderFailed("unreachable", message),
      waitSeconds: secondsOf(retryAfter),
    };
  throw new ProviderFailed("rejected", message);
}

function headerOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

function secondsOf(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Failures of several addresses come as one error without a message.
  const [first] = error instanceof AggregateError ? error.errors : [];
  const text = error.message === "" ? String(first ?? error.name) : error.message;
  return text.split("\n")[0] ?? "";
}
