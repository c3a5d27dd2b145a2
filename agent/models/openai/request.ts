import type OpenAI from "openai";
import type { Call } from "../conversation.ts";
import { allowedOutputIn, contextIn, isTooLong, MIN_OUTPUT_TOKENS } from "../failure.ts";
import type { Request } from "../model.ts";
import { strictSchema } from "../strict-schema.ts";
import { isInText, pictureTokens, toolsAsText } from "../tool-text.ts";
import { functionTools, turnsOf } from "./turns.ts";

export type Turn = OpenAI.ChatCompletionMessageParam;

/** What the server accepts as far as we know: everything at first, less with each rejection. */
export type Features = {
  /** How the length of a reply is limited; servers know one name, or the other, or none. */
  room: "max_tokens" | "max_completion_tokens" | null;
  hasOtherRoom: boolean;
  /** Whether usage may be asked for in a stream. */
  usage: boolean;
  json: "schema" | "object" | null;
  /** Schemas, as JSON, that the server rejected. */
  refusedSchemas: readonly string[];
  effort: boolean;
  /** Some chat templates have no system message: the brief then begins the user message. */
  system: boolean;
  /** Whether the rules of a role stand with the brief, as they do for most, or with the question. */
  rulesWithBrief: boolean;
  /** Whether tools may be given, and pictures shown. */
  tools: boolean;
  pictures: boolean;
  maxTokens: number;
};

export function allFeatures(isOpenAi: boolean, rulesWithBrief = true): Features {
  return {
    // Most servers ignore unknown fields, but OpenAI's own models reject the older name.
    room: isOpenAi ? "max_completion_tokens" : "max_tokens",
    hasOtherRoom: true,
    usage: true,
    json: "schema",
    refusedSchemas: [],
    effort: true,
    system: true,
    rulesWithBrief,
    tools: true,
    pictures: true,
    maxTokens: Number.MAX_SAFE_INTEGER,
  };
}

/** The body of a call: brief and rules first, byte-stable, so that a server that caches prefixes by itself can. */
export function chatParams(
  call: Call<Turn>,
  model: string,
  features: Features,
): OpenAI.ChatCompletionCreateParamsStreaming {
  const { request, turns, room } = call;
  const { brief, parts, effort, conversation } = request;
  const inText = conversation !== null && isInText(conversation, features.tools);
  const rules = parts.rules + (inText ? `\n\n${toolsAsText(conversation.tools)}` : "");
  const before = features.rulesWithBrief ? rules : "";
  const system = before === "" ? brief.text : `${brief.text}\n${before}`;
  const digest = conversation?.digest ?? null;
  const own = features.rulesWithBrief ? "" : rules;
  const question = own + parts.script + parts.rest + (digest === null ? "" : `\n${digest}`);
  const said = [...turnsOf(conversation, protocolOf(model), features), ...turns];
  const tools = functionTools(conversation, features);
  const format = formatOf(request, features);
  return {
    model,
    stream: true,
    messages: features.system
      ? [{ role: "system", content: system }, { role: "user", content: question }, ...said]
      : [{ role: "user", content: `${system}\n${question}` }, ...said],
    ...(features.usage && { stream_options: { include_usage: true } }),
    ...(features.room !== null && { [features.room]: Math.min(room, features.maxTokens) }),
    ...(format !== null && { response_format: format }),
    ...(tools.length > 0 && { tools }),
    ...(tools.length > 0 && conversation?.mayCall === false && { tool_choice: "none" as const }),
    ...(effort !== null &&
      features.effort && { reasoning_effort: effort === "max" ? "xhigh" : effort }),
  };
}

/** Whose form of a message a turn is in. */
export function protocolOf(model: string): string {
  return `openai:${model}`;
}

type Format = NonNullable<OpenAI.ChatCompletionCreateParams["response_format"]>;

function formatOf({ schema, role }: Request, { json, refusedSchemas }: Features): Format | null {
  if (schema === null || json === null) return null;
  const strict = refusedSchemas.includes(JSON.stringify(schema)) ? null : strictSchema(schema);
  if (json === "object" || strict === null) return { type: "json_object" };
  const name = role.replace(/[^\w-]/gu, "_");
  return { type: "json_schema", json_schema: { name, schema: strict, strict: true } };
}

/** Servers count a few tokens more than they tell. */
const SPARE_TOKENS = 16;

/** The features without the part that the server's `message` names, else without the first optional part; null: none is left. */
export function withoutRejected(
  call: Call<Turn>,
  features: Features,
  message: string,
): Features | null {
  const sent = Math.min(call.room, features.maxTokens);
  if (isTooLong(message)) {
    const found = contextIn(message);
    const left = found === null ? null : found.context - found.asked - SPARE_TOKENS;
    return left !== null && left >= MIN_OUTPUT_TOKENS && left < sent
      ? { ...features, maxTokens: left }
      : null;
  }
  const allowed = allowedOutputIn(message, sent);
  if (allowed !== null) return { ...features, maxTokens: allowed };
  if (/credit|billing|quota/iu.test(message)) return null;
  const parts = sentParts(call, features);
  const rejected = parts.find((part) => part.named.test(message)) ?? parts[0];
  return rejected?.without ?? null;
}

type Part = { named: RegExp; without: Features };

/** The optional parts a request carries, how a server names each, and the features without it. */
function sentParts({ request }: Call<Turn>, features: Features): Part[] {
  const parts: Part[] = [];
  const format = formatOf(request, features);
  if (format?.type === "json_schema") {
    const refusedSchemas = [...features.refusedSchemas, JSON.stringify(request.schema)];
    parts.push({
      named: /schema for|invalid schema|schema must/iu,
      without: { ...features, refusedSchemas },
    });
    parts.push({
      named: /json_schema|response_format|grammar|guided|structured/iu,
      without: { ...features, json: "object" },
    });
  } else if (format !== null)
    parts.push({ named: /json_object|response_format/iu, without: { ...features, json: null } });
  if (request.effort !== null && features.effort)
    parts.push({ named: /reasoning|effort/iu, without: { ...features, effort: false } });
  if (functionTools(request.conversation, features).length > 0)
    parts.push({
      named: /\btools?\b|tool_|function|jinja/iu,
      without: { ...features, tools: false },
    });
  if (features.pictures && pictureTokens(request) > 0)
    parts.push({
      named: /image|vision|multi-?modal|picture/iu,
      without: { ...features, pictures: false },
    });
  if (features.usage)
    parts.push({ named: /stream_options|include_usage/iu, without: { ...features, usage: false } });
  if (features.room !== null) {
    const other = features.room === "max_tokens" ? "max_completion_tokens" : "max_tokens";
    const room = features.hasOtherRoom ? other : null;
    parts.push({
      named: /max_(?:completion_)?tokens/iu,
      without: { ...features, room, hasOtherRoom: false },
    });
  }
  if (features.system) parts.push({ named: /system/iu, without: { ...features, system: false } });
  return parts;
}
