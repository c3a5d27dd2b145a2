import { APIConnectionError, APIError } from "@anthropic-ai/sdk";
import type { Broken } from "./anthropic/stream.ts";
import { type Failure, firstLine, rootOf } from "./failure.ts";

/** What the SDK's error tells, in words that hold for every provider. */
export function failureOf({ error, stalled }: Broken): Failure {
  const said =
    error instanceof APIError ? (error.apiMessage ?? firstLine(error)) : firstLine(error);
  return {
    stalled,
    unreachable: error instanceof APIConnectionError ? rootOf(error) : null,
    status: error instanceof APIError ? error.status : null,
    type: error instanceof APIError ? error.type : null,
    said: firstLine(said),
  };
}
