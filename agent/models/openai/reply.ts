import type OpenAI from "openai";
import type { Bill, TurnResult } from "../conversation.ts";
import { estimateTokens } from "../pricing.ts";
import { callsIn } from "../tool-text.ts";
import type { Turn } from "./request.ts";
import { addPiece, assistantTurn, type CallPiece, callsOf, type GatheredCall } from "./turns.ts";

type Chunk = OpenAI.ChatCompletionChunk;

/** A streamed reply, put together: text apart from reasoning, which must never be read as an answer. */
export type Gathered = {
  text: string;
  reasoning: string;
  refusal: string;
  finish: string | null;
  model: string | null;
  usage: Partial<Usage> | null;
  /** Calls by their place in the reply, and the field that its reasoning came in. */
  calls: Map<number, GatheredCall>;
  reasoningField: string;
};

/** Usage of OpenAI, and the extra fields of other servers. */
type Usage = OpenAI.CompletionUsage & { prompt_cache_hit_tokens?: number };

/** Fields of a delta, with those that other servers add. */
type Delta = {
  content?: string | { type?: string; text?: string }[] | null;
  refusal?: string | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
  tool_calls?: CallPiece[] | null;
};

/** `longest`: characters of the longer of what was said and what was thought. */
export function gatherReply(): Gathered & { add(chunk: Chunk): void; readonly longest: number } {
  return {
    text: "",
    reasoning: "",
    refusal: "",
    finish: null,
    model: null,
    usage: null,
    calls: new Map(),
    reasoningField: "reasoning_content",
    get longest() {
      const called = [...this.calls.values()].reduce((sum, call) => sum + call.arguments.length, 0);
      return Math.max(this.text.length + called, this.reasoning.length, this.refusal.length);
    },
    add(chunk) {
      this.model = chunk.model || this.model;
      if (chunk.usage) this.usage = chunk.usage;
      const [choice] = chunk.choices ?? [];
      if (choice === undefined) return;
      addDelta(this, choice.delta ?? {});
      this.finish = choice.finish_reason ?? this.finish;
    },
  };
}

function addDelta(gathered: Gathered, delta: Delta): void {
  gathered.text += textOf(delta.content);
  gathered.refusal += delta.refusal ?? "";
  for (const piece of delta.tool_calls ?? []) addPiece(gathered.calls, piece);
  const reasoning = typeof delta.reasoning === "string" ? delta.reasoning : null;
  if (reasoning !== null) gathered.reasoningField = "reasoning";
  gathered.reasoning += delta.reasoning_content ?? reasoning ?? "";
}

/** Content is a text, or a list of parts of which some are reasoning. */
function textOf(content: Delta["content"]): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map(({ type, text }) => (type === "text" ? (text ?? "") : "")).join("");
}

/** A reply in the form common to all providers. */
export function turnResultOf(
  gathered: Gathered,
  requestId: string | null,
  model: string,
  asked: string,
  inText = false,
): TurnResult<Turn> {
  const text = withoutReasoning(gathered.text);
  const ended = endOf(gathered);
  const reasoning = { field: gathered.reasoningField, text: gathered.reasoning };
  return {
    calls: inText ? callsIn(text) : callsOf(gathered.calls),
    areInText: inText,
    text: ended === "refused" ? "" : text,
    ended,
    bill: billOf(gathered, model, asked),
    requestId,
    cited: [],
    found: [],
    turn: assistantTurn(text, reasoning, gathered.calls),
  };
}

/** Removes reasoning that some servers leave in the text: a leading block, or only its end where the template opened it. */
function withoutReasoning(text: string): string {
  const closed = /^\s*<think(?:ing)?>[\s\S]*?(?:<\/think(?:ing)?>|$)/u;
  if (closed.test(text)) return text.replace(closed, "").trimStart();
  const end = /<\/think(?:ing)?>/u.exec(text);
  return end === null || /<think/u.test(text)
    ? text
    : text.slice(end.index + end[0].length).trimStart();
}

/** Why a reply ended; an unknown reason counts as a normal end. */
function endOf({ finish, refusal }: Gathered): TurnResult<unknown>["ended"] {
  if (finish === "content_filter" || refusal !== "") return "refused";
  return finish === "length" || finish === "max_tokens" ? "cut" : "end";
}

/** The bill of a reply, complete or cut off; missing usage is estimated, and marked so. */
export function billOf(gathered: Gathered, model: string, asked: string): Bill {
  const { usage, reasoning } = gathered;
  const called = [...gathered.calls.values()].map((call) => call.name + call.arguments);
  const text = gathered.text + called.join("");
  const prompt = usage?.prompt_tokens ?? 0;
  const completion = usage?.completion_tokens ?? 0;
  const hasUsage = prompt > 0 && (completion > 0 || text + reasoning === "");
  const cacheRead =
    usage?.prompt_tokens_details?.cached_tokens ?? usage?.prompt_cache_hit_tokens ?? 0;
  return {
    model: gathered.model ?? model,
    tokens: {
      input: hasUsage ? Math.max(0, prompt - cacheRead) : estimateTokens(asked),
      cacheRead: hasUsage ? cacheRead : 0,
      cacheWrite: 0,
      cacheWriteHour: 0,
      output: hasUsage ? completion : estimateTokens(text + reasoning),
      thinking:
        usage?.completion_tokens_details?.reasoning_tokens ??
        (hasUsage || reasoning === "" ? null : estimateTokens(reasoning)),
    },
    estimated: !hasUsage,
    webSearches: 0,
  };
}
