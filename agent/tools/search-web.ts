import * as z from "zod";
import type { EventValue } from "../../runs/events/events.ts";
import { sha256 } from "../../runs/sha256.ts";
import { inline, untrusted } from "../roles/prompt/text.ts";
import type { Run } from "../run/run.ts";
import { askOnce } from "../run/search-web.ts";
import type { Found, Provider } from "../search/providers/provider.ts";
import { defineTool, Refused } from "./tool.ts";

/** Results that are shown, and characters of each. */
const MAX_RESULTS = 6;
const MAX_TEXT = 700;

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
    const { providers } = run.retrieval.web;
    if (providers.length === 0) return new Refused("this run has no web search");
    const answer = await askInTurn(run, query.replaceAll(/\s+/gu, " ").trim());
    if (answer === null) return new Refused("the budget is over: nothing more is asked");
    if (typeof answer === "string")
      return new Refused(`no source answered, work without the web: ${inline(answer, 300)}`);
    const found = (answer.hits as Found[]).slice(0, MAX_RESULTS);
    const shown = found.map(
      ({ title, url, snippet, text: page }) =>
        `${inline(title, 200)}\n${inline(url, 300)}\n${(page ?? snippet).slice(0, MAX_TEXT)}`,
    );
    const pages = found.map(({ title, url }) => ({ title, url }));
    const nothing = answer.blocked[0]?.why ?? "nothing was found";
    return { value: { pages }, text: untrusted(shown.join("\n\n") || nothing) };
  },
});

/** Whom to ask first about anything: a source of models knows no question but that of a kind of data. */
const ORDER: readonly Provider["finds"][] = ["pages", "papers", "code", "models"];

/** The answer of the first source that gives one; why none did; null where the budget ended. */
async function askInTurn(run: Run, text: string): Promise<EventValue<"searched"> | string | null> {
  const failures: string[] = [];
  const sources = run.retrieval.web.providers.toSorted(
    (a, b) => ORDER.indexOf(a.finds) - ORDER.indexOf(b.finds),
  );
  for (const provider of sources) {
    // One question is asked once a run, whoever asks it.
    const key = `web-search/${sha256(`${provider.name} ${text}`).slice(0, 16)}`;
    const answer = await run.slots.once(key, () =>
      askOnce(run, key, provider, { name: "tool", text, modality: "code" }),
    );
    if (answer === null || answer.failure === null) return answer;
    failures.push(`${provider.name}: ${answer.failure}`);
  }
  return failures.join("; ");
}
