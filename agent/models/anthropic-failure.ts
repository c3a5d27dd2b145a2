import { APIConnectionError, APIError } from "@anthropic-ai/sdk";
import type { Broken, Connection } from "./anthropic-stream.ts";
import type { Verdict } from "./conversation.ts";

const PASSING = new Set(["overloaded_error", "api_error", "rate_limit_error", "timeout_error"]);

/** Reads a failure. The SDK has retried HTTP errors already; streams that broke are ours to retry. */
export function judgeFailure(
  { error, stalled }: Broken,
  model: string,
  connection: Connection,
): Verdict {
  const place = connection.baseUrl ?? "the Anthropic API";
  const said = redact(messageOf(error), connection.apiKey);
  if (stalled) {
    return { kind: "again", why: `${place} was silent for ${connection.idleMs / 1000} s` };
  }
  if (error instanceof APIConnectionError) {
    return {
      kind: "give-up",
      why: `${place} cannot be reached (${redact(causeOf(error), connection.apiKey)}): check the network and ANTHROPIC_BASE_URL`,
    };
  }
  if (!(error instanceof APIError)) {
    return {
      kind: "again",
      why: `the answer of ${place} broke off (${said}); is it a server of the Messages API?`,
    };
  }
  return error.status === undefined
    ? { kind: PASSING.has(error.type ?? "") ? "again" : "give-up", why: `${place}: ${said}` }
    : judgeStatus(error.status, model, place, said);
}

function judgeStatus(status: number, model: string, place: string, said: string): Verdict {
  switch (status) {
    case 400:
    case 422:
      return { kind: "turned-down", why: `${place} turned the request down (${status}): ${said}` };
    case 401:
      return {
        kind: "give-up",
        why: `${place} does not accept the API key (401): set ANTHROPIC_API_KEY to a valid one`,
      };
    case 402:
      return { kind: "give-up", why: `${place} asks for payment (402): ${said}` };
    case 403:
      // An organisation that switched the search off answers so, too.
      return {
        kind: /web.?search/iu.test(said) ? "turned-down" : "give-up",
        why: `the API key may not use model ${model} at ${place} (403): ${said}`,
      };
    case 404:
      return {
        kind: "give-up",
        why: `${place} has no model "${model}" (404): choose another with --model anthropic:<name>, or check ANTHROPIC_BASE_URL`,
      };
    case 429:
      return {
        kind: "give-up",
        why: `${place} limits the rate (429) and did not let up: wait, or raise the limit`,
      };
    default:
      return { kind: "give-up", why: `${place} failed (${status}): ${said}` };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof APIError && error.apiMessage !== null) return error.apiMessage;
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? "";
}

function causeOf(error: APIConnectionError): string {
  const { cause } = error;
  const inner = cause instanceof Error ? (cause.cause ?? cause) : error;
  return inner instanceof Error
    ? inner.message || ("code" in inner ? String(inner.code) : inner.name)
    : error.message;
}

/** Some gateways quote the key they were given. */
function redact(text: string, apiKey: string): string {
  return apiKey.length < 8 ? text : text.replaceAll(apiKey, "(key)");
}
