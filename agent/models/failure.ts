import type { Verdict } from "./conversation.ts";

/** Where calls go, and the settings that a message tells the user to fix when they fail. */
export type Endpoint = {
  name: string;
  /** Null where the server needs none. */
  apiKey: string | null;
  idleMs: number;
  /** The names of the variables, and the flag that chooses another model. */
  keyName: string;
  urlName: string;
  chooseFlag: string;
  protocol: string;
};

/** A failure, in the fields that all SDKs have. */
export type Failure = {
  stalled: boolean;
  /** Why no connection was made; null: one was. */
  unreachable: string | null;
  /** HTTP status. Null: a stream broke without one; undefined: an error event in mid-stream. */
  status: number | null | undefined;
  /** The provider's own error type. */
  type: string | null;
  message: string;
};

const TRANSIENT =
  /^(?:overloaded(?:_error)?|api_error|rate_limit\w*|timeout\w*|server_error|internal\w*|service_unavailable\w*)$/iu;
const CONTEXT =
  /context[ _](?:length|window|size)|maximum context|prompt is too long|too many (?:input )?tokens/iu;

/** Decides what to do about a failure. The SDK has retried HTTP errors already; broken streams are retried by us. */
export function classifyFailure(failure: Failure, model: string, endpoint: Endpoint): Verdict {
  const { name, apiKey, idleMs, urlName, protocol } = endpoint;
  const message = redact(failure.message, apiKey);
  if (failure.stalled) return { kind: "retry", why: `${name} sent nothing for ${idleMs / 1000} s` };
  if (failure.unreachable !== null) {
    const why = redact(failure.unreachable, apiKey);
    return {
      kind: "give-up",
      why: `${name} cannot be reached (${why}): check the network and ${urlName}`,
    };
  }
  if (failure.status === null) {
    return {
      kind: "retry",
      why: `the answer of ${name} broke off (${message}); does it speak ${protocol}?`,
    };
  }
  if (failure.status === undefined) {
    const kind = TRANSIENT.test(failure.type ?? "") ? "retry" : "give-up";
    return { kind, why: `${name}: ${message}` };
  }
  return classifyStatus(failure.status, message, model, endpoint);
}

function classifyStatus(
  status: number,
  message: string,
  model: string,
  endpoint: Endpoint,
): Verdict {
  const { name, keyName, urlName, chooseFlag } = endpoint;
  switch (status) {
    case 400:
    case 422:
      return {
        kind: "rejected",
        message,
        why: isTooLong(message)
          ? `the question is longer than the context of model ${model} at ${name} (${status}): ${message}`
          : `${name} rejected the request (${status}): ${message}`,
      };
    case 401:
      return {
        kind: "give-up",
        why: `${name} does not accept the API key (401): set ${keyName} to a valid one`,
      };
    case 402:
      return { kind: "give-up", why: `${name} asks for payment (402): ${message}` };
    case 403:
      // An organization with web search switched off gets this status, too.
      return {
        kind: /web.?(?:search|fetch)/iu.test(message) ? "rejected" : "give-up",
        message,
        why: `the API key may not use model ${model} at ${name} (403): ${message}`,
      };
    case 404:
      return {
        kind: "give-up",
        why: `${name} has no model "${model}" (404): choose another with ${chooseFlag}, or check ${urlName}`,
      };
    case 413:
      return { kind: "give-up", why: `${name} rejects a request of this size (413): ${message}` };
    case 429:
      return {
        kind: "give-up",
        why: /quota|billing|credit/iu.test(message)
          ? `${name} has no credit left for this key (429): ${message}`
          : `${name} limits the rate (429), also after retries: wait, or raise your rate limit`,
      };
    default:
      return { kind: "give-up", why: `${name} failed (${status}): ${message}` };
  }
}

/** Whether an error message is about the length of the prompt. */
export function isTooLong(message: string): boolean {
  return CONTEXT.test(message);
}

/** `maximum context length is 8192 tokens … 9000 in the messages`, by other words too; null: the message names no such numbers. */
export function contextIn(message: string): { context: number; asked: number } | null {
  const limit = /(?:maximum|max|total)\D{0,40}?(\d[\d,]*)/iu.exec(message)?.[1];
  const asked =
    /(\d[\d,]*)(?: tokens)? (?:in|from|of) (?:the |your )?(?:messages|prompt|input)/iu.exec(
      message,
    )?.[1];
  if (limit === undefined || asked === undefined) return null;
  const [context = 0, used = 0] = [limit, asked].map((text) => Number(text.replaceAll(",", "")));
  return { context, asked: used };
}

/** A limit below this many tokens leaves no room for an answer. */
export const MIN_OUTPUT_TOKENS = 256;

/** The largest output that a rejection names: `max_tokens: 32000 > 8192, which is the maximum …`. Null: it names none. */
export function allowedOutputIn(message: string, sent: number): number | null {
  if (!/max_(?:completion_)?tokens/u.test(message)) return null;
  const allowed = [...message.matchAll(/\d[\d,]*/gu)]
    .map(([digits]) => Number(digits.replaceAll(",", "")))
    .filter((count) => count >= MIN_OUTPUT_TOKENS && count < sent);
  return allowed.length === 0 ? null : Math.max(...allowed);
}

/** The first line of an error message. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? "";
}

/** Why a connection failed: the innermost cause, since the outer ones carry no reason. */
export function rootOf(error: Error): string {
  const { cause } = error;
  const inner = cause instanceof Error ? (cause.cause ?? cause) : error;
  return inner instanceof Error
    ? inner.message || ("code" in inner ? String(inner.code) : inner.name)
    : error.message;
}

/** Removes the API key: some gateways quote it. */
function redact(text: string, apiKey: string | null): string {
  return apiKey === null || apiKey.length < 8 ? text : text.replaceAll(apiKey, "(key)");
}
