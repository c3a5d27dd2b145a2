import * as z from "zod";
import { untrusted } from "../roles/prompt/text.ts";
import type { Evaluated } from "../solution.ts";
import { defineTool, Refused, ScriptName, SolutionId } from "./tool.ts";
import type { Gained, Scored } from "./tool-context.ts";

/** Characters of the reason why a script was not scored. */
const MAX_REASON = 6000;

/** The referee's score. */
export const score = defineTool({
  name: "score",
  description:
    "Have the referee run a script of yours and score it on rows that it has never seen. Counts as an attempt: the more attempts, the more of the best score is luck. Only scored scripts can become the submission.",
  use: "work",
  isRepeated: true,
  after: null,
  input: z.strictObject({ script: ScriptName }),
  output: z.object({
    solution: SolutionId,
    status: z.string(),
    score: z.number().nullable(),
    interval: z.tuple([z.number(), z.number()]).nullable(),
    seconds: z.number(),
    isBest: z.boolean(),
    gain: z.number().nullable(),
    standardError: z.number().nullable(),
  }),
  async run({ script }, { scoring, workspace }) {
    const draft = workspace.scripts.get(script);
    if (scoring === null) return new Refused("nothing can be scored here");
    if (draft === undefined) return new Refused(`there is no script ${script}; write it first`);
    const same = scoring.attempts.find(({ solution }) => solution.code === draft.code);
    if (same !== undefined)
      return new Refused(`this very script was scored already, as ${same.solution.id}`);
    const refusal = scoring.refusal();
    if (refusal !== null) return new Refused(refusal);
    const scored = await scoring.score(draft);
    if (scored === null) return new Refused("the budget is over: nothing more is scored", true);
    const { evaluated, isBest, gained } = scored;
    workspace.scripts.set(script, { ...draft, parent: evaluated.solution.id, change: "" });
    const { status, score: value, interval, seconds } = evaluated.evaluation;
    const solution = evaluated.solution.id;
    const { gain = null, standardError = null } = gained ?? {};
    const found = {
      solution,
      status,
      score: value,
      interval,
      seconds,
      isBest,
      gain,
      standardError,
    };
    return { value: found, text: textOf(scored, scoring.best) };
  },
});

function textOf({ evaluated, isBest, gained }: Scored, best: Evaluated | null) {
  const { solution, evaluation } = evaluated;
  const { status, score: value, interval, seconds, reason, warning } = evaluation;
  const within = interval === null ? "" : ` (95 % interval ${interval[0]} to ${interval[1]})`;
  const result = value === null ? status.replaceAll("-", " ") : `${value}${within}`;
  const place =
    value === null
      ? ""
      : isBest
        ? "\nIt is the best so far."
        : `\nThe best so far stays ${best?.solution.id}: ${best?.evaluation.score}.`;
  const why = reason === null ? "" : `\n${untrusted(reason.slice(-MAX_REASON))}`;
  const warned = warning === null ? "" : `\n${untrusted(warning.slice(0, 1000))}`;
  return `${solution.id}: ${result}, ${seconds.toFixed(1)} s${gainText(gained)}${place}${why}${warned}`;
}

/** Row by row, so that it is surer than the difference of two intervals. */
function gainText(gained: Gained | null): string {
  if (gained === null) return "";
  const { over, gain, standardError } = gained;
  const within = standardError === null ? "" : ` (standard error ${standardError.toFixed(5)})`;
  return `\nOn the same rows it ${gain < 0 ? "loses" : "gains"} ${Math.abs(gain).toFixed(5)}${within} against ${over}.`;
}
