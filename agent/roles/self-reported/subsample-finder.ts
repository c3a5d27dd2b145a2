import * as z from "zod";
import type { RoleInputs } from "../inputs.ts";
import { code as codePart, compose } from "../prompt/compose.ts";
import { JSON_ONLY } from "../prompt/paragraphs.ts";
import { section } from "../prompt/text.ts";
import { data } from "../reply/readers.ts";
import { type Role, Unreadable } from "../role.ts";

const answer = data(z.object({ block: z.string().nullable() }));

/** Finalization, self-reported: the block that works on a sample of the training rows, or null. */
export const subsampleFinder: Role<RoleInputs["subsample-finder"], string | null> = {
  name: "subsample-finder",
  prompt: ({ code }) =>
    compose("subsample-finder", {
      rules:
        section(
          "Task",
          "Find the lines of the script below that reduce the training rows to a sample (a cap on the rows, `.sample(…)`, `nrows=…`), if there are any. A train/validation split is none.",
        ) +
        section(
          "Answer",
          `${JSON_ONLY}
{"block": "…"}
- block: these lines, copied exactly from the script, whole lines; null if the script uses all training rows.`,
        ),
      now: [codePart("Script", code)],
    }),
  reply: {
    schema: answer.schema,
    read(text) {
      const found = answer.read(text);
      if (found instanceof Unreadable) return found;
      const isNone = found.block === null || /^(?:none|null)?$/iu.test(found.block.trim());
      return isNone ? null : found.block;
    },
  },
};
