import type { RoleInputs } from "./inputs.ts";
import { compose, data } from "./prompt/compose.ts";
import { SCRIPT_RULES, scoring, WHOLE_SCRIPT } from "./prompt/paragraphs.ts";
import { named, section } from "./prompt/text.ts";
import { oneCodeBlock } from "./reply/readers.ts";
import type { Role } from "./role.ts";

/** A_init, Algorithm 1: a first, simple solution from one model card. */
export const initializer: Role<RoleInputs["initializer"], string> = {
  name: "initializer",
  prompt: ({ card, mode, others }) =>
    compose("initializer", {
      rules:
        section(
          "Task",
          "Write a first solution of this competition with the model that is named below.",
        ) +
        section(
          "Rules",
          `- Use this model and no other; no ensembling, no search for hyper-parameters. Keep it simple, unless a full one is asked for below: sound preprocessing, sensible fixed settings, a loss that suits the metric.
- Use every table and column of the data that can help. Prefer PyTorch where a neural net is called for, on the GPU if there is one.
${scoring(mode)}
${SCRIPT_RULES}`,
        ) +
        section("Answer", WHOLE_SCRIPT),
      now: [
        section("Model", named(card.modelName)),
        data("Why this model", card.why, 1000),
        data("Example of its use", card.exampleCode, 8000),
        section(
          "Work of others",
          others.length === 0
            ? null
            : `Others begin with ${others.map(named).join(", ")}. Take another representation of the data, or another formulation of the target, than goes with those: results that err differently add up. A full solution is asked for: all the features that the data suggest, settings chosen with care.`,
        ),
      ],
    }),
  reply: oneCodeBlock,
};
