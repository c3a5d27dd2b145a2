import type Anthropic from "@anthropic-ai/sdk";
import type { Call } from "../conversation.ts";
import type { Effort, Request } from "../model.ts";
import { strictSchema } from "../strict-schema.ts";
import { isInText, toolsAsText } from "../tool-text.ts";
import { clientTools, turnsOf } from "./turns.ts";

export type Turn = Anthropic.MessageParam;

/** What the server accepts as far as we know: everything at first, less with each rejection. */
export type Features = {
  /** Versions of the web tools not rejected yet, newest first. */
  webTools: readonly WebTools[];
  /** `supported`: the server lists it among its capabilities, so a role's usual effort may be set. */
  effort: "supported" | "unknown" | "refused";
  thinking: boolean;
  schemas: boolean;
  /** Lifetime of the cached brief; null: no cache marks, and plain texts. */
  cache: "1h" | "5m" | null;
  /** Largest output limit the server accepts, in tokens. */
  maxTokens: number;
  /** Whether tools of ours may be given, and pictures shown. */
  tools: boolean;
  pictures: boolean;
  /** Schemas, as JSON, that the server rejected. */
  refusedSchemas: readonly string[];
};

type WebTools = {
  search: "web_search_20260318" | "web_search_20250305";
  fetch: "web_fetch_20260318" | "web_fetch_20250910" | null;
};

/** Web searches and pages of one answer, and tokens read of a page. */
export const MAX_SEARCHES = 5;
export const MAX_FETCHES = 3;
export const TOKENS_PER_PAGE = 8000;

/** Roles that judge or summarize need less effort than those that write code; the others keep the model's default. */
const usualEffort: Readonly<Record<string, Effort>> = {
  summarizer: "low",
  consolidator: "low",
  reflector: "medium",
  "subsample-finder": "low",
  "subsample-remover": "low",
  extractor: "medium",
  "leakage-checker": "medium",
  "data-usage": "medium",
};

/** All features of the newest server, with the given lifetime of the cache. */
export function allFeatures(cache: "1h" | "5m"): Features {
  return {
    webTools: [
      { search: "web_search_20260318", fetch: "web_fetch_20260318" },
      { search: "web_search_20250305", fetch: "web_fetch_20250910" },
      { search: "web_search_20250305", fetch: null },
    ],
    effort: "unknown",
    thinking: false,
    schemas: true,
    cache,
    maxTokens: Number.MAX_SAFE_INTEGER,
    tools: true,
    pictures: true,
    refusedSchemas: [],
  };
}

/** The features, updated by what the server reports of the model. */
export function knownFeatures(features: Features, info: Anthropic.ModelInfo): Features {
  const { capabilities, max_tokens } = info;
  const isSupported = (support: { supported?: boolean } | null | undefined) =>
    support?.supported === true;
  return {
    ...features,
    maxTokens: max_tokens ?? features.maxTokens,
    ...(capabilities === null || capabilities === undefined
      ? {}
      : {
          effort: isSupported(capabilities.effort) ? ("supported" as const) : ("refused" as const),
          thinking: isSupported(capabilities.thinking?.types?.adaptive),
          schemas: isSupported(capabilities.structured_outputs),
          webTools: isSupported(capabilities.server_tools?.web_search) ? features.webTools : [],
        }),
  };
}

/**
 * The body of a call. What stays the same longest comes first, each part a cache can end at marked: the brief
 * (all roles), the role's rules, the code that is asked about again; then what changes. No sampling settings: the
 * API rejects them.
 */
export function messageParams(
  { request, turns, room }: Call<Turn>,
  model: string,
  features: Features,
): Anthropic.MessageCreateParamsStreaming {
  const format = outputFormat(request, features);
  const effort = effortOf(request, features);
  const { conversation } = request;
  const web = request.webSearch ? toolsOf(features.webTools[0], request.blockedDomains) : [];
  const own = clientTools(conversation, features);
  const tools = [...web, ...own];
  const said = turnsOf(conversation, protocolOf(model), features);
  return {
    model,
    max_tokens: Math.min(room, features.maxTokens),
    stream: true,
    system: systemOf(request, features),
    messages: [{ role: "user", content: questionOf(request, features) }, ...said, ...turns],
    ...(features.thinking ? { thinking: { type: "adaptive" } } : {}),
    ...(format === null && effort === null
      ? {}
      : { output_config: { ...(format && { format }), ...(effort && { effort }) } }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(own.length > 0 && conversation?.mayCall === false && { tool_choice: { type: "none" } }),
  };
}

/** Whose form of a message a turn is in. */
export function protocolOf(model: string): string {
  return `anthropic:${model}`;
}

/** The effort to ask for: the user's setting, else the role's usual one where the server supports it. */
export function effortOf(request: Request, { effort }: Features): Effort {
  if (effort === "refused") return null;
  return request.effort ?? (effort === "supported" ? (usualEffort[request.role] ?? null) : null);
}

/** The brief gets the long cache lifetime; the rules are read again soon. */
function systemOf({ brief, parts, conversation }: Request, { cache, tools }: Features) {
  const inText = conversation !== null && isInText(conversation, tools);
  const told = inText ? `\n\n${toolsAsText(conversation.tools)}` : "";
  const rules = parts.rules + told;
  if (cache === null) return rules === "" ? brief.text : `${brief.text}\n${rules}`;
  const marked = (text: string, ttl: "1h" | "5m") => ({
    type: "text" as const,
    text,
    cache_control: { type: "ephemeral" as const, ...(ttl === "1h" && { ttl }) },
  });
  return [marked(brief.text, cache), ...(rules === "" ? [] : [marked(rules, "5m")])];
}

function questionOf({ parts, conversation }: Request, { cache }: Features): Turn["content"] {
  const { script } = parts;
  const digest = conversation?.digest ?? null;
  const rest = digest === null ? parts.rest : `${parts.rest}\n${digest}`;
  if (cache === null || script === "") return script + rest;
  return [
    { type: "text", text: script, cache_control: { type: "ephemeral" } },
    ...(rest === "" ? [] : [{ type: "text" as const, text: rest }]),
  ];
}

function toolsOf(tools: WebTools | undefined, domains: readonly string[]): Anthropic.ToolUnion[] {
  if (tools === undefined) return [];
  const without = domains.length === 0 ? {} : { blocked_domains: [...domains] };
  const search = {
    type: tools.search,
    name: "web_search" as const,
    max_uses: MAX_SEARCHES,
    ...without,
  };
  if (tools.fetch === null) return [search];
  const limits = { max_uses: MAX_FETCHES, max_content_tokens: TOKENS_PER_PAGE, ...without };
  return [search, { type: tools.fetch, name: "web_fetch" as const, ...limits }];
}

/** The schema in the form the API takes, or null: none asked, not expressible, or rejected before. */
export function outputFormat(
  { schema }: Request,
  features: Features,
): Anthropic.JSONOutputFormat | null {
  if (schema === null || !features.schemas) return null;
  if (features.refusedSchemas.includes(JSON.stringify(schema))) return null;
  const made = strictSchema(schema);
  return made === null ? null : { type: "json_schema", schema: made };
}
