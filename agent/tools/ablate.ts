import * as z from "zod";
import { defineTool, Refused, SolutionId } from "./tool.ts";

/** Variants that one call may try: each is an attempt. */
const MAX_VARIANTS = 4;

/** Variants of a scored solution with one passage changed each, and what that cost. */
export const ablate = defineTool({
  name: "ablate",
  description:
    "Score variants of a scored solution, each with one passage changed or taken out, paired over the same rows: what each passage is worth. Each variant counts as an attempt.",
  use: "work",
  isRepeated: true,
  after: null,
  input: z.strictObject({
    solution: SolutionId,
    variants: z
      .array(
        z.strictObject({
          what: z.string().min(1).max(200).describe("what is changed"),
          old: z.string().min(1).max(100_000).describe("the passage as it stands, whole lines"),
          new: z.string().max(100_000),
        }),
      )
      .min(1)
      .max(MAX_VARIANTS),
  }),
  output: z.object({
    solution: SolutionId,
    variants: z.array(
      z.object({
        what: z.string(),
        solution: SolutionId,
        status: z.string(),
        score: z.number().nullable(),
        loss: z.number().nullable(),
        standardError: z.number().nullable(),
      }),
    ),
  }),
  async run({ solution, variants }, { scoring, run }) {
    if (scoring === null) return new Refused("nothing can be scored here");
    const base = scoring.attempts.find((each) => each.solution.id === solution);
    if (base === undefined || base.evaluation.score === null)
      return new Refused(`${JSON.stringify(solution)} is no scored solution of yours`);
    const refusal = scoring.refusal();
    if (refusal !== null) return new Refused(refusal);
    const made: { what: string; code: string }[] = [];
    for (const { what, old, new: replacement } of variants) {
      const span = run.python.findBlock(base.solution.code, old);
      if ("problem" in span) return new Refused(`${what}: ${span.problem}`);
      const code = run.python.replaceSpan(base.solution.code, span, replacement);
      if (typeof code !== "string") return new Refused(`${what}: ${code.problem}`);
      made.push({ what, code });
    }
    const lost = await scoring.ablate(base, made);
    if (lost === null) return new Refused("the budget is over: nothing more is scored", true);
    const lines = lost.map(({ what, solution: variant, score, status, loss, standardError }) => {
      const within = standardError === null ? "" : ` (standard error ${standardError.toFixed(5)})`;
      const change =
        loss === null ? "" : `${loss > 0 ? "loses" : "gains"} ${Math.abs(loss).toFixed(5)}`;
      const effect = loss === null ? status : `${change}${within}, scores ${score}`;
      return `${JSON.stringify(what)} (${variant}): ${effect}`;
    });
    return { value: { solution, variants: lost }, text: lines.join("\n") };
  },
});
