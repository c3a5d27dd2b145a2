import * as z from "zod";
import { callJson } from "./call.ts";
import type { Provider } from "./provider.ts";

const Answer = z.object({
  items: z.array(
    z.object({
      path: z.string(),
      html_url: z.string(),
      repository: z.object({ full_name: z.string(), description: z.string().nullish() }),
      text_matches: z.array(z.object({ fragment: z.string() })).default([]),
    }),
  ),
});

/** GitHub's code search: how others call a library. Needs a token; ten questions a minute. */
export function githubCode(token: string, baseUrl = "https://api.github.com"): Provider {
  return {
    name: "github",
    usdPerQuery: 0,
    finds: "code",
    async find({ text, limit }, signal) {
      const url = new URL("/search/code", baseUrl);
      url.searchParams.set("q", `${text.slice(0, 200)} language:python`);
      url.searchParams.set("per_page", String(Math.min(limit, 30)));
      const headers = {
        authorization: `Bearer ${token}`,
        accept: "application/vnd.github.text-match+json",
        "x-github-api-version": "2022-11-28",
      };
      const { items } = await callJson({ url, headers, signal }, Answer);
      return items.map(({ path, html_url, repository, text_matches }) => ({
        title: `${repository.full_name}: ${path}`,
        url: html_url,
        snippet: [repository.description ?? "", ...text_matches.map(({ fragment }) => fragment)]
          .join("\n")
          .trim(),
        text: null,
      }));
    },
  };
}
