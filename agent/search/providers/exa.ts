import * as z from "zod";
import { callJson } from "./call.ts";
import type { Provider } from "./provider.ts";

const Answer = z.object({
  results: z.array(
    z.object({
      title: z.string().nullish(),
      url: z.string(),
      text: z.string().nullish(),
      highlights: z.array(z.string()).nullish(),
    }),
  ),
});

const TEXT_CHARACTERS = 12_000;

/** Exa: finds by meaning and gives the pages' text along. */
export function exa(key: string, baseUrl = "https://api.exa.ai"): Provider {
  return {
    name: "exa",
    usdPerQuery: 0.005,
    finds: "pages",
    async find({ text, limit }, signal) {
      const answer = await callJson(
        {
          url: new URL("/search", baseUrl),
          headers: { "x-api-key": key },
          body: {
            query: text,
            type: "auto",
            numResults: Math.min(limit, 25),
            contents: { text: { maxCharacters: TEXT_CHARACTERS } },
          },
          signal,
        },
        Answer,
      );
      return answer.results.map((each) => ({
        title: each.title ?? each.url,
        url: each.url,
        snippet: each.highlights?.[0] ?? each.text?.slice(0, 300) ?? "",
        text: each.text ?? null,
      }));
    },
  };
}
