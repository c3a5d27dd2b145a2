import type { CutQuestion, Handover, PaidTry, Tokens } from "../../runs/events/events.ts";
import type { ShownMemory } from "../../runs/events/memory.ts";
import type { ModelTurn, ToolCall } from "../../runs/events/tools.ts";
import type { Brief } from "../brief.ts";
import type { Prompt } from "../roles/role.ts";

/** Effort as providers spell it; null: the model's default. */
export type Effort = "low" | "medium" | "high" | "xhigh" | "max" | null;

/** A tool as a model is told of it; `parameters` is a JSON schema. */
export type ToolSpec = { name: string; description: string; parameters: Record<string, unknown> };

/** A picture for a model that sees. */
export type Picture = { mediaType: string; base64: string };

/** What came of one call; its text is harmless already (in a fence, where it comes from elsewhere). */
export type ToolAnswer = {
  call: ToolCall;
  text: string;
  isError: boolean;
  pictures: readonly Picture[];
};

/** One turn of the model and what it was answered; `note`: a word of ours behind the answers. */
export type Exchange = { turn: ModelTurn; answers: readonly ToolAnswer[]; note: string | null };

/** What was said after the question of a request, oldest first. */
export type Conversation = {
  tools: readonly ToolSpec[];
  /** Whether tools may be called in this reply. */
  mayCall: boolean;
  /** Whether calls are to be written in the text, for a model that makes none in the way of its provider. */
  asText: boolean;
  /** What is said behind the question: of the tools, and what mattered in turns that were left out; null: nothing. */
  digest: string | null;
  exchanges: readonly Exchange[];
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
  /** What earlier runs learned, as the prompt shows it; rule-based models read it here. */
  memories: readonly ShownMemory[];
  /** Whether the provider's own web search may be used for this answer. */
  webSearch: boolean;
  /** The conversation that follows the question; null: it is to be answered at once. */
  conversation: Conversation | null;
  /** Sites that such a search must leave out. */
  blockedDomains: readonly string[];
  /** Reasoning effort; null: the usual one of the role or the model. */
  effort: Effort;
  maxOutputTokens: number;
};

export type Reply = {
  text: string;
  /** The model that answered, as it names itself; `playbook` is named as such. */
  model: string;
  stop: "end" | "max-tokens" | "refusal";
  tokens: Tokens;
  /** Whether any of the tokens are our estimate, where the provider reports none. */
  estimated: boolean;
  /** Dollars; 0 for the playbook; null when the price is unknown. */
  usd: number | null;
  seconds: number;
  requestId: string | null;
  /** Pages a provider's own search cited. */
  sources: { url: string; title: string }[];
  /** Every call that was paid on the way; `tokens` and `usd` are their sum. */
  tries: PaidTry[];
  /** Who was asked before the one who answered, and why they did not. */
  handovers: Handover[];
  /** By how much the question was cut for the model that answered; null: it was asked in full. */
  cut: CutQuestion | null;
  /** In a conversation, what was called; null elsewhere. */
  turn: ModelTurn | null;
};

/** Upper bound of what one call uses. `usd` null: the price is unknown. */
export type CostBound = { tokens: number; usd: number | null };

/**
 * Asked before each call that may cost, with the most it can come to and the model: null allows it, else the name of
 * the limit it could exceed. What costs nothing does not ask.
 */
export type Allowance = (bound: CostBound, model: string) => Promise<string | null>;

/** Where nothing is limited. */
export const allowAll: Allowance = async () => null;

/** What the server behind a model was found to accept, by name, as far as it was used. */
export type Capabilities = Readonly<Record<string, string>>;

/** A model that reports what its server supports. */
export interface ReportingModel extends Model {
  capabilities(): Capabilities;
}

/**
 * Who answers. Throws `ModelUnavailable` once its own transport retries are spent; whatever it
 * throws carries the calls that were paid all the same.
 */
export interface Model {
  readonly name: string;
  ask(request: Request, signal: AbortSignal, allow?: Allowance): Promise<Reply>;
  /** Upper bound of the first call of `ask`, so that it can be reserved before; `allow` is asked for each one. */
  worstCase(request: Request): CostBound;
}
