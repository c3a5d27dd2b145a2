import type { Brief } from "../../brief.ts";
import type { Config } from "../../config.ts";
import { libraryOf } from "../../installed.ts";
import type { RoleInputs } from "../../roles/inputs.ts";
import { NoAnswer } from "../../run/ask/ask.ts";
import type { Run } from "../../run/run.ts";
import { searchWeb } from "../../run/search-web.ts";
import { modalitiesOf } from "../../search/angles.ts";
import { sameAddress } from "../../search/fuse.ts";
import type { Search, SearchHit } from "../../search/search.ts";
import { type CardSource, type ChosenCard, type ModelCard, SPARE_CARDS } from "../../solution.ts";
import { askLooking } from "../../tools/ask-looking.ts";
import { chooseCards } from "./cards.ts";
import { probeCards } from "./probe-cards.ts";

/** Techniques of the catalogue that a prompt lists besides the models. */
const TECHNIQUES = 6;

/** The cards of each track, and what they were chosen from. */
export type Retrieved = { cards: ChosenCard[][]; listed: SearchHit[]; found: SearchHit[] };

/**
 * Algorithm 1, the retriever: M model cards for each track, from the catalogue, the web and the user, no family twice
 * while there are others. The paper asks once for each track; here one question asks for all of them, since the same
 * was found for each, and who sees them all makes them differ.
 */
export async function retrieve(run: Run): Promise<Retrieved> {
  const [listed, found] = await Promise.all([searchCatalogue(run), searchWeb(run)]);
  const { tracks: count, refinement } = run.config;
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const cards: ChosenCard[][] = [];
  if (refinement === "block" || count === 1) {
    for (const track of numbers) cards.push(await cardsOf(run, track, { cards, listed, found }));
  } else {
    const written = await writtenCards(run, "retrieve", numbers, { cards, listed, found });
    for (const track of numbers)
      cards.push(
        await choose(run, track, cardsFor(track, written, run.config), listed, cards.flat()),
      );
  }
  return { cards, listed, found };
}

/** Cards for one more track, of families that no track has while there are such; what was found is asked for no second time. */
export function retrieveMore(run: Run, track: number, retrieved: Retrieved): Promise<ChosenCard[]> {
  return cardsOf(run, track, retrieved);
}

async function searchCatalogue(run: Run): Promise<SearchHit[]> {
  const value = await run.journal.step("searched", "retrieve/search", async () => ({
    provider: run.retrieval.catalogue.name,
    ...(await findListed(run.retrieval.catalogue, run.brief, run.config)),
    usd: 0,
    failure: null,
    blocked: [],
  }));
  return value.hits as SearchHit[];
}

/** What a catalogue has for a competition: models, and techniques beside them. */
export async function findListed(
  search: Search,
  brief: Brief,
  { candidates, tracks }: Config,
): Promise<{ query: unknown; hits: SearchHit[] }> {
  const { profile, competition, packages } = brief;
  const modalities = modalitiesOf(brief);
  const traits = {
    text: `${competition.type} ${competition.metric.name} ${modalities.join(" ")}`,
    taskType: competition.type,
    modalities,
    metric: competition.metric.name,
    rows: profile.trainRows,
    packages,
  };
  const limit = 4 * candidates * tracks;
  const models = await search.find({ ...traits, wanted: "models", limit });
  const techniques = await search.find({ ...traits, wanted: "techniques", limit: TECHNIQUES });
  return { query: traits, hits: [...models, ...techniques] };
}

/** The cards of one track, asked for by itself. */
async function cardsOf(run: Run, track: number, retrieved: Retrieved): Promise<ChosenCard[]> {
  const written = await writtenCards(run, `track-${track}/retrieve`, [track], retrieved);
  return choose(run, track, written, retrieved.listed, retrieved.cards.flat());
}

/** What the model names for some tracks, tried in the sandbox. */
async function writtenCards(
  run: Run,
  at: string,
  tracks: readonly number[],
  { cards, listed, found }: Retrieved,
): Promise<ChosenCard[]> {
  const hits = [...found, ...listed];
  const exclude = cards.flat().map((card) => card.family);
  const input = { count: run.config.candidates, spare: SPARE_CARDS, hits, exclude, tracks };
  const reply = await askRetriever(run, at, input);
  const named = reply instanceof NoAnswer ? [] : reply;
  const seen = seenSources(run, at, hits);
  const { packages } = run.brief;
  const written = named.map((card) => known(card, listed, seen, packages));
  return probeCards(run, `${at}/probe`, written);
}

/** Of cards that were named for all tracks at once, those that one may choose from: its own first, none of later tracks. */
function cardsFor(
  track: number,
  written: readonly ChosenCard[],
  { candidates, tracks }: Config,
): ChosenCard[] {
  const [start, end] = [(track - 1) * candidates, track * candidates];
  const spare = written.slice(tracks * candidates);
  return [...written.slice(start, end), ...spare, ...written.slice(0, start)];
}

/** M cards for a track out of what was named for it and what the user gave; the catalogue fills up what is missing. */
async function choose(
  run: Run,
  track: number,
  written: readonly ChosenCard[],
  listed: readonly SearchHit[],
  taken: readonly ChosenCard[],
): Promise<ChosenCard[]> {
  const { candidates, tracks } = run.config;
  const open = written.filter((card) => !taken.includes(card));
  const given = run.retrieval.userCards.filter((_, index) => index % tracks === track - 1);
  const choice = chooseCards([...given, ...open], cardsFrom(listed), candidates, taken);
  await run.journal.step("cards-chosen", `track-${track}/retrieve/chosen`, async () => ({
    track: `track-${track}`,
    cards: choice.chosen,
    passedOver: choice.passedOver,
  }));
  return choice.chosen;
}

/**
 * The retriever. Pages that the provider of a model reads by itself cannot be judged before they are read: when
 * one of those it names is about the very competition of a benchmark, its answer is dropped and asked for once
 * more without the web.
 */
async function askRetriever(run: Run, at: string, input: RoleInputs["retriever"]) {
  const reply = await askLooking(run, at, "retriever", input, { logs: [] });
  const blocked = sourcesOf(run, at).flatMap(({ url, title }) => {
    const why =
      run.retrieval.web.hygiene.judgeUrl(url) ??
      run.retrieval.web.hygiene.judgePage({ title, text: "" });
    return why === null ? [] : [{ what: url, why }];
  });
  if (blocked.length === 0) return reply;
  await run.journal.step("searched", `${at}/kept-out`, async () => ({
    provider: run.models.of("retriever", at).name,
    query: null,
    hits: [],
    usd: 0,
    failure: null,
    blocked,
  }));
  return askLooking(run, `${at}/again`, "retriever", input, { logs: [], mayBrowse: false });
}

/** Pages that the provider of a model read for it. */
function sourcesOf(run: Run, at: string): { url: string; title: string }[] {
  return run.journal.events.flatMap((event) =>
    event.type === "answered" && event.key.startsWith(`${at}/retriever/`)
      ? event.value.sources
      : [],
  );
}

/** Every page that was read or found before a card was written, by its address. */
function seenSources(run: Run, at: string, hits: readonly SearchHit[]): Map<string, CardSource> {
  const seen = new Map<string, CardSource>();
  const add = (source: CardSource) => {
    const address = sameAddress(source.url);
    if (!seen.has(address)) seen.set(address, source);
  };
  for (let page = 1; page <= run.retrieval.web.maxPages; page++) {
    const value = run.journal.recorded("page-read", `retrieve/page-${page}`);
    if (value === null || value.text === null) continue;
    const license = /license:([\w.-]+)/u.exec(value.text)?.[1] ?? null;
    add({ url: value.url, title: value.title, sha256: value.sha256, license });
  }
  for (const { url, title } of hits) add({ url, title, sha256: null, license: null });
  for (const { url, title } of sourcesOf(run, at))
    if (run.retrieval.web.hygiene.judgeUrl(url) === null)
      add({ url, title, sha256: null, license: null });
  return seen;
}

/** A card as the model wrote it, with which of its sources were really seen, and whether it is the catalogue's own. */
function known(
  card: ModelCard,
  listed: readonly SearchHit[],
  seen: ReadonlyMap<string, CardSource>,
  packages: readonly string[],
): ChosenCard {
  const isListed = listed.some(({ code }) => code.trim() === card.exampleCode.trim());
  const sources = card.sources.map((url) => seen.get(sameAddress(url)) ?? null);
  return {
    ...card,
    origin: isListed ? "catalogue" : "model",
    library: libraryOf(card.exampleCode, packages),
    cost: listed.find(({ family }) => family === card.family)?.cost ?? null,
    seen: sources.filter((source) => source !== null),
    probe: null,
  };
}

function cardsFrom(listed: readonly SearchHit[]): ChosenCard[] {
  const models = listed.filter(({ kind }) => kind === "model");
  return models.map(({ title, url, family, text, code, library, cost }) => ({
    modelName: title,
    exampleCode: code,
    family,
    why: text,
    sources: [url],
    origin: "catalogue",
    library,
    cost,
    seen: [{ url, title, sha256: null, license: null }],
    probe: null,
  }));
}
