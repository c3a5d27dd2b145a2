import type { Request } from "./model.ts";

/** What a question needs that is asked outside of a run: no web, no memories, no tools, the model's own effort. */
type Plain = "webSearch" | "memories" | "conversation" | "blockedDomains" | "effort";

export function plainRequest(asked: Omit<Request, Plain>): Request {
  return {
    ...asked,
    webSearch: false,
    memories: [],
    conversation: null,
    blockedDomains: [],
    effort: null,
  };
}
