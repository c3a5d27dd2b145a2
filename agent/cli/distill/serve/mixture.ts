import { resolve } from "node:path";
import { ConfigInvalid } from "../../../../runs/errors.ts";

/** Of contrastive decoding (arXiv 2210.15097, section 3.3). */
export const PLAUSIBLE = 0.1;
/** Of nudging (arXiv 2410.09300). */
export const BELOW = 0.4;

/** How models with one tokenizer write an answer together, and how many are named besides the folder. */
const WAYS = {
  /** The mean of the log-probabilities of those that are named. */
  fuse: { least: 2, most: 16, withFolder: false, form: "a,b" },
  /** The log-probabilities of the first less those of the second. */
  contrast: { least: 2, most: 2, withFolder: false, form: "good,bad" },
  /** The logits of the folder, moved by those of the first less those of the second. */
  proxy: { least: 2, most: 2, withFolder: true, form: "tuned,untuned" },
  /** The folder, and where it is not sure of a token the other. */
  switch: { least: 1, most: 1, withFolder: true, form: "other" },
} as const;
type Way = keyof typeof WAYS;
const NAMES = Object.keys(WAYS) as Way[];

/** `plausible`: of `contrast`; `below`: the probability of its likeliest token below which a model is not sure. */
export type Mixture = {
  way: Way;
  members: readonly string[];
  plausible: number;
  below: number;
};

/** A model that answers on this machine, by itself (`mixture` null) or with others. */
export type LocalModel = { folder: string; mixture: Mixture | null };

/** The folders whose models write, in the order of the way. */
export function foldersOf({ folder, mixture }: LocalModel): readonly string[] {
  if (mixture === null) return [folder];
  return WAYS[mixture.way].withFolder ? [folder, ...mixture.members] : mixture.members;
}

/** A line for people. */
export function mixtureText({ folder, mixture }: LocalModel): string {
  if (mixture === null) return folder;
  const [first = "", second = ""] = mixture.members;
  switch (mixture.way) {
    case "fuse":
      return `the mean of the log-probabilities of ${mixture.members.join(", ")}`;
    case "contrast":
      return `log-probabilities of ${first} less those of ${second}, tokens from ${mixture.plausible} of the likeliest on`;
    case "proxy":
      return `logits of ${folder}, plus those of ${first} less those of ${second}`;
    case "switch":
      return `${folder}, and ${first} for tokens it is less sure of than ${mixture.below}`;
  }
}

/** The model that `adapters/a`, or `base?fuse=adapters/a,adapters/b`, names. Throws `ConfigInvalid` with one line. */
export function readLocalModel(text: string): LocalModel {
  const at = text.lastIndexOf("?");
  if (at === -1) return { folder: text, mixture: null };
  const named = new URLSearchParams(text.slice(at + 1));
  const unknown = [...named.keys()].find((key) => ![...NAMES, "plausible", "below"].includes(key));
  if (unknown !== undefined) throw new ConfigInvalid(`model local:${text}: unknown ${unknown}`);
  const given = Object.fromEntries(
    NAMES.flatMap((way) => {
      const members = named.get(way);
      return members === null ? [] : [[way, members.split(",")]];
    }),
  );
  const shares = { plausible: shareIn(named, "plausible"), below: shareIn(named, "below") };
  return { folder: text.slice(0, at), mixture: mixtureOf(given, shares) };
}

/** The same model, its folders from the root: it is found from wherever the text is read. */
export function rootedLocalModel(text: string, cwd: string): string {
  const { folder, mixture } = readLocalModel(text);
  if (mixture === null) return resolve(cwd, folder);
  const named = [...new URLSearchParams(text.slice(text.lastIndexOf("?") + 1))].map(
    ([key, value]) => {
      const members =
        key === mixture.way ? value.split(",").map((each) => resolve(cwd, each)) : [value];
      return `${key}=${members.join(",").replace(/[%&+#]/gu, encodeURIComponent)}`;
    },
  );
  return `${resolve(cwd, folder)}?${named.join("&")}`;
}

/** The way that was asked for, if any; null shares: the defaults. Throws `ConfigInvalid` where it cannot be. */
export function mixtureOf(
  given: { readonly [Name in Way]?: readonly string[] | undefined },
  { plausible, below }: { plausible: number | null; below: number | null },
): Mixture | null {
  const asked = NAMES.filter((way) => given[way] !== undefined);
  const [way] = asked;
  if (asked.length > 1)
    throw new ConfigInvalid(`${asked.join(" and ")}: models are combined in one way only`);
  if (plausible !== null && way !== "contrast")
    throw new ConfigInvalid("plausible: for contrast only");
  if (below !== null && way !== "switch") throw new ConfigInvalid("below: for switch only");
  if (way === undefined) return null;
  const members = given[way] ?? [];
  const { least, most, form } = WAYS[way];
  if (members.length < least || members.length > most || members.includes(""))
    throw new ConfigInvalid(`${way}: expected ${form}${most > least ? " or more" : ""}`);
  if (new Set(members).size < members.length)
    throw new ConfigInvalid(`${way}: ${members.join(",")} names one model twice`);
  return { way, members, plausible: plausible ?? PLAUSIBLE, below: below ?? BELOW };
}

function shareIn(named: URLSearchParams, key: string): number | null {
  const text = named.get(key);
  if (text === null) return null;
  const share = readShare(text);
  if (Number.isNaN(share))
    throw new ConfigInvalid(`${key}: expected a number above 0, at most 1, got "${text}"`);
  return share;
}

/** A number above 0, at most 1; NaN where it is none. */
export function readShare(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return value > 0 && value <= 1 ? value : Number.NaN;
}
