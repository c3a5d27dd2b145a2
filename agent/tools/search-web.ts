import { z } from "zod";
import { sha256 } from "../../runs/sha256.ts";
import { inline, untrusted } from "../roles/prompt/text.ts";
import { askOnce } from "../run/search-web.ts";
import type { Found } from "../search/providers/provider.ts";
import { defineTool, Refused } from "./tool.ts";

/** Results that are shown, and characters of each. */
const MOST_RESULTS = 6;
const MOST_TEXT = 700;

/** A question to the run's search providers, under its rules of what may be asked and shown. */
export const searchWeb = defineTool({
  name: "search_web",
  description:
    "Ask the web about models, libraries and methods (not about this competition's answers).",
  use: "look",
  isRepeated: true,
  after: null,
  input: z.strictObject({ query: z.string().min(3).max(200) }),
  output: z.object({ pages: z.array(z.object({ title: z.string(), url: z.string() })) }),
  async run({ query }, { run }) {
    const [provider] = run.retrieval.web.providers;
    if (provider === undefined) return new Refused("this run has no web search");
    const text = query.replaceAll(/\s+/gu, " ").trim();
    // One question is asked once a run, whoever asks it.
    const key = `web-search/${sha256(`${provider.name} ${text}`).slice(0, 16)}`;
    const answer = await run.slots.once(key, () =>
      askOnce(run, key, provider, { name: "tool", text, modality: "code" }),
    );
    if (answer === null) return new Refused("the budget is over: nothing more is asked");
    if (answer.failure !== null) return new Refused(inline(answer.failure, 300));
    const found = (answer.hits as Found[]).slice(0, MOST_RESULTS);
    const shown = found.map(
      ({ title, url, snippet, text: page }) =>
        `${inline(title, 200)}\n${inline(url, 300)}\n${(page ?? snippet).slice(0, MOST_TEXT)}`,
    );
    const pages = found.map(({ title, url }) => ({ title, url }));
    const nothing = answer.blocked[0]?.why ?? "nothing was found";
    return { value: { pages }, text: untrusted(shown.join("\n\n") || nothing) };
  },
});
