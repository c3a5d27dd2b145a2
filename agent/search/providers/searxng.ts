import * as z from "zod";
import { callJson } from "./call.ts";
import { type Provider, ProviderFailed } from "./provider.ts";

const Answer = z.object({
  results: z.array(z.object({ title: z.string(), url: z.string(), content: z.string().nullish() })),
});

/** A SearXNG of the user's own: no key, on premises. */
export function searxng(baseUrl: string): Provider {
  return {
    name: "searxng",
    usdPerQuery: 0,
    finds: "pages",
    async find({ text, limit }, signal) {
      const url = new URL("search", baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
      url.searchParams.set("q", text);
      url.searchParams.set("format", "json");
      try {
        const { results } = await callJson({ url, signal }, Answer);
        return results
          .slice(0, limit)
          .map((each) => ({ ...each, snippet: each.content ?? "", text: null }));
      } catch (error) {
        if (!(error instanceof ProviderFailed) || error.kind !== "key") throw error;
        const fix = "add json to search.formats in its settings.yml";
        throw new ProviderFailed("key", `${url.origin} gives no JSON (${error.message}): ${fix}`);
      }
    },
  };
}
