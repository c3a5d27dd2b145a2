import { z } from "zod";
import type { SearchHit } from "../search/search.ts";
import type { ModelCard } from "../solution.ts";
import type { RoleInputs } from "./inputs.ts";
import { JSON_ONLY } from "./paragraphs.ts";
import { filled, list, optionalText } from "./readers.ts";
import type { Role } from "./role.ts";
import { clip, section, untrusted } from "./text.ts";

const Card: z.ZodType<ModelCard> = z.object({
  modelName: filled,
  exampleCode: filled,
  family: filled,
  why: optionalText,
  sources: z.preprocess((value) => value ?? [], z.array(z.string())),
});

function hitText(hit: SearchHit, index: number): string {
  const facts = `[${index + 1}] ${hit.title}\nurl: ${hit.url}\nfamily: ${hit.family}\nlibrary: ${hit.library}`;
  const code = hit.code.trim() === "" ? "" : `\nexample:\n${clip(hit.code, 3000)}`;
  return `${facts}\n${clip(hit.text, 800)}${code}`;
}

/** A_retriever, Algorithm 1: models that suit the task, each with code that shows how to call it. */
export const retriever: Role<RoleInputs["retriever"], ModelCard[]> = {
  name: "retriever",
  prompt: ({ count, hits, exclude, track }) =>
    section(
      "Task",
      `Name the ${count} models you would try first on this competition: effective, recent where recent is better, and as different from each other as good ones can be. Each must run with the installed packages and within the time limit. This is track ${track}; other tracks work beside it, so do not all name the same.`,
    ) +
    section(
      "Families taken already",
      exclude.length === 0 ? null : `Name none of these: ${exclude.join(", ")}.`,
    ) +
    section(
      "Found by search",
      hits.length === 0 ? null : untrusted(hits.map(hitText).join("\n\n")),
    ) +
    section(
      "Answer",
      `${JSON_ONLY}
{"cards": [{"modelName": "…", "exampleCode": "…", "family": "…", "why": "…", "sources": ["…"]}]}
- exampleCode: 5 to 25 lines of Python that show how this very model is built, fitted and asked for predictions. Mandatory: a link alone is not enough.
- family: a short lower-case word for the kind of model, such as lightgbm, linear, mlp; take the search's word where there is one.
- why: one sentence on why it suits this data. sources: the urls you used, else [].
Order them best first.`,
    ),
  reply: list("cards", Card),
};
