import type OpenAI from "openai";
import type { Bill, Said } from "../conversation.ts";
import { estimateTokens } from "../pricing.ts";
import type { Turn } from "./request.ts";

type Chunk = OpenAI.ChatCompletionChunk;

/** A streamed reply, put together: words apart from thoughts, which no reader may ever take for an answer. */
export type Gathered = {
  text: string;
  thought: string;
  refusal: string;
  finish: string | null;
  model: string | null;
  usage: Partial<Usage> | null;
};

/** Usage as OpenAI tells it, and what others tell beside it. */
type Usage = OpenAI.CompletionUsage & { prompt_cache_hit_tokens?: number };

/** What servers put into a delta beside what OpenAI does. */
type Delta = {
  content?: string | { type?: string; text?: string }[] | null;
  refusal?: string | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
};

export function gatherReply(): Gathered & { add(chunk: Chunk): void } {
  return {
    text: "",
    thought: "",
    refusal: "",
    finish: null,
    model: null,
    usage: null,
    add(chunk) {
      this.model = chunk.model || this.model;
      if (chunk.usage) this.usage = chunk.usage;
      const [choice] = chunk.choices ?? [];
      if (choice === undefined) return;
      const delta: Delta = choice.delta ?? {};
      this.text += wordsOf(delta.content);
      this.refusal += delta.refusal ?? "";
      this.thought +=
        delta.reasoning_content ?? (typeof delta.reasoning === "string" ? delta.reasoning : "");
      this.finish = choice.finish_reason ?? this.finish;
    },
  };
}

/** Content comes as text, or as a list of parts of which some are thoughts. */
function wordsOf(content: Delta["content"]): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map(({ type, text }) => (type === "text" ? (text ?? "") : "")).join("");
}

/** A whole reply in words that hold for every provider. */
export function saidBy(
  gathered: Gathered,
  requestId: string | null,
  model: string,
  asked: string,
): Said<Turn> {
  const text = withoutThought(gathered.text);
  const ended = endOf(gathered);
  return {
    text: ended === "refused" ? "" : text,
    ended,
    bill: billOf(gathered, model, asked),
    requestId,
    cited: [],
    found: [],
    turn: { role: "assistant", content: text },
  };
}

/** Some servers leave thoughts in the text: a block of its own ahead, or only the end of one that the template opened. */
function withoutThought(text: string): string {
  const closed = /^\s*<think(?:ing)?>[\s\S]*?(?:<\/think(?:ing)?>|$)/u;
  if (closed.test(text)) return text.replace(closed, "").trimStart();
  const end = /<\/think(?:ing)?>/u.exec(text);
  return end === null || /<think/u.test(text)
    ? text
    : text.slice(end.index + end[0].length).trimStart();
}

/** Why a reply ended; a reason nobody knows is an end like any other. */
function endOf({ finish, refusal }: Gathered): Said<unknown>["ended"] {
  if (finish === "content_filter" || refusal !== "") return "refused";
  return finish === "length" || finish === "max_tokens" ? "cut" : "end";
}

/** The bill of a reply, complete or cut off; what the server does not tell is estimated, and marked so. */
export function billOf(gathered: Gathered, model: string, asked: string): Bill {
  const { usage, text, thought } = gathered;
  const prompt = usage?.prompt_tokens ?? 0;
  const completion = usage?.completion_tokens ?? 0;
  const isTold = prompt > 0 && (completion > 0 || text + thought === "");
  const cacheRead =
    usage?.prompt_tokens_details?.cached_tokens ?? usage?.prompt_cache_hit_tokens ?? 0;
  return {
    model: gathered.model ?? model,
    tokens: {
      input: isTold ? Math.max(0, prompt - cacheRead) : estimateTokens(asked),
      cacheRead: isTold ? cacheRead : 0,
      cacheWrite: 0,
      cacheWriteHour: 0,
      output: isTold ? completion : estimateTokens(text + thought),
      thinking:
        usage?.completion_tokens_details?.reasoning_tokens ??
        (isTold || thought === "" ? null : estimateTokens(thought)),
    },
    estimated: !isTold,
    webSearches: 0,
  };
}
