import type { Brief } from "../brief.ts";
import type { Prompt } from "../roles/role.ts";

export type Tokens = {
  /** Input that was neither read from nor written to the cache. */
  input: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
};

/** One question to a model. `brief.text` is the byte-stable prefix of every request of a run. */
export type Request = {
  /** Place in the algorithm and journal key. */
  at: string;
  role: string;
  brief: Brief;
  /** The whole question; `parts` is the same text, cut where a cache may end. */
  prompt: string;
  parts: Prompt;
  /** JSON schema of the answer where the answer is data, else null. */
  schema: Record<string, unknown> | null;
  /** The role's own input the prompt was rendered from; rule-based models read it, language models ignore it. */
  input: unknown;
  /** Whether the provider's own web search may be used for this answer. */
  webSearch: boolean;
  maxOutputTokens: number;
};

export type Reply = {
  text: string;
  /** The model that answered, as it names itself; `playbook` is named as such. */
  model: string;
  stop: "end" | "max-tokens" | "refusal";
  tokens: Tokens;
  /** Dollars; 0 for the playbook; null when the price is unknown. */
  usd: number | null;
  seconds: number;
  requestId: string | null;
  /** Pages a provider's own search cited. */
  sources: { url: string; title: string }[];
};

/** Who answers (design §6). Throws `ModelUnavailable` once its own transport retries are spent. */
export interface Model {
  readonly name: string;
  ask(request: Request, signal: AbortSignal): Promise<Reply>;
  /** Upper bound of what `ask` could cost, checked against the caps before it is sent; null: price unknown. */
  worstCase(request: Request): { tokens: number; usd: number | null };
}
