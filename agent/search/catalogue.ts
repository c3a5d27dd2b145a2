import MiniSearch from "minisearch";
import { type CatalogueEntry, readCatalogue } from "./catalogue-entries.ts";
import type { Search, SearchHit, SearchQuery } from "./search.ts";

/** Weight of the text match with the query; prior and modality decide the rest. */
const TEXT_WEIGHT = 0.1;
/** Words too common to distinguish entries. */
const STOP_WORDS = new Set(
  "a an and are as at be by column columns data each for from in is it its model of on or per predict row rows table tables target test that the their this to train when where with".split(
    " ",
  ),
);
/** Factor for each modality asked before the one that the entry can read: a tabular model uses little of an image. */
const LATER_MODALITY_FACTOR = 0.5;

/** Finds models in a catalogue folder: what fits the task and is installed, best prior first, families before repeats. */
export function catalogueSearch(folder: string): Search {
  let loading: Promise<CatalogueEntry[]> | null = null;
  return {
    name: "catalogue",
    async find(query) {
      loading ??= readCatalogue(folder);
      const fitting = (await loading).filter((entry) => fits(entry, query));
      return familiesFirst(ranked(fitting, query)).slice(0, query.limit).map(hit);
    },
  };
}

function fits(entry: CatalogueEntry, query: SearchQuery): boolean {
  const [least, most] = entry.rows;
  return (
    (entry.kind === "model") === (query.wanted === "models") &&
    (query.taskType === "other" || entry.taskTypes.some((type) => type === query.taskType)) &&
    (entry.metrics.length === 0 || entry.metrics.some((metric) => metric === query.metric)) &&
    modalityRank(entry, query) !== null &&
    query.rows >= least &&
    (most === null || query.rows <= most) &&
    isInstalled(entry, query.packages)
  );
}

/** Place of the first asked modality that the entry can read, or null. Nothing asked means a plain table. */
function modalityRank(entry: CatalogueEntry, query: SearchQuery): number | null {
  const asked = query.modalities.length === 0 ? ["tabular"] : query.modalities;
  const own = new Set<string>(entry.modalities);
  const rank = asked.findIndex((name) => own.has(name));
  return rank < 0 ? null : rank;
}

/** An empty package list means unknown: anything may be installed. */
function isInstalled(entry: CatalogueEntry, packages: readonly string[]): boolean {
  if (packages.length === 0) return true;
  const installed = new Set(packages.map(distribution));
  return [entry.library, ...entry.requires].every((name) => installed.has(distribution(name)));
}

/** `XGBoost_cpu==3.1` and `xgboost` are one library: builds differ in a suffix, not in what they offer. */
function distribution(requirement: string): string {
  const name = requirement.split(/[=<>!~[;@\s]/u)[0] ?? "";
  return name
    .toLowerCase()
    .replaceAll(/[_.]+/gu, "-")
    .replace(/-(?:cpu|gpu)$/u, "");
}

function ranked(entries: readonly CatalogueEntry[], query: SearchQuery): CatalogueEntry[] {
  const relevance = wordRelevance(entries, query);
  const value = (entry: CatalogueEntry): number =>
    entry.prior *
    LATER_MODALITY_FACTOR ** (modalityRank(entry, query) ?? 0) *
    (1 - TEXT_WEIGHT + TEXT_WEIGHT * (relevance.get(entry.id) ?? 0));
  return [...entries].sort((a, b) => value(b) - value(a) || (a.id < b.id ? -1 : 1));
}

/** Word match of each entry with the query, 0..1. */
function wordRelevance(
  entries: readonly CatalogueEntry[],
  query: SearchQuery,
): ReadonlyMap<string, number> {
  const index = new MiniSearch<CatalogueEntry>({
    fields: ["title", "family", "when"],
    processTerm: (term) => (STOP_WORDS.has(term.toLowerCase()) ? null : term.toLowerCase()),
  });
  index.addAll(entries);
  const results = index.search(`${query.text} ${query.metric.replaceAll("_", " ")}`);
  const best = results[0]?.score ?? 1;
  return new Map(results.map(({ id, score }) => [String(id), score / best]));
}

/** The best entry of each family first, then the families' other entries, each in its order. */
function familiesFirst(entries: readonly CatalogueEntry[]): CatalogueEntry[] {
  const met = new Set<string>();
  const [first, later]: [CatalogueEntry[], CatalogueEntry[]] = [[], []];
  for (const entry of entries) {
    (met.has(entry.family) ? later : first).push(entry);
    met.add(entry.family);
  }
  return [...first, ...later];
}

function hit(entry: CatalogueEntry): SearchHit {
  return {
    title: entry.title,
    url: entry.citation.url,
    family: entry.family,
    text: entry.when,
    code: entry.example,
    library: `${entry.library} ${entry.version}`,
    cost: entry.cost,
    kind: entry.kind,
  };
}
