import type Anthropic from "@anthropic-ai/sdk";
import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";
import type { Request } from "./model.ts";

/** Effort as the API spells it; null leaves the model's own default. */
export type Effort = "low" | "medium" | "high" | "xhigh" | "max" | null;

/** What the server was found to accept. Starts hopeful, shrinks when a request is turned down. */
export type Features = {
  /** Versions of the search tool still worth a try, newest first. */
  searchTools: readonly SearchTool[];
  effort: Effort;
  /** Most output tokens the server lets one ask for. */
  maxTokens: number;
  /** Schemas, as JSON, that were turned down. */
  refusedSchemas: readonly string[];
};

type SearchTool = "web_search_20260318" | "web_search_20250305";

/** Searches one answer may make. */
export const MAX_SEARCHES = 5;

/** Everything on: what a request to the newest server may use. */
export function allFeatures(effort: Effort, maxTokens: number): Features {
  return {
    searchTools: ["web_search_20260318", "web_search_20250305"],
    effort,
    maxTokens,
    refusedSchemas: [],
  };
}

/** The body of a call: the brief as cached prefix, then the turns; no sampling settings, they are errors now. */
export function messageParams(
  request: Request,
  model: string,
  turns: Anthropic.MessageParam[],
  features: Features,
): Anthropic.MessageStreamParams {
  const format = outputFormat(request, features);
  const { effort } = features;
  const tool = request.webSearch ? features.searchTools[0] : undefined;
  return {
    model,
    max_tokens: Math.min(request.maxOutputTokens, features.maxTokens),
    system: [{ type: "text", text: request.brief.text, cache_control: { type: "ephemeral" } }],
    messages: turns,
    ...(format === null && effort === null
      ? {}
      : { output_config: { ...(format && { format }), ...(effort && { effort }) } }),
    ...(tool === undefined
      ? {}
      : { tools: [{ type: tool, name: "web_search" as const, max_uses: MAX_SEARCHES }] }),
  };
}

/**
 * What to leave out after a request was turned down with `why`: what the server names, else the first
 * optional part that was sent. Null: nothing optional is to blame.
 */
export function withoutBlamed(request: Request, features: Features, why: string): Features | null {
  const lower = lowerMaxTokens(request, features, why);
  if (lower !== null) return lower;
  if (/too long|context (?:window|length)|credit|billing|quota/iu.test(why)) return null;
  const parts = sentParts(request, features);
  const blamed = parts.find((part) => part.named.test(why)) ?? parts[0];
  return blamed?.without ?? null;
}

/** The optional parts a request carries, how a server names each, and the features without it. */
function sentParts(request: Request, features: Features): { named: RegExp; without: Features }[] {
  const parts: { named: RegExp; without: Features }[] = [];
  if (outputFormat(request, features) !== null) {
    const refusedSchemas = [...features.refusedSchemas, JSON.stringify(request.schema)];
    parts.push({
      named: /output_config\.format|output_format|json_schema|schema|structured/iu,
      without: { ...features, refusedSchemas },
    });
  }
  if (request.webSearch && features.searchTools.length > 0) {
    parts.push({
      named: /web.?search|tools?\b/iu,
      without: { ...features, searchTools: features.searchTools.slice(1) },
    });
  }
  if (features.effort !== null) {
    parts.push({ named: /effort/iu, without: { ...features, effort: null } });
  }
  return parts;
}

/** `max_tokens: 32000 > 8192, which is the maximum …` names the most that may be asked. */
function lowerMaxTokens(request: Request, features: Features, why: string): Features | null {
  if (!why.includes("max_tokens")) return null;
  const sent = Math.min(request.maxOutputTokens, features.maxTokens);
  const allowed = [...why.matchAll(/\d[\d,]*/gu)]
    .map(([digits]) => Number(digits.replaceAll(",", "")))
    .filter((count) => count > 0 && count < sent);
  return allowed.length === 0 ? null : { ...features, maxTokens: Math.max(...allowed) };
}

/** The schema in the form the API takes, or null: none asked, not expressible, or turned down before. */
function outputFormat(request: Request, features: Features): Anthropic.JSONOutputFormat | null {
  const { schema } = request;
  if (schema === null || features.refusedSchemas.includes(JSON.stringify(schema))) return null;
  const made = strictSchema(schema);
  return made === null ? null : { type: "json_schema", schema: made };
}

/** Limits the API cannot enforce move into descriptions; the reader checks them again. */
function strictSchema(schema: Record<string, unknown>): Record<string, unknown> | null {
  try {
    return { ...transformJSONSchema(schema) };
  } catch (error) {
    // A schema it cannot express is no fault: the prompt asks for the same form in words.
    if (error instanceof Error) return null;
    throw error;
  }
}
