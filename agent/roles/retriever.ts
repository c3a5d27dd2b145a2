import * as z from "zod";
import type { SearchHit } from "../search/search.ts";
import type { ModelCard } from "../solution.ts";
import type { RoleInputs } from "./inputs.ts";
import { compose, data } from "./prompt/compose.ts";
import { JSON_ONLY } from "./prompt/paragraphs.ts";
import { clip, inline, section, some } from "./prompt/text.ts";
import { filled, list, optionalText } from "./reply/readers.ts";
import type { Role } from "./role.ts";

type Input = RoleInputs["retriever"];

const Card: z.ZodType<ModelCard> = z.object({
  modelName: filled,
  exampleCode: filled,
  family: filled,
  why: optionalText,
  sources: z.preprocess((value) => value ?? [], z.array(z.string())),
});

function hitText(hit: SearchHit): string {
  const facts = `kind: ${hit.kind}\ntitle: ${inline(hit.title, 200)}\nurl: ${inline(hit.url, 500)}\nfamily: ${inline(hit.family, 80)}\nlibrary: ${inline(hit.library, 80)}${hit.cost === "" ? "" : `\ncost: ${inline(hit.cost, 20)}`}`;
  const code = hit.code.trim() === "" ? "" : `\nexample:\n${clip(hit.code, 3000)}`;
  return `${facts}\n${clip(hit.text, 800)}${code}`;
}

const RULES =
  section(
    "Task",
    "Name the models you would try first on this competition, as many as it says below: effective, recent where recent is better, and as different from each other as good ones can be. Each must run with the installed packages and within the time limit.",
  ) +
  section(
    "Answer",
    `${JSON_ONLY}
{"cards": [{"modelName": "…", "exampleCode": "…", "family": "…", "why": "…", "sources": ["…"]}]}
- exampleCode: 5 to 25 lines of Python that show how this very model is built, fitted and asked for predictions. Mandatory: a link alone is not enough. It is tried on a few rows: \`train\` and \`test\` are the tables, \`X_train\`, \`X_test\` and \`y_train\` the same as numbers without gaps; whatever else it uses it must make itself.
- A technique that search found may be part of a card; by itself it is none.
- family: a short lower-case word for the kind of model, such as lightgbm, linear, mlp; take the search's word where there is one.
- why: one sentence on why it suits this data. sources: the urls you used, else [].
Order them best first.`,
  );

/** A_retriever, Algorithm 1: models that suit the task, each with code that shows how to call it. */
export const retriever: Role<Input, ModelCard[]> = {
  name: "retriever",
  prompt: ({ hits, exclude, ...wanted }) =>
    compose("retriever", {
      rules: RULES,
      again: [
        data(
          "Found by search",
          hits.length === 0 ? null : some(hits, 40, hitText).join("\n\n"),
          48_000,
        ),
      ],
      now: [
        section("Models wanted", wantedText(wanted)),
        section(
          "Families taken already",
          exclude.length === 0
            ? null
            : `Name none of these: ${some(exclude, 40, (family) => inline(family, 80)).join(", ")}.`,
        ),
      ],
    }),
  reply: list("cards", Card),
};

/** How many cards, and for whom: one question may ask for several tracks. */
function wantedText({ count, spare, tracks }: Omit<Input, "hits" | "exclude">): string {
  const total = count * tracks.length + spare;
  const [first] = tracks;
  if (tracks.length === 1)
    return `${total}. This is track ${first}; other tracks work beside it, so do not all name the same.`;
  return `${total}, for ${tracks.length} tracks that each begin with ${count} and work side by side: the first ${count} are for the first track, the next ${count} for the second, and so on; the last ${spare} are spare. Within a track the best comes first. Give each track a strong model and no two tracks the same: where both would like one kind, let their representations of the rows or the target differ.`;
}
