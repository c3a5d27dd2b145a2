import * as z from "zod";
import type { EventValue } from "../../runs/events/events.ts";
import type { ToolSpec } from "../models/model.ts";
import type { ToolContext } from "./tool-context.ts";

/** What a call came to; `ends`: the model's work is over. */
export type Done<Value> = {
  value: Value;
  /** What the model reads; what comes from elsewhere stands in a fence. */
  text: string;
  pictures?: EventValue<"tool-called">["pictures"];
  ends?: boolean;
};

/** A call that cannot be done, and why: the model may mend it, unless `ends` says that its work is over. */
export class Refused {
  readonly why: string;
  readonly ends: boolean;
  constructor(why: string, ends = false) {
    this.why = why;
    this.ends = ends;
  }
}

/**
 * A tool as models may call it, with the types of what goes in and what comes out: the titles in its schemas say what a
 * value is (`script`, `solution`, `file`, `column`), so that the output of one tool can be seen to fit another's input.
 */
export type Tool = {
  name: string;
  description: string;
  input: z.ZodObject;
  output: z.ZodType;
  /** Who may use it: whoever looks before an answer, too, or only who works with scripts. */
  use: "look" | "work";
  /** Whether it is done again when its conversation is gone through again: its effects are steps of the journal of their own. */
  isRepeated: boolean;
  /** Title of what must have been made before, though it is not handed over; null: nothing. */
  after: string | null;
  /** Does a call with the arguments as they came, JSON read. */
  call(given: unknown, context: ToolContext, at: string): Promise<Done<unknown> | Refused>;
};

/** What a value is, as the schemas of tools name it. */
export const ScriptName = z
  .string()
  .regex(/^[\w.-]{1,60}$/u, "letters, digits, dots, dashes, at most 60")
  .meta({ title: "script" });
/** A name that is given anew: no output of another tool has to hold it. */
export const NewScriptName = ScriptName.meta({ title: "new script" });
export const SolutionId = z.string().min(1).max(200).meta({ title: "solution" });
export const FileName = z.string().min(1).max(500).meta({ title: "file" });
export const ColumnName = z.string().min(1).max(200).meta({ title: "column" });

/** A tool from typed parts: what its `run` gets has passed the schema. */
export function defineTool<In extends z.ZodObject, Out extends z.ZodType>({
  run,
  ...tool
}: Omit<Tool, "call" | "input" | "output"> & {
  input: In;
  output: Out;
  run(input: z.infer<In>, context: ToolContext, at: string): Promise<Done<z.infer<Out>> | Refused>;
}): Tool {
  return {
    ...tool,
    async call(given, context, at) {
      const parsed = tool.input.safeParse(given);
      if (parsed.success) return run(parsed.data, context, at);
      const problems = parsed.error.issues.map(
        ({ path, message }) => `${path.length === 0 ? "arguments" : path.join(".")}: ${message}`,
      );
      return new Refused(`the arguments do not fit: ${problems.slice(0, 5).join("; ")}`);
    },
  };
}

/** A tool as a model is told of it. */
export function specOf({ name, description, input }: Tool): ToolSpec {
  const { $schema: _, ...parameters } = z.toJSONSchema(input, { io: "input" });
  return { name, description, parameters };
}
