import * as z from "zod";
import type { RoleInputs, RoleOutputs } from "../inputs.ts";
import { compose } from "../prompt/compose.ts";
import { JSON_ONLY } from "../prompt/paragraphs.ts";
import { clip, inline, section, some, untrusted } from "../prompt/text.ts";
import { filled, list } from "../reply/readers.ts";
import type { Role } from "../role.ts";

const Topic = z.object({
  kind: z.enum(["lesson", "pitfall", "data-fact", "verdict"]),
  title: filled,
  text: filled,
  facts: z.array(z.number().int()).min(1),
});

const RULES =
  section(
    "Task",
    `The run is over. Below stand the facts that it measured. Write down what another run on another competition could use, by topic: facts on one topic make one item, a fact that helps nobody else makes none.
- lesson: a change, where in the script, what it gained, under which conditions. pitfall: an error and what mended it. data-fact: something of such data that a solution must heed. verdict: how well a model did, and at what cost.
- Failures count as much as gains: say what did not help.
- No value of a row, no name of a column that only this competition has.`,
  ) +
  section(
    "Answer",
    `${JSON_ONLY}
{"items": [{"kind": "lesson", "title": "…", "text": "…", "facts": [0, 3]}]}
- title: the topic in a few words. text: two to four sentences.
- facts: numbers of the facts that it rests on, all of one kind; an item without facts is dropped. Nothing to learn: {"items": []} is not allowed; name the one most useful fact.`,
  );

/** Facts that a prompt lists. */
const MAX_FACTS = 60;

/** Prospective reflection of RMM: the run as topics, each with what it rests on. */
export const reflector: Role<RoleInputs["reflector"], RoleOutputs["reflector"]> = {
  name: "reflector",
  prompt: ({ facts }) =>
    compose("reflector", {
      rules: RULES,
      now: [
        section(
          "Facts",
          untrusted(
            some(
              facts.map((fact, number) => ({ ...fact, number })),
              MAX_FACTS,
              ({ number, kind, title, text, where }) =>
                `[${number}] ${kind}${where === null ? "" : ` at ${inline(where, 80)}`}: ${inline(title, 160)}. ${clip(inline(text, 800), 800)}`,
            ).join("\n"),
          ),
        ),
      ],
    }),
  reply: list("items", Topic),
};
