import type Anthropic from "@anthropic-ai/sdk";
import type { Call } from "../conversation.ts";
import type { Effort, Request } from "../model.ts";
import { strictSchema } from "../strict-schema.ts";

export type Turn = Anthropic.MessageParam;

/** What the server was found to accept. Starts hopeful, shrinks when a request is turned down. */
export type Features = {
  /** Versions of the web tools still worth a try, newest first. */
  webTools: readonly WebTools[];
  /** `told`: the server names it among its capabilities, so that a role's usual effort may be asked for. */
  effort: "told" | "unknown" | "refused";
  thinking: boolean;
  schemas: boolean;
  /** How long the brief may be kept; null: nothing is marked, and texts are sent in their plainest form. */
  cache: "1h" | "5m" | null;
  /** Most output tokens the server lets one ask for. */
  maxTokens: number;
  /** Schemas, as JSON, that were turned down. */
  refusedSchemas: readonly string[];
};

type WebTools = {
  search: "web_search_20260318" | "web_search_20250305";
  fetch: "web_fetch_20260318" | "web_fetch_20250910" | null;
};

/** Searches and pages one answer may ask for, and how much of a page is read. */
export const MAX_SEARCHES = 5;
export const MAX_FETCHES = 3;
export const TOKENS_PER_PAGE = 8000;

/** Roles that judge or retell need less thought than those that write; what is not named keeps the model's own default. */
const usualEffort: Readonly<Record<string, Effort>> = {
  summariser: "low",
  "subsample-finder": "low",
  "subsample-remover": "low",
  extractor: "medium",
  "leakage-checker": "medium",
  "data-usage": "medium",
};

/** Everything on: what a request to the newest server may use, `cache` as long as the run's pauses call for. */
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
    refusedSchemas: [],
  };
}

/** The features without what the server says it lacks, and with what only it can know. */
export function knownFeatures(features: Features, info: Anthropic.ModelInfo): Features {
  const { capabilities, max_tokens } = info;
  const isTold = (support: { supported?: boolean } | null | undefined) =>
    support?.supported === true;
  return {
    ...features,
    maxTokens: max_tokens ?? features.maxTokens,
    ...(capabilities === null || capabilities === undefined
      ? {}
      : {
          effort: isTold(capabilities.effort) ? ("told" as const) : ("refused" as const),
          thinking: isTold(capabilities.thinking?.types?.adaptive),
          schemas: isTold(capabilities.structured_outputs),
          webTools: isTold(capabilities.server_tools?.web_search) ? features.webTools : [],
        }),
  };
}

/**
 * The body of a call. What stays the same longest comes first, each part a cache can end at marked: the brief
 * (all roles), the role's rules, the code that is asked about again; then what changes. No sampling settings:
 * they are errors now.
 */
export function messageParams(
  { request, turns, room }: Call<Turn>,
  model: string,
  features: Features,
): Anthropic.MessageCreateParamsStreaming {
  const format = outputFormat(request, features);
  const effort = effortOf(request, features);
  const tools = request.webSearch ? toolsOf(features.webTools[0], request.blockedDomains) : [];
  return {
    model,
    max_tokens: Math.min(room, features.maxTokens),
    stream: true,
    system: systemOf(request, features),
    messages: [{ role: "user", content: questionOf(request, features) }, ...turns],
    ...(features.thinking ? { thinking: { type: "adaptive" } } : {}),
    ...(format === null && effort === null
      ? {}
      : { output_config: { ...(format && { format }), ...(effort && { effort }) } }),
    ...(tools.length === 0 ? {} : { tools }),
  };
}

/** The effort to ask for: what the user set, else what suits the role where the server tells that it knows effort. */
export function effortOf(request: Request, { effort }: Features): Effort {
  if (effort === "refused") return null;
  return request.effort ?? (effort === "told" ? (usualEffort[request.role] ?? null) : null);
}

/** The brief is kept for as long as an execution may keep its next reader waiting; the other parts are read again soon. */
function systemOf({ brief, parts }: Request, { cache }: Features) {
  if (cache === null) return parts.rules === "" ? brief.text : `${brief.text}\n${parts.rules}`;
  const marked = (text: string, ttl: "1h" | "5m") => ({
    type: "text" as const,
    text,
    cache_control: { type: "ephemeral" as const, ...(ttl === "1h" && { ttl }) },
  });
  const rules = parts.rules === "" ? [] : [marked(parts.rules, "5m")];
  return [marked(brief.text, cache), ...rules];
}

function questionOf({ parts: { script, rest } }: Request, { cache }: Features): Turn["content"] {
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
    ...{ type: tools.search, name: "web_search" as const, max_uses: MAX_SEARCHES },
    ...without,
  };
  if (tools.fetch === null) return [search];
  const limits = { max_uses: MAX_FETCHES, max_content_tokens: TOKENS_PER_PAGE, ...without };
  return [search, { type: tools.fetch, name: "web_fetch" as const, ...limits }];
}

/** The schema in the form the API takes, or null: none asked, not expressible, or turned down before. */
export function outputFormat(
  { schema }: Request,
  features: Features,
): Anthropic.JSONOutputFormat | null {
  if (schema === null || !features.schemas) return null;
  if (features.refusedSchemas.includes(JSON.stringify(schema))) return null;
  const made = strictSchema(schema);
  return made === null ? null : { type: "json_schema", schema: made };
}
