import * as z from "zod";

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

/** A picture that a tool showed: a file of the training rows, and its hash. */
const ShownPicture = z.object({ file: z.string(), mediaType: z.string(), sha256: z.string() });

/** What the journal keeps of conversations with tools. */
export const toolEvents = {
  /** One call, once it counts: what was asked and what the model was answered. */
  "tool-called": z.object({
    role: z.string(),
    tool: z.string(),
    arguments: z.string(),
    /** The answer by the schema of the tool; null where it was refused. */
    value: z.unknown(),
    /** The answer in the words that the model read. */
    text: z.string(),
    isError: z.boolean(),
    pictures: z.array(ShownPicture),
    seconds: z.number(),
  }),
  /** The oldest turns of a conversation gave way to a digest of what mattered in them. */
  compacted: z.object({ turns: z.number(), tokens: z.number(), digest: z.string() }),
  /** One model's work ended, and another one goes on in the same workspace. */
  "handed-over": z.object({
    turn: z.number(),
    model: z.string(),
    /** Scripts that it had scored, and why its work ended. */
    attempts: z.number(),
    why: z.string(),
    note: z.string(),
  }),
} as const;
