import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { ConfigInvalid } from "../../runs/errors.ts";
import { showText } from "../../runs/report/formats.ts";
import { catalogueSearch } from "../search/catalogue.ts";
import { type Found, type Provider, ProviderFailed } from "../search/providers/provider.ts";
import { readEnvironment } from "./environment.ts";
import { openProviders } from "./open/web.ts";

/** `mle-star search`: tests the search providers. */
export function searchCommand() {
  const command = new Command("search").description("Test the search providers.");
  command.addCommand(testCommand());
  return command;
}

function testCommand() {
  return new Command("test")
    .description(
      "Send a query and print the results of each provider; `auto` is the shipped catalogue and all providers with a key",
    )
    .argument("<query>", "what to search for")
    .option("--provider <names>", "auto, or a list such as tavily,arxiv", "auto")
    .option("--modality <name>", "tabular, text, image, audio, time-series …", "tabular")
    .option("--limit <n>", "results per provider", "5")
    .option("--json", "print one JSON object")
    .action(async (query, { provider, modality, limit, json }) => {
      const most = Number(limit);
      if (!Number.isInteger(most) || most < 1)
        throw new ConfigInvalid(`--limit "${limit}": expected a whole number of 1 or more`);
      const { all, root } = readEnvironment();
      const isBenchmark = false;
      const catalogue = catalogueProvider(join(root, "agent", "search", "catalogue"));
      const providers = [
        ...(provider === "auto" || provider.includes("catalogue") ? [catalogue] : []),
        ...openProviders(provider, all, { isBenchmark, hasModel: true }),
      ];
      const question = { text: query, modality, limit: most };
      const answers = await Promise.all(providers.map((each) => ask(each, question)));
      if (json === true) process.stdout.write(`${JSON.stringify({ query, answers })}\n`);
      else process.stdout.write(`${answers.map(show).join("\n\n")}\n`);
      // No provider answered: an error for a calling script.
      if (answers.every(({ failure }) => failure !== null)) process.exitCode = 1;
    });
}

/** The shipped catalogue as a provider, for any task type. */
function catalogueProvider(folder: string): Provider {
  const search = catalogueSearch(folder);
  return {
    name: "catalogue",
    usdPerQuery: 0,
    finds: "pages",
    find: async ({ text, modality, limit }) => {
      const traits = { taskType: "other", modalities: [modality], metric: "custom", rows: 10_000 };
      const find = (wanted: "models" | "techniques", most: number) =>
        search.find({ ...traits, text, packages: [], wanted, limit: most });
      const others = Math.floor(limit / 3);
      const hits = [
        ...(await find("models", limit - others)),
        ...(await find("techniques", others)),
      ];
      return hits.map((hit) => ({
        title: hit.title,
        url: hit.url,
        snippet: `${hit.kind}, ${hit.library}: ${hit.text}`,
        text: null,
      }));
    },
  };
}

type Answer = {
  provider: string;
  seconds: number;
  usd: number;
  failure: string | null;
  found: Found[];
};

async function ask(
  provider: Provider,
  question: { text: string; modality: string; limit: number },
): Promise<Answer> {
  const begun = performance.now();
  const seconds = () => Number(((performance.now() - begun) / 1000).toFixed(2));
  const facts = { provider: provider.name, usd: provider.usdPerQuery };
  try {
    const found = await provider.find(question, new AbortController().signal);
    return { ...facts, seconds: seconds(), failure: null, found };
  } catch (error) {
    if (!(error instanceof ProviderFailed)) throw error;
    const failure = `${error.kind}: ${error.message}`;
    return { ...facts, seconds: seconds(), failure, found: [] };
  }
}

function show({ provider, seconds, usd, failure, found }: Answer): string {
  const cost = usd === 0 ? "" : `, $${usd}`;
  const unreliable = provider === "duckduckgo" ? " (unreliable: no API)" : "";
  const head = `${provider}${unreliable}: ${found.length} results in ${seconds} s${cost}`;
  if (failure !== null)
    return `${provider}${unreliable}: failed after ${seconds} s: ${showText(failure, 300)}`;
  const lines = found.map(
    ({ title, url, snippet }, index) =>
      `  ${index + 1}. ${showText(title, 100)}\n     ${showText(url, 200)}\n     ${showText(snippet, 160)}`,
  );
  return [head, ...lines].join("\n");
}
