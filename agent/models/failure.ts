import type { Verdict } from "./conversation.ts";

/** Where calls go, and what the user has to mend when they do not arrive. */
export type Place = {
  name: string;
  /** Null where the server needs none. */
  apiKey: string | null;
  idleMs: number;
  /** The names of the variables, and the flag that chooses another model. */
  keyName: string;
  urlName: string;
  choose: string;
  speaks: string;
};

/** A failure as every SDK tells it. */
export type Failure = {
  stalled: boolean;
  /** Nobody was there: the reason, else null. */
  unreachable: string | null;
  /** Null: no HTTP answer but a stream that broke; undefined: an error told in mid-stream. */
  status: number | null | undefined;
  /** The provider's word for the kind of error. */
  type: string | null;
  said: string;
};

const PASSING =
  /^(?:overloaded(?:_error)?|api_error|rate_limit\w*|timeout\w*|server_error|internal\w*|service_unavailable\w*)$/iu;
const CONTEXT =
  /context[ _](?:length|window|size)|maximum context|prompt is too long|too many (?:input )?tokens/iu;

/** Reads a failure. The SDK has retried HTTP errors already; streams that broke are ours to retry. */
export function judgeFailure(failure: Failure, model: string, place: Place): Verdict {
  const { name, apiKey, idleMs, urlName, speaks } = place;
  const said = redact(failure.said, apiKey);
  if (failure.stalled) return { kind: "again", why: `${name} was silent for ${idleMs / 1000} s` };
  if (failure.unreachable !== null) {
    const why = redact(failure.unreachable, apiKey);
    return {
      kind: "give-up",
      why: `${name} cannot be reached (${why}): check the network and ${urlName}`,
    };
  }
  if (failure.status === null) {
    return {
      kind: "again",
      why: `the answer of ${name} broke off (${said}); is it a server of ${speaks}?`,
    };
  }
  if (failure.status === undefined) {
    const kind = PASSING.test(failure.type ?? "") ? "again" : "give-up";
    return { kind, why: `${name}: ${said}` };
  }
  return judgeStatus(failure.status, said, model, place);
}

function judgeStatus(status: number, said: string, model: string, place: Place): Verdict {
  const { name, keyName, urlName, choose } = place;
  switch (status) {
    case 400:
    case 422:
      return {
        ...{ kind: "turned-down", said },
        why: isTooLong(said)
          ? `the question is longer than the context of model ${model} at ${name} (${status}): ${said}`
          : `${name} turned the request down (${status}): ${said}`,
      };
    case 401:
      return {
        kind: "give-up",
        why: `${name} does not accept the API key (401): set ${keyName} to a valid one`,
      };
    case 402:
      return { kind: "give-up", why: `${name} asks for payment (402): ${said}` };
    case 403:
      // An organisation that switched the search off answers so, too.
      return {
        kind: /web.?(?:search|fetch)/iu.test(said) ? "turned-down" : "give-up",
        said,
        why: `the API key may not use model ${model} at ${name} (403): ${said}`,
      };
    case 404:
      return {
        kind: "give-up",
        why: `${name} has no model "${model}" (404): choose another with ${choose}, or check ${urlName}`,
      };
    case 413:
      return { kind: "give-up", why: `${name} takes no question as large as this (413): ${said}` };
    case 429:
      return {
        kind: "give-up",
        why: /quota|billing|credit/iu.test(said)
          ? `${name} has no credit left for this key (429): ${said}`
          : `${name} limits the rate (429) and did not let up: wait, or raise the limit`,
      };
    default:
      return { kind: "give-up", why: `${name} failed (${status}): ${said}` };
  }
}

/** Whether a refusal is about the length of the question. */
export function isTooLong(said: string): boolean {
  return CONTEXT.test(said);
}

/** A limit below this many tokens leaves no room for an answer. */
export const MIN_OUTPUT_TOKENS = 256;

/** The most output that a refusal allows: `max_tokens: 32000 > 8192, which is the maximum …`. Null: it is about something else. */
export function allowedOutputIn(message: string, sent: number): number | null {
  if (!/max_(?:completion_)?tokens/u.test(message)) return null;
  const allowed = [...message.matchAll(/\d[\d,]*/gu)]
    .map(([digits]) => Number(digits.replaceAll(",", "")))
    .filter((count) => count >= MIN_OUTPUT_TOKENS && count < sent);
  return allowed.length === 0 ? null : Math.max(...allowed);
}

/** The first line of what an error says, and of what caused it. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? "";
}

/** Why a connection failed: the innermost reason, for the outer ones say no more than that it did. */
export function rootOf(error: Error): string {
  const { cause } = error;
  const inner = cause instanceof Error ? (cause.cause ?? cause) : error;
  return inner instanceof Error
    ? inner.message || ("code" in inner ? String(inner.code) : inner.name)
    : error.message;
}

/** Some gateways quote the key they were given. */
function redact(text: string, apiKey: string | null): string {
  return apiKey === null || apiKey.length < 8 ? text : text.replaceAll(apiKey, "(key)");
}
