import * as z from "zod";

/** Where a value of a call comes from: `answer` of an earlier call, the `question`, what was `given` at the beginning, or the caller's `own`. */
export const Source = z.object({
  argument: z.string(),
  from: z.enum(["answer", "question", "given", "own"]),
  /** Of an answer: the call that gave it. */
  call: z.number().nullable(),
});
export type Source = z.infer<typeof Source>;

/** A call of the reference, as it was executed. */
export const TaskCall = z.object({
  id: z.number(),
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  nestedIn: z.number().nullable(),
  /** Calls of one turn with the same step are made in one reply. */
  step: z.number(),
  sources: z.array(Source),
});
export type TaskCall = z.infer<typeof TaskCall>;

export const TaskTurn = z.object({
  question: z.string(),
  /** What is missing, so that nothing may be called; null: nothing. */
  missing: z.object({ kind: z.enum(["function", "parameters"]), tool: z.string() }).nullable(),
  calls: z.array(TaskCall),
});
export type TaskTurn = z.infer<typeof TaskTurn>;

/** What a conversation left behind. */
export const FinalState = z.object({
  scripts: z.record(z.string(), z.string()),
  notes: z.array(z.object({ kind: z.string(), text: z.string() })),
  /** Code of every script that was scored or tried as a variant, and what came of it. */
  attempts: z.array(z.object({ code: z.string(), status: z.string() })),
  isOver: z.boolean(),
  /** Answers of tools that only look, by their hash. */
  looks: z.array(z.string()),
});
export type FinalState = z.infer<typeof FinalState>;

/** What is there before the first question. */
export const Given = z.enum(["nothing", "script", "solution"]);
export type Given = z.infer<typeof Given>;

/** A conversation that can be played by any model on its scratch competition, and what it is to leave behind. */
export const ToolTask = z.object({
  id: z.string(),
  split: z.enum(["train", "dev"]),
  competition: z.string(),
  /** Names of the tools that are listed. */
  tools: z.array(z.string()),
  given: Given,
  turns: z.array(TaskTurn),
  state: FinalState,
});
export type ToolTask = z.infer<typeof ToolTask>;

export type Message = { role: "system" | "user" | "assistant"; content: string };

/** One reply with calls: its text, calls included, and the answers in the words that the model reads. */
export type Step = {
  said: string;
  calls: {
    tool: string;
    arguments: Record<string, unknown> | null;
    isError: boolean;
    text: string;
  }[];
  answers: string;
};

/** A turn as it was played: replies with calls, then the last one without. */
export type PlayedTurn = { question: string; steps: Step[]; last: string };

/** A whole conversation; its beginning says which tools there are and what stands already. */
export type Played = { system: string; turns: PlayedTurn[] };

/** A conversation as messages. */
export function messagesOf({ system, turns }: Played): Message[] {
  return [
    { role: "system", content: system },
    ...turns.flatMap(({ question, steps, last }): Message[] => [
      { role: "user", content: question },
      ...steps.flatMap(({ said, answers }): Message[] => [
        { role: "assistant", content: said },
        { role: "user", content: answers },
      ]),
      { role: "assistant", content: last },
    ]),
  ];
}
