import * as z from "zod";
import { defineTool, Refused, SolutionId } from "./tool.ts";

/** The end of the work: what was scored stands. */
export const submit = defineTool({
  name: "submit",
  description:
    "End your work with what stands: the harness also scores blends of the scored scripts, checks the best of all on rows kept aside, and submits the best script unchanged, or the blend. Call it only when nothing worth trying is left.",
  use: "work",
  isRepeated: true,
  after: "solution",
  input: z.strictObject({
    note: z.string().max(1000).default("").describe("what whoever goes on should know"),
  }),
  output: z.object({ best: SolutionId.nullable() }),
  async run({ note }, { scoring, workspace }) {
    const best = scoring?.best?.solution.id ?? null;
    if (best === null && (scoring?.attempts.length ?? 0) === 0)
      return new Refused("nothing was scored yet: write a script and score it first");
    if (note !== "") workspace.notes.push({ kind: "fact", text: note });
    return { value: { best }, text: "the work is over", ends: true };
  },
});
