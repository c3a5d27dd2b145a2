import type { Event } from "../../runs/events/events.ts";
import { openHygiene } from "./hygiene.ts";
import { type Found, type Provider, ProviderFailed } from "./providers/provider.ts";
import type { Web } from "./search.ts";
import type { Page } from "./web/read-page.ts";

/** The web of a recorded run: the same queries and pages get the recorded answers, and no request is made. */
export function replayWeb(events: readonly Event[]): Web {
  const asked = new Map<string, Found[]>();
  const pages = new Map<string, Page>();
  const providers = new Map<string, Provider>();
  for (const event of events) {
    if (event.type === "page-read") pages.set(event.value.asked, pageOf(event.value));
    // The catalogue is shipped, so it is searched again.
    if (event.type !== "searched" || event.key === "retrieve/search") continue;
    const { provider: name, query, hits, failure } = event.value;
    if (failure == null) asked.set(`${name}: ${textOf(query)}`, hits as Found[]);
    if (!providers.has(name)) providers.set(name, recorded(name, asked));
  }
  return {
    providers: [...providers.values()],
    reader: {
      read: async (url) =>
        pages.get(url) ?? { status: "failed", url, why: "the recorded run did not read it" },
      close: async () => undefined,
    },
    // The record holds only what was allowed then.
    hygiene: openHygiene({ id: "", title: "", aliases: [] }, false),
    maxPages: pages.size,
  };
}

function recorded(name: string, asked: ReadonlyMap<string, Found[]>): Provider {
  return {
    name,
    usdPerQuery: 0,
    finds: "pages",
    find: async ({ text }) => {
      const found = asked.get(`${name}: ${text}`);
      if (found === undefined)
        throw new ProviderFailed("rejected", "the recorded run did not ask this query");
      return found;
    },
  };
}

function textOf(query: unknown): string {
  return typeof query === "object" && query !== null && "text" in query ? String(query.text) : "";
}

function pageOf(value: Extract<Event, { type: "page-read" }>["value"]): Page {
  const { url, title, text, why } = value;
  return text === null
    ? { status: "failed", url, why: why ?? "not read" }
    : { status: "read", url, title, text, cut: false };
}
