import { seeded } from "../../tasks/made-competition.ts";
import { ANSWERS, type AnswerKind } from "./answers.ts";
import { PLACINGS, type PlacingKind } from "./dates.ts";
import { FILE_FORMS, type FileForm } from "./files.ts";
import { ID_FORMS, type IdForm } from "./ids.ts";
import { NAMES, type NameForm } from "./names.ts";

/** One level of each property of a competition. */
export type Combination = {
  ids: IdForm;
  answers: AnswerKind;
  placing: PlacingKind;
  names: NameForm;
  files: FileForm;
};

/** The levels of each property. */
export const LEVELS: { [K in keyof Combination]: Combination[K][] } = {
  ids: levels(ID_FORMS),
  answers: levels(ANSWERS),
  placing: levels(PLACINGS),
  names: levels(NAMES),
  files: levels(FILE_FORMS),
};

function levels<T extends object>(of: T): (keyof T)[] {
  return Object.keys(of) as (keyof T)[];
}

/**
 * Every form of ids with every kind of answers, in an order of chance, each with those levels of the other
 * properties that make most pairs that had not been there.
 */
export function combinations(seed: number): Combination[] {
  const next = seeded(seed);
  const all = LEVELS.ids.flatMap((ids) => LEVELS.answers.map((answers) => ({ ids, answers })));
  const covered = new Set<string>();
  return shuffled(all, next).map((first) => {
    // Of those that make as many new pairs, one by chance.
    const best = shuffled(REST, next)
      .map((rest) => ({ ...first, ...rest }))
      .map((made) => ({ made, gain: pairsOf(made).filter((pair) => !covered.has(pair)).length }))
      .reduce((a, b) => (b.gain > a.gain ? b : a)).made;
    for (const pair of pairsOf(best)) covered.add(pair);
    return best;
  });
}

/** All levels of the properties besides ids and answers, together. */
const REST = LEVELS.placing.flatMap((placing) =>
  LEVELS.names.flatMap((names) => LEVELS.files.map((files) => ({ placing, names, files }))),
);

/** The pairs of levels that a combination holds. */
export function pairsOf(made: Combination): string[] {
  const parts = Object.entries(made).sort(([a], [b]) => (a < b ? -1 : 1));
  return parts.flatMap(([name, level], place) =>
    parts.slice(place + 1).map(([other, and]) => `${name}=${level} ${other}=${and}`),
  );
}

function shuffled<T>(of: readonly T[], next: () => number): T[] {
  return of
    .map((value) => ({ value, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
