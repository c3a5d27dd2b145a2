import * as z from "zod";
import { defineTool, NewScriptName, Refused, ScriptName, SolutionId } from "./tool.ts";
import type { ToolContext } from "./tool-context.ts";

/** Longest script that is kept, in characters. */
const MAX_CODE = 200_000;

/** A whole script, new or in place of an older one. */
export const writeScript = defineTool({
  name: "write_script",
  description:
    "Write a whole script under a name of yours, new or over an older one. It is not scored yet: score does that.",
  use: "work",
  isRepeated: true,
  after: null,
  input: z.strictObject({
    script: NewScriptName,
    code: z.string().min(1).max(MAX_CODE),
    based_on: SolutionId.optional().describe("the scored solution that it comes from, if any"),
    change: z.string().max(600).default("").describe("what is new in it, in one sentence"),
  }),
  output: z.object({ script: ScriptName, lines: z.number() }),
  async run({ script, code, based_on, change }, context) {
    const parent = based_on ?? context.workspace.scripts.get(script)?.parent ?? null;
    if (parent !== null && !context.run.evaluated.has(parent))
      return new Refused(`there is no solution ${JSON.stringify(parent)} to come from`);
    const problem = syntaxOf(context, code);
    if (problem !== null) return new Refused(`${problem}; nothing was written`);
    context.workspace.scripts.set(script, { code, parent, change });
    const lines = code.split("\n").length;
    return { value: { script, lines }, text: `${script}: ${lines} lines written, not scored yet` };
  },
});

/** What is wrong with the syntax of a script, or null. */
export function syntaxOf({ run }: ToolContext, code: string): string | null {
  const error = run.python.hasSyntaxError(code);
  return error === null ? null : `SyntaxError at line ${error.line}: ${error.text}`;
}
