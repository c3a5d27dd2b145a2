import * as z from "zod";
import { callJson } from "./call.ts";
import type { Provider } from "./provider.ts";

const Answer = z.object({
  results: z.array(z.object({ title: z.string(), url: z.string(), content: z.string() })),
});

/** Tavily: a search made for agents, with cleaned excerpts. One credit a question. */
export function tavily(key: string, baseUrl = "https://api.tavily.com"): Provider {
  return {
    name: "tavily",
    usdPerQuery: 0.008,
    finds: "pages",
    async find({ text, limit }, signal) {
      const answer = await callJson(
        {
          url: new URL("/search", baseUrl),
          headers: { authorization: `Bearer ${key}` },
          body: {
            query: text.slice(0, 400),
            max_results: Math.min(limit, 20),
            search_depth: "basic",
          },
          signal,
        },
        Answer,
      );
      return answer.results.map(({ title, url, content }) => ({
        title,
        url,
        snippet: content,
        text: null,
      }));
    },
  };
}
