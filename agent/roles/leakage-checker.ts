import * as z from "zod";
import type { RoleInputs, RoleOutputs } from "./inputs.ts";
import { code as codePart, compose } from "./prompt/compose.ts";
import { JSON_ONLY } from "./prompt/paragraphs.ts";
import { inline, section, some } from "./prompt/text.ts";
import { data, optionalText } from "./reply/readers.ts";
import type { Role } from "./role.ts";

const booleans: Record<string, boolean> = {
  yes: true,
  true: true,
  "yes data leakage": true,
  no: false,
  false: false,
  "no data leakage": false,
};

const Verdict: z.ZodType<RoleOutputs["leakage-checker"]> = z
  .object({
    leaky: z.preprocess(
      (value) =>
        typeof value === "string" ? (booleans[value.trim().toLowerCase()] ?? value) : value,
      z.boolean(),
    ),
    block: optionalText,
    why: optionalText,
  })
  .refine(({ leaky, block }) => !leaky || block.trim() !== "", "a leak needs its block");

const RULES =
  section(
    "Task",
    `Look for data leakage in the script below:
1. Is a model trained on validation or test rows, or on anything but the training rows?
2. Is preprocessing (scaling, imputing, encoding, selecting, statistics by group) of validation or test rows computed with those rows, or with targets of the very rows it is applied to?
3. Is the target, or what is derived from it or known only later, among the features?
4. Are weights, thresholds or a meta-learner fitted on predictions for rows the models were trained on?
Plain facts of the test inputs that need no label, such as a common set of category levels, are no leak.`,
  ) +
  section(
    "Answer",
    `${JSON_ONLY}
{"leaky": true, "block": "…", "why": "…"}
- block: if leaky, the lines that leak, copied exactly from the script, whole lines, as few as hold the fault; else "".
- why: one sentence.`,
  );

/** A_leakage, first call: whether a script learns from what it must not know, and where. */
export const leakageChecker: Role<RoleInputs["leakage-checker"], RoleOutputs["leakage-checker"]> = {
  name: "leakage-checker",
  prompt: ({ code, findings }) =>
    compose("leakage-checker", {
      rules: RULES,
      now: [
        codePart("Script", code),
        section(
          "Seen by static rules, perhaps wrongly",
          some(findings, 30, (each) => `- ${inline(each, 300)}`).join("\n"),
        ),
      ],
    }),
  reply: data(Verdict),
};
