import { load } from "cheerio";
import { hostPace, type Pace } from "../web/pace.ts";
import { callText } from "./call.ts";
import { type Provider, ProviderFailed } from "./provider.ts";

/** Words too common to search for. */
const STOP_WORDS = new Set(
  "a an and as at best by data for from in is of on or the to with".split(" "),
);
const MAX_WORDS = 8;

/** arXiv: papers with their abstracts. One request in three seconds, as its terms ask. */
export function arxiv(
  baseUrl = "https://export.arxiv.org",
  pace: Pace = hostPace(() => 3),
): Provider {
  return {
    name: "arxiv",
    usdPerQuery: 0,
    finds: "papers",
    async find({ text, limit }, signal) {
      const url = new URL("/api/query", baseUrl);
      url.searchParams.set("search_query", expression(text));
      url.searchParams.set("max_results", String(limit));
      url.searchParams.set("sortBy", "relevance");
      await pace(url.hostname, signal);
      const feed = await callText({ url, headers: { accept: "application/atom+xml" }, signal });
      return readFeed(feed);
    },
  };
}

/** Words that must all stand somewhere in the record. */
function expression(text: string): string {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{N}-]+/u)
    .filter((word) => word.length > 1 && !STOP_WORDS.has(word));
  return [...new Set(words)]
    .slice(0, MAX_WORDS)
    .map((word) => `all:${word}`)
    .join(" AND ");
}

function readFeed(feed: string) {
  const $ = load(feed, { xml: true });
  if ($("feed").length === 0) throw new ProviderFailed("malformed", "the answer is no Atom feed");
  return $("entry")
    .toArray()
    .map((entry) => {
      const field = (name: string) =>
        $(entry).children(name).first().text().replaceAll(/\s+/gu, " ").trim();
      const summary = field("summary");
      // Errors come as an entry, with status 200.
      if (field("title") === "Error") throw new ProviderFailed("rejected", summary);
      const url = field("id").replace(/^http:/u, "https:");
      return { title: field("title"), url, snippet: summary.slice(0, 400), text: summary };
    });
}
