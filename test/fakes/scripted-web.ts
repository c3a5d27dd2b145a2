import { openHygiene } from "../../agent/search/hygiene.ts";
import type { Found, Provider } from "../../agent/search/providers/provider.ts";
import type { Web } from "../../agent/search/search.ts";
import type { Page } from "../../agent/search/web/read-page.ts";

/** A page that a provider found. */
export const found = (name: string, text: string | null = null): Found => ({
  title: `About ${name}`,
  url: `https://${name}.example.org/`,
  snippet: `${name} in short`,
  text,
});

/** A provider whose answers are given. */
export function provider(
  name: string,
  find: Provider["find"],
  more: Partial<Provider> = {},
): Provider {
  return { name, usdPerQuery: 0.01, finds: "pages", find, ...more };
}

/** A web of scripted providers and pages; `asked` lists what was requested of it. */
export function scriptedWeb(
  providers: readonly Provider[],
  pages: Record<string, string> = {},
  names = { id: "made-up", title: "Made up", aliases: [] as string[] },
  isBenchmark = false,
): Web & { asked: string[] } {
  const asked: string[] = [];
  const counted = providers.map((each) => ({
    ...each,
    find: (...given: Parameters<Provider["find"]>) => {
      asked.push(`${each.name}: ${given[0].text}`);
      return each.find(...given);
    },
  }));
  return {
    asked,
    providers: counted,
    hygiene: openHygiene(names, isBenchmark),
    maxPages: 4,
    reader: {
      read: async (url): Promise<Page> => {
        asked.push(url);
        const text = pages[url];
        if (text === undefined) return { status: "failed", url, why: "HTTP 404" };
        return { status: "read", url, title: "A page", text, cut: false };
      },
      close: async () => undefined,
    },
  };
}
