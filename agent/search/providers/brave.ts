import * as z from "zod";
import { callJson } from "./call.ts";
import type { Provider } from "./provider.ts";

const Answer = z.object({
  // Absent when nothing was found.
  web: z
    .object({
      results: z.array(
        z.object({ title: z.string(), url: z.string(), description: z.string().default("") }),
      ),
    })
    .nullish(),
});

/** Brave Search: an index of its own. */
export function brave(key: string, baseUrl = "https://api.search.brave.com"): Provider {
  return {
    name: "brave",
    usdPerQuery: 0.005,
    finds: "pages",
    async find({ text, limit }, signal) {
      const url = new URL("/res/v1/web/search", baseUrl);
      url.searchParams.set("q", text.slice(0, 400));
      url.searchParams.set("count", String(Math.min(limit, 20)));
      url.searchParams.set("text_decorations", "false");
      const answer = await callJson(
        { url, headers: { "x-subscription-token": key }, signal },
        Answer,
      );
      return (answer.web?.results ?? []).map(({ title, url: at, description }) => ({
        title,
        url: at,
        snippet: description,
        text: null,
      }));
    },
  };
}
