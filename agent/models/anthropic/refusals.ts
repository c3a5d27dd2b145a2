import type { Call } from "../conversation.ts";
import { allowedOutputIn, isTooLong } from "../failure.ts";
import { pictureTokens } from "../tool-text.ts";
import { effortOf, type Features, outputFormat, type Turn } from "./request.ts";
import { clientTools } from "./turns.ts";

/**
 * The features without the part that the server's `message` names, else without the first optional part that was
 * sent. Null: no optional part is left.
 */
export function withoutRejected(
  call: Call<Turn>,
  features: Features,
  message: string,
): Features | null {
  const allowed = allowedOutputIn(message, Math.min(call.room, features.maxTokens));
  if (allowed !== null) return { ...features, maxTokens: allowed };
  if (isTooLong(message) || /credit|billing|quota/iu.test(message)) return null;
  const parts = sentParts(call, features);
  const rejected = parts.find((part) => part.named.test(message)) ?? parts[0];
  return rejected?.without ?? null;
}

type Part = { named: RegExp; without: Features };

/** The optional parts a request carries, how a server names each, and the features without it. */
function sentParts({ request }: Call<Turn>, features: Features): Part[] {
  const parts: Part[] = [];
  if (outputFormat(request, features) !== null) {
    const refusedSchemas = [...features.refusedSchemas, JSON.stringify(request.schema)];
    parts.push({
      named: /output_config\.format\.schema|schema/iu,
      without: { ...features, refusedSchemas },
    });
    // A server that does not know the field will reject every schema.
    parts.push({
      named: /output_config|output_format|structured|format/iu,
      without: { ...features, schemas: false },
    });
  }
  if (request.webSearch && features.webTools.length > 0) {
    parts.push({
      named: /web.?(?:search|fetch)|tools?\b/iu,
      without: { ...features, webTools: features.webTools.slice(1) },
    });
  }
  if (features.thinking)
    parts.push({ named: /thinking/iu, without: { ...features, thinking: false } });
  if (effortOf(request, features) !== null)
    parts.push({ named: /effort/iu, without: { ...features, effort: "refused" } });
  if (clientTools(request.conversation, features).length > 0)
    parts.push({ named: /\btools?\b/iu, without: { ...features, tools: false } });
  if (features.pictures && pictureTokens(request) > 0)
    parts.push({
      named: /image|vision|picture|media/iu,
      without: { ...features, pictures: false },
    });
  if (features.cache !== null) {
    const shorter = features.cache === "1h" ? "5m" : null;
    parts.push({
      named: /cache_control|cache|ttl|system|content/iu,
      without: { ...features, cache: shorter },
    });
  }
  return parts;
}
