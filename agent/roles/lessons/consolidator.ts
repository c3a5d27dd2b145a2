import * as z from "zod";
import type { RoleInputs, RoleOutputs } from "../inputs.ts";
import { compose } from "../prompt/compose.ts";
import { JSON_ONLY } from "../prompt/paragraphs.ts";
import { clip, inline, section, untrusted } from "../prompt/text.ts";
import { list, optionalText } from "../reply/readers.ts";
import type { Role } from "../role.ts";

const Operation = z.object({
  operation: z.preprocess(
    (value) => (typeof value === "string" ? value.toLowerCase().replace(/\(.*$/u, "") : value),
    z.enum(["add", "merge", "delete", "nothing"]),
  ),
  index: z.preprocess((value) => value ?? null, z.number().int().nullable()),
  text: optionalText,
});

const RULES =
  section(
    "Task",
    `A new item is to go into a memory of lessons. Beside it stand the items nearest to it. Decide what becomes of it:
- add: it is a topic of its own.
- merge: it is on the topic of an item: both become one, with a text that says what both say. Where they contradict each other, the text names the conditions of each; drop neither.
- delete: the item at the index is proved wrong or out of date by the new one. Only together with add or merge.
- nothing: an item says it already, and the new one adds no measurement.`,
  ) +
  section(
    "Answer",
    `${JSON_ONLY}
{"operations": [{"operation": "merge", "index": 1, "text": "…"}]}
- index: the number of the item, for merge and delete; else null. text: the whole new text, for merge; else "".`,
  );

function itemText({ kind, title, text }: RoleInputs["consolidator"]["item"]): string {
  return `${kind}: ${inline(title, 160)}\n${clip(text, 1_500)}`;
}

/** The second half of prospective reflection: a new item against its nearest neighbors. */
export const consolidator: Role<RoleInputs["consolidator"], RoleOutputs["consolidator"]> = {
  name: "consolidator",
  prompt: ({ item, neighbors }) =>
    compose("consolidator", {
      rules: RULES,
      now: [
        section("New item", untrusted(itemText(item))),
        section(
          "Items near it",
          untrusted(neighbors.map((each, index) => `[${index}] ${itemText(each)}`).join("\n\n")),
        ),
      ],
    }),
  reply: list("operations", Operation),
};
