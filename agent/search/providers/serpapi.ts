import * as z from "zod";
import { callJson } from "./call.ts";
import { type Provider, ProviderFailed } from "./provider.ts";

const Answer = z.object({
  error: z.string().nullish(),
  organic_results: z
    .array(z.object({ title: z.string(), link: z.string(), snippet: z.string().default("") }))
    .default([]),
});

/** SerpAPI: Google's results. */
export function serpapi(key: string, baseUrl = "https://serpapi.com"): Provider {
  return {
    name: "serpapi",
    usdPerQuery: 0.025,
    finds: "pages",
    async find({ text, limit }, signal) {
      const url = new URL("/search.json", baseUrl);
      const asked = { engine: "google", q: text, num: String(Math.min(limit, 20)), api_key: key };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      const { error, organic_results } = await callJson({ url, signal }, Answer);
      // That nothing was found comes as an error, too.
      if (error && !/hasn't returned any results/u.test(error))
        throw new ProviderFailed("rejected", error);
      return organic_results
        .slice(0, limit)
        .map(({ title, link, snippet }) => ({ title, url: link, snippet, text: null }));
    },
  };
}
