import * as z from "zod";
import { defineTool, Refused, ScriptName } from "./tool.ts";
import { syntaxOf } from "./write-script.ts";

/** A passage of a script, replaced. */
export const editBlock = defineTool({
  name: "edit_block",
  description:
    "Replace one passage of a script of yours: `old` as it stands there, whole lines, in one place only. It is not scored yet.",
  use: "work",
  isRepeated: true,
  after: null,
  input: z.strictObject({
    script: ScriptName,
    old: z.string().min(1).max(100_000),
    new: z.string().max(100_000),
    change: z.string().max(600).default("").describe("what this is to do, in one sentence"),
  }),
  output: z.object({ script: ScriptName, lines: z.number() }),
  async run({ script, old, new: replacement, change }, context) {
    const draft = context.workspace.scripts.get(script);
    if (draft === undefined)
      return new Refused(`there is no script ${script}; list_files names them`);
    const { python } = context.run;
    const span = python.findBlock(draft.code, old);
    if ("problem" in span) return new Refused(`old: ${span.problem}`);
    const code = python.replaceSpan(draft.code, span, replacement);
    if (typeof code !== "string") return new Refused(code.problem);
    const problem = syntaxOf(context, code);
    if (problem !== null) return new Refused(`${problem}; nothing was changed`);
    const changes = [draft.change, change].filter((each) => each !== "").join("; ");
    context.workspace.scripts.set(script, { ...draft, code, change: changes });
    const lines = code.split("\n").length;
    return { value: { script, lines }, text: `${script}: changed, ${lines} lines, not scored yet` };
  },
});
