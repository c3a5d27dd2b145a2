import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";

/**
 * A schema in the form that structured outputs take, or null where it cannot be expressed: the prompt asks
 * for the same form in words. Limits that cannot be enforced move into descriptions; the reader checks them again.
 */
export function strictSchema(schema: Record<string, unknown>): Record<string, unknown> | null {
  try {
    return { ...transformJSONSchema(schema) };
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
