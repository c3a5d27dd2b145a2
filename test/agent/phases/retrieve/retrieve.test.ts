import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ProviderFailed } from "../../../../agent/search/providers/provider.ts";
import { replayWeb } from "../../../../agent/search/replay-web.ts";
import type { SearchHit } from "../../../../agent/search/search.ts";
import type { Event } from "../../../../runs/events/events.ts";
import { found, provider, scriptedWeb } from "../../../fakes/scripted-web.ts";
import type { World } from "../../../fakes/world.ts";
import { of, retrieved } from "./retrieved.ts";

/** What the first retriever was shown. */
function hitsShown(model: World["model"]): readonly SearchHit[] {
  const asked = model.asked.find(({ role }) => role === "retriever");
  return ((asked?.input ?? { hits: [] }) as { hits: readonly SearchHit[] }).hits;
}

describe("retrieval from the web", () => {
  test("asks from four angles, reads the best pages and shows them to the retriever", async () => {
    const a = provider("a", async () => [
      found("one"),
      found("two", "the text of two, given along"),
    ]);
    const b = provider("b", async () => [found("two"), found("three")]);
    const web = scriptedWeb([a, b], {
      "https://one.example.org/": "Words of one.\n\n```\nfit_one()\n```\n",
    });
    const { events, model } = await retrieved({ web });
    const asked = of(events, "searched").filter(({ key }) => key !== "retrieve/search");
    expect(asked.map(({ key }) => key).sort()).toEqual(
      ["a", "b"]
        .flatMap((name) =>
          ["state-of-the-art", "baseline", "features", "metric"].map(
            (angle) => `retrieve/${name}/${angle}`,
          ),
        )
        .sort(),
    );
    expect(new Set(web.asked.filter((each) => each.startsWith("a: "))).size).toBe(4);
    expect(of(events, "page-read").map(({ value }) => [value.asked, value.text !== null])).toEqual([
      ["https://two.example.org/", true],
      ["https://one.example.org/", true],
      ["https://three.example.org/", false],
    ]);
    const hits = hitsShown(model);
    expect(hits.map(({ url }) => url)).toEqual([
      "https://two.example.org/",
      "https://one.example.org/",
    ]);
    expect(hits[1]).toMatchObject({ text: "Words of one.", code: "fit_one()" });
  });

  test("counts what the questions cost, and asks no more than the cap allows", async () => {
    const a = provider("a", async () => [found("one")], { usdPerQuery: 0.4 });
    const { events } = await retrieved({ web: scriptedWeb([a]), config: { maxUsd: 1 } });
    const asked = of(events, "searched").filter(({ value }) => value.provider === "a");
    expect(asked.length).toBe(2);
    expect(of(events, "limit-checked").some(({ value }) => value.limit === "usd")).toBe(true);
  });

  test("journals a provider that fails once, and goes on with the others", async () => {
    const broken = provider("broken", async () => {
      throw new ProviderFailed("key", "HTTP 401: no");
    });
    const web = scriptedWeb([broken, provider("b", async () => [found("two", "its text")])]);
    const { tracks, events } = await retrieved({ web });
    const failed = of(events, "searched").filter(({ value }) => value.provider === "broken");
    expect(failed.map(({ value }) => value.failure)).toEqual(["key: HTTP 401: no"]);
    expect(tracks.every((cards) => cards.length > 0)).toBe(true);
  });

  test("sees nothing of the very competition in benchmark mode, and says what was kept out", async () => {
    const names = {
      id: "spooky-author-identification",
      title: "Spooky Author Identification",
      aliases: [],
    };
    const a = provider("a", async () => [
      { ...found("kaggle"), url: "https://www.kaggle.com/c/spooky-author-identification" },
      found("blog"),
      found("clean"),
    ]);
    const pages = {
      "https://blog.example.org/": "How we won Spooky Author Identification with stacking.",
      "https://clean.example.org/": "Character n-grams tell writers apart.",
    };
    const { events, model } = await retrieved({ web: scriptedWeb([a], pages, names, true) });
    expect(
      of(events, "searched").find(({ value }) => value.provider === "a")?.value.blocked,
    ).toEqual([
      {
        what: "https://www.kaggle.com/c/spooky-author-identification",
        why: "kaggle.com is a competition site",
      },
    ]);
    const blog = of(events, "page-read").find(({ value }) => value.asked.includes("blog"))?.value;
    expect(blog).toMatchObject({ text: null, why: "it names the competition" });
    expect(JSON.stringify(model.asked.map(({ prompt }) => prompt))).not.toContain("won Spooky");
    // Outside of a benchmark the same page is read, and marked.
    const open = await retrieved({ web: scriptedWeb([a], pages, names) });
    const marked = of(open.events, "page-read").find(({ value }) => value.asked.includes("blog"));
    expect(marked?.value).toMatchObject({ why: null, marked: "it names the competition" });
  });

  test("makes no request when the run goes on, nor when it is replayed", async () => {
    const a = provider("a", async () => [found("one")]);
    const web = scriptedWeb([a], { "https://one.example.org/": "Words of one, many of them." });
    const folder = await mkdtemp(join(tmpdir(), "retrieve-"));
    const first = await retrieved({ web, folder });
    const before = web.asked.length;
    const again = await retrieved({ web, folder });
    expect(again.tracks).toEqual(first.tracks);
    expect(web.asked.length).toBe(before);

    const record = first.events;
    const second = await retrieved({ web: replayWeb(record) });
    expect(web.asked.length).toBe(before);
    const prompts = (events: readonly Event[]) =>
      of(events, "answered").map(({ value }) => value.prompt);
    expect(prompts(second.events)).toEqual(prompts(record));
  });
});
