import { join } from "node:path";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { findRun } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import type { Config } from "../../config.ts";
import { type Names, openHygiene } from "../../search/hygiene.ts";
import { arxiv } from "../../search/providers/arxiv.ts";
import { brave } from "../../search/providers/brave.ts";
import { duckduckgo } from "../../search/providers/duckduckgo.ts";
import { exa } from "../../search/providers/exa.ts";
import { githubCode } from "../../search/providers/github-code.ts";
import { huggingface } from "../../search/providers/huggingface.ts";
import { kaggle } from "../../search/providers/kaggle.ts";
import type { Provider } from "../../search/providers/provider.ts";
import { searxng } from "../../search/providers/searxng.ts";
import { serpapi } from "../../search/providers/serpapi.ts";
import { tavily } from "../../search/providers/tavily.ts";
import { replayWeb } from "../../search/replay-web.ts";
import type { Web } from "../../search/search.ts";
import { openPageReader } from "../../search/web/read-page.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** How a provider is opened from the environment, and what it needs there; null where that is missing. */
type Maker = {
  needs: string;
  /** When `auto` includes it: with its key, where a language model can read the results, or never. */
  auto: "with-key" | "with-model" | "never";
  make(get: (name: string) => string | null): Provider | null;
};

/** By name: keys and addresses come from the environment; `<NAME>_BASE_URL` replaces the address. */
const makers: Record<string, Maker> = {
  tavily: keyed("TAVILY_API_KEY", "TAVILY_BASE_URL", tavily),
  brave: keyed("BRAVE_API_KEY", "BRAVE_BASE_URL", brave),
  exa: keyed("EXA_API_KEY", "EXA_BASE_URL", exa),
  serpapi: keyed("SERPAPI_API_KEY", "SERPAPI_BASE_URL", serpapi),
  github: keyed("GITHUB_TOKEN", "GITHUB_BASE_URL", githubCode),
  searxng: keyed("SEARXNG_URL", "SEARXNG_URL", (url) => searxng(url)),
  huggingface: {
    needs: "nothing",
    auto: "with-model",
    make: (get) => huggingface(get("HF_TOKEN"), get("HF_ENDPOINT") ?? undefined),
  },
  arxiv: {
    needs: "nothing",
    auto: "with-model",
    make: (get) => arxiv(get("ARXIV_BASE_URL") ?? undefined),
  },
  duckduckgo: {
    needs: "nothing",
    auto: "never",
    make: (get) => duckduckgo(get("DUCKDUCKGO_BASE_URL") ?? undefined),
  },
  kaggle: {
    needs: "KAGGLE_USERNAME and KAGGLE_KEY",
    auto: "never",
    make: (get) => {
      const [user, key] = [get("KAGGLE_USERNAME"), get("KAGGLE_KEY")];
      if (user === null || key === null) return null;
      return kaggle(user, key, get("KAGGLE_BASE_URL") ?? undefined);
    },
  },
};

function keyed(
  needs: string,
  address: string,
  make: (key: string, baseUrl?: string) => Provider,
): Maker {
  return {
    needs,
    auto: "with-key",
    make: (get) => {
      const key = get(needs);
      return key === null ? null : make(key, get(address) ?? undefined);
    },
  };
}

/** The providers that a setting names. Throws `ConfigInvalid` for one that is unknown, lacks its key, or may not be asked. */
export function openProviders(
  setting: string,
  variables: Variables,
  { isBenchmark, hasModel }: { isBenchmark: boolean; hasModel: boolean },
): Provider[] {
  const get = (name: string) => variables[name]?.trim() || null;
  const wanted = setting.trim();
  if (wanted === "none" || wanted === "catalogue" || wanted === "") return [];
  if (wanted === "auto") {
    const modes = hasModel ? ["with-key", "with-model"] : ["with-key"];
    return Object.values(makers)
      .filter(({ auto }) => modes.includes(auto))
      .map(({ make }) => make(get))
      .filter((provider) => provider !== null);
  }
  return wanted
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "catalogue" && name !== "")
    .map((name) => {
      const maker = makers[name];
      if (maker === undefined)
        throw new ConfigInvalid(
          `search "${name}": expected none, auto, or a list of ${Object.keys(makers).join(", ")}`,
        );
      if (isBenchmark && name === "kaggle")
        throw new ConfigInvalid("search kaggle: not allowed in benchmark mode; remove it");
      const provider = maker.make(get);
      if (provider === null) throw new ConfigInvalid(`search ${name}: set ${maker.needs}`);
      return provider;
    });
}

/** What a run may search besides the catalogue; a replayed run asks its record. */
export async function openWeb(
  config: Config,
  variables: Variables,
  { names, runsDir, hasModel }: { names: Names; runsDir: string; hasModel: boolean },
): Promise<Web> {
  const replayed = /^replay:(.+)$/u.exec(config.model)?.[1];
  if (replayed !== undefined)
    return replayWeb(await readEvents(join(await findRun(runsDir, replayed), "journal.jsonl")));
  const isBenchmark = config.benchmark;
  const hygiene = openHygiene(names, isBenchmark);
  return {
    // The playbook does not read pages.
    providers:
      hasModel || config.search !== "auto"
        ? openProviders(config.search, variables, { isBenchmark, hasModel })
        : [],
    reader: openPageReader({ judgeUrl: (url) => hygiene.judgeUrl(url) }),
    hygiene,
    maxPages: config.searchPages,
  };
}
