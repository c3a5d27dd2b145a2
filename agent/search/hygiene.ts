import { escapeRegExp } from "../regexp.ts";

/**
 * What may be searched and read. In benchmark mode nothing about the very competition: no site of competitions,
 * no collection of their solutions, no page and no query that names it. Otherwise such pages are read, and marked.
 */
export type Hygiene = {
  readonly isBenchmark: boolean;
  /** Hosts that a provider's own search must leave out. */
  readonly blockedDomains: readonly string[];
  /** Why a query may not be asked, or null. */
  judgeQuery(text: string): string | null;
  /** Why an address may not be read, or null; redirects included. */
  judgeUrl(url: URL | string): string | null;
  /** Why a page may not be used once it is read, or null. */
  judgePage(page: { title: string; text: string }): string | null;
  /** The same three in every mode, to mark what is not blocked. */
  readonly suspects: Omit<Hygiene, "isBenchmark" | "blockedDomains" | "suspects">;
};

/** Names of a competition: title, slug, and what else it is called. */
export type Names = { id: string; title: string; aliases: readonly string[] };

const COMPETITION_SITES = [
  "kaggle.com",
  "kaggleusercontent.com",
  "kagglesolutions.com",
  "drivendata.org",
  "zindi.africa",
  "aicrowd.com",
];
/** Collections of winners' solutions, and the benchmark itself. */
const SOLUTION_PAGES = [
  "farid.one/kaggle-solutions",
  "ndres.me/kaggle-past-solutions",
  "github.com/faridrashidi/kaggle-solutions",
  "github.com/eliotandres/kaggle-past-solutions",
  "github.com/openai/mle-bench",
];
/** A competition site in the URL of another one: caches, archives, readers, translators. */
const PROXIED_SITE = /kaggle(?:\.|-|%2e)(?:com|usercontent)/iu;

export function openHygiene(names: Names, isBenchmark: boolean): Hygiene {
  const name = nameFinder(names);
  const suspects = {
    judgeQuery: (text: string) => (name(text, true) ? "it names the competition" : null),
    judgeUrl: (url: URL | string) => judgeUrl(String(url), name),
    judgePage: ({ title, text }: { title: string; text: string }) =>
      name(`${title}\n${text}`, false) ? "it names the competition" : null,
  };
  const never = () => null;
  return {
    isBenchmark,
    blockedDomains: isBenchmark ? COMPETITION_SITES : [],
    ...(isBenchmark ? suspects : { judgeQuery: never, judgeUrl: never, judgePage: never }),
    suspects,
  };
}

function judgeUrl(address: string, name: NameFinder): string | null {
  const text = decoded(address).toLowerCase();
  const bare = text.replace(/^[a-z]+:\/\/(?:www\.)?/u, "");
  const host = bare.split(/[/?#:]/u)[0] ?? "";
  const site = COMPETITION_SITES.find((each) => host === each || host.endsWith(`.${each}`));
  if (site !== undefined) return `${site} is a competition site`;
  if (PROXIED_SITE.test(text)) return "it shows a competition site";
  if (SOLUTION_PAGES.some((page) => bare.startsWith(page)))
    return "it collects competition solutions";
  return name(bare, false) ? "its address names the competition" : null;
}

/** A URL with percent-encoding removed, also where it was applied several times. */
function decoded(address: string): string {
  let text = address;
  for (let round = 0; round < 3; round++) {
    try {
      const next = decodeURIComponent(text);
      if (next === text) break;
      text = next;
    } catch (error) {
      if (error instanceof URIError) break;
      throw error;
    }
  }
  return text;
}

/** Whether a text names the competition; a query is judged more strictly than a page. */
type NameFinder = (text: string, isQuery: boolean) => boolean;

/** Words that mark a name of common words as a competition: `leaf classification` alone is a field of research. */
const CONTEXT =
  /\b(?:kaggle|kagglers?|competitions?|leaderboards?|(?:1st|2nd|3rd|first|second|third|gold|silver|winning) (?:place|medal|solution)s?|mle bench|private lb|public lb)\b/u;
/** Such a word counts within this many characters of the name. */
const NEAR = 300;
const COMMON = new Set(
  "a an and are as at by can challenge classification competition data dataset detection for from identification identify in is learning machine model of on or predict prediction price prices recognition regression segmentation series tabular task text the time to type types with you".split(
    " ",
  ),
);

function nameFinder({ id, title, aliases }: Names): NameFinder {
  const phrases = [...new Set([id, title, ...aliases].map(plain))].filter((each) => each !== "");
  const slug = id.toLowerCase();
  return (text, isQuery) => {
    // A slug with dashes, as in URLs, names it anywhere: no sentence contains it by chance.
    if (slug.includes("-") && containsSlug(text.toLowerCase(), slug)) return true;
    const words = ` ${plain(text)} `;
    const squeezed = words.replaceAll(" ", "");
    return phrases.some((phrase) => {
      if (isDistinctive(phrase) && squeezed.includes(phrase.replaceAll(" ", ""))) return true;
      if (isQuery && words.includes(` ${phrase} `)) return true;
      return isNamedInContext(words, phrase);
    });
  };
}

function containsSlug(text: string, slug: string): boolean {
  const pattern = slug.split("-").map(escapeRegExp).join("[-_]");
  return new RegExp(`(?<![a-z0-9])${pattern}(?![a-z0-9])`, "u").test(text);
}

/** Lower case, no diacritics, any other character a space. */
function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** A name specific enough by itself: three words or more, two of them uncommon. */
function isDistinctive(phrase: string): boolean {
  const words = phrase.split(" ");
  const rare = words.filter((word) => !COMMON.has(word) && word.length > 2);
  return words.length >= 3 && rare.length >= 2;
}

function isNamedInContext(words: string, phrase: string): boolean {
  const wanted = ` ${phrase} `;
  for (let at = words.indexOf(wanted); at >= 0; at = words.indexOf(wanted, at + 1)) {
    const around = words.slice(Math.max(0, at - NEAR), at + wanted.length + NEAR);
    // The name's own words do not count.
    if (CONTEXT.test(around.replace(wanted, " "))) return true;
  }
  return false;
}
