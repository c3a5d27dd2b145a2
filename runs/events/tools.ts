import { z } from "zod";

/** One call of a tool, with its arguments as the model wrote them: JSON, where they can be read. */
export const ToolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() });
export type ToolCall = z.infer<typeof ToolCall>;

/** What a model said in a conversation with tools. */
export const ModelTurn = z.object({
  text: z.string(),
  calls: z.array(ToolCall),
  /** The message as its provider sent it, thinking included, and whose form that is; null where only the text counts. */
  raw: z.object({ protocol: z.string(), message: z.unknown() }).nullable(),
});
export type ModelTurn = z.infer<typeof ModelTurn>;
