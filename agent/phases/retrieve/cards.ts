import { runSimilarity } from "../../python-source/similarity.ts";
import type { ChosenCard } from "../../solution.ts";

/** From this similarity of code on, two cards are the same idea under two names. */
const SAME_CODE = 0.92;
/** Errors that are about what an example was given, names and columns, not about its model. */
const OF_THE_ROWS_GIVEN = /^(?:NameError|KeyError)\b/u;
/** Characters of code below which similarity says nothing. */
const MIN_CODE = 80;

export type Choice = {
  chosen: ChosenCard[];
  passedOver: { modelName: string; why: string }[];
};

/**
 * M cards for one track out of a pool in the order of preference, `spare` ones behind them: what a user gave
 * first, no idea twice, no library that cannot be imported, what was seen to work before what was not, and
 * families that neither this track nor those before it have, while there are any.
 */
export function chooseCards(
  pool: readonly ChosenCard[],
  spare: readonly ChosenCard[],
  count: number,
  taken: readonly ChosenCard[],
): Choice {
  const { open, passedOver } = sift(pool, spare, taken);
  const used = new Set(taken.map(familyOf));
  const chosen = open.filter(({ origin }) => origin === "user").slice(0, count);
  const own = new Set(chosen.map(familyOf));
  const take = (isFit: (family: string) => boolean) => {
    for (const card of open) {
      const family = familyOf(card);
      if (chosen.length === count || chosen.includes(card) || !isFit(family)) continue;
      chosen.push(card);
      own.add(family);
    }
  };
  take((family) => !used.has(family) && !own.has(family));
  take((family) => !own.has(family));
  take(() => true);
  for (const card of open.filter((each) => pool.includes(each) && !chosen.includes(each)))
    passedOver.push({ modelName: card.modelName, why: "others suit better or differ more" });
  return { chosen: open.filter((card) => chosen.includes(card)), passedOver };
}

/** What may be chosen, in the order of preference; of what may not, the pool's own with the reason. */
function sift(
  pool: readonly ChosenCard[],
  spare: readonly ChosenCard[],
  taken: readonly ChosenCard[],
) {
  const open: ChosenCard[] = [];
  const passedOver: Choice["passedOver"] = [];
  const preferred = [...pool].sort((a, b) => doubt(a) - doubt(b));
  for (const card of [...preferred, ...spare]) {
    const { modelName, origin, probe } = card;
    const twin = [...taken, ...open].find((each) => isSameIdea(each, card));
    const isTwin = twin !== undefined && origin !== "user";
    if (probe?.imports !== false && !isTwin) open.push(card);
    else if (pool.includes(card)) {
      const why = isTwin
        ? `the same idea as ${twin.modelName}`
        : `cannot be imported: ${probe?.said}`;
      passedOver.push({ modelName, why });
    }
  }
  return { open, passedOver };
}

/** Less is better: a user's card, then what ran, then what was not tried, then what failed; unseen sources last among equals. */
function doubt({ origin, probe, seen }: ChosenCard): number {
  if (origin === "user") return 0;
  const isAgainst = probe !== null && !probe.ran && !OF_THE_ROWS_GIVEN.test(probe.said);
  const byProbe = isAgainst ? 3 : 1;
  return byProbe + (seen.length > 0 ? 0 : 1);
}

function familyOf({ family }: ChosenCard): string {
  return family.toLowerCase().replaceAll(/[^a-z0-9]+/gu, "");
}

function isSameIdea(a: ChosenCard, b: ChosenCard): boolean {
  if (nameOf(a) === nameOf(b)) return true;
  const [first, second] = [linesOf(a), linesOf(b)];
  if (first.join("").length < MIN_CODE || second.join("").length < MIN_CODE) return false;
  return runSimilarity(first, second) >= SAME_CODE;
}

function nameOf({ modelName }: ChosenCard): string {
  return modelName.toLowerCase().replaceAll(/[^a-z0-9.]+/gu, "");
}

function linesOf({ exampleCode }: ChosenCard): string[] {
  return exampleCode
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
