import type { RoleInputs } from "../inputs.ts";
import { code as codePart, compose } from "../prompt/compose.ts";
import { WHOLE_SCRIPT } from "../prompt/paragraphs.ts";
import { section } from "../prompt/text.ts";
import { oneCodeBlock } from "../reply/readers.ts";
import type { Role } from "../role.ts";

const RULES =
  section(
    "Task",
    "Make the script below, which is validated, write the submission: load the test data from ./input/, prepare it as the validation rows are prepared, predict every test row, and write ./submission.csv with the columns and ids of ./input/sample_submission.csv.",
  ) +
  section(
    "Rules",
    `- Change as little as possible: same features, same model, same settings. Once validated, the model may be trained again on all training rows.
- Keep printing \`Final Validation Performance: <number>\` from the validation rows, computed before any training on them.
- Leave no test row out and drop none. Let errors surface: no try/except that hides a failure, no exit().`,
  ) +
  section("Answer", WHOLE_SCRIPT);

/** Finalization, self-reported: the validated script, made to predict the test rows. */
export const testWriter: Role<RoleInputs["test-writer"], string> = {
  name: "test-writer",
  prompt: ({ code }) =>
    compose("test-writer", { rules: RULES, now: [codePart("Validated script", code)] }),
  reply: oneCodeBlock,
};
