import { load } from "cheerio";
import { callText } from "./call.ts";
import { type Found, type Provider, ProviderFailed } from "./provider.ts";

/** DuckDuckGo's HTML page. There is no API, and it shows a CAPTCHA within minutes, so it is opt-in. */
export function duckduckgo(baseUrl = "https://html.duckduckgo.com"): Provider {
  return {
    name: "duckduckgo",
    usdPerQuery: 0,
    finds: "pages",
    async find({ text, limit }, signal) {
      const page = await callText({
        url: new URL("/html/", baseUrl),
        headers: { accept: "text/html" },
        body: new URLSearchParams({ q: text, kl: "us-en" }),
        signal,
      });
      return readResults(page).slice(0, limit);
    },
  };
}

function readResults(page: string): Found[] {
  const $ = load(page);
  if ($(".anomaly-modal__title, #challenge-form, form[action*='anomaly']").length > 0)
    throw new ProviderFailed("challenge", "it shows a CAPTCHA; use another provider");
  const results = $(".result:not(.result--ad)").toArray();
  if (results.length === 0 && $(".no-results, .result--no-result").length === 0)
    throw new ProviderFailed("malformed", "unexpected form of the page");
  return results.flatMap((result) => {
    const link = $(result).find("a.result__a").first();
    const url = targetOf(link.attr("href") ?? "");
    if (url === null) return [];
    const snippet = $(result).find(".result__snippet").first().text().trim();
    return [{ title: link.text().trim(), url, snippet, text: null }];
  });
}

/** Links are wrapped: `//duckduckgo.com/l/?uddg=<address>`. */
function targetOf(href: string): string | null {
  try {
    const url = new URL(href, "https://duckduckgo.com");
    const target = url.pathname === "/l/" ? url.searchParams.get("uddg") : url.href;
    return target?.startsWith("http") ? target : null;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
