import {
  type Archive,
  type Draw,
  incumbentOf,
  type Move,
  type Pair,
  type Policy,
  ranked,
  scriptsOf,
  type Tried,
} from "./policy.ts";

/** Where in a step an attempt stands: the move that asked for it, its number in the step, and its place in the round. */
export type Place = { move: number; number: number; draw: number; of: number };

/** What following a policy has done for it: every effect is its owner's, who journals it. */
export type Effects = {
  /** The move that is made: the journal's, or this one. */
  decide(number: number, move: (random: () => number) => Move): Promise<Move>;
  /** What is better and worse about a pair; null where nothing can be said. */
  critique(number: number, pair: Pair): Promise<string | null>;
  /** Makes an attempt and has it scored; null when no answer came or a limit is reached. */
  attempt(place: Place, draw: Draw, critique: string | null): Promise<Tried | null>;
  /** Runs a script once more; null when it may not be. */
  runAgain(number: number, script: Tried): Promise<Tried | null>;
  /** Whether a script may take the place of the one that stands. */
  isBetter(number: number, incumbent: Tried, challenger: Tried): Promise<boolean>;
};

/** Does what a policy says until it stops or nothing more comes; returns the archive then. */
export async function followPolicy(
  policy: Policy,
  opening: Archive,
  effects: Effects,
): Promise<Archive> {
  let archive = opening;
  for (let number = 1; ; number++) {
    const now = archive;
    const move = await effects.decide(number, (random) => policy(now, random));
    if (move.do === "stop") return archive;
    if (move.do === "run-again") archive = await runAgain(archive, number, move.script, effects);
    else {
      const made = await attempts(archive, number, move.draws, effects);
      const left = archive.left - move.draws.length;
      archive = { ...archive, left, tried: [...archive.tried, ...made] };
      // Not one answer: a limit is reached, or nobody answers any more.
      if (made.length === 0) return archive;
    }
    archive = { ...archive, incumbent: await standing(archive, number, effects) };
  }
}

/** The attempts of one round, side by side: none of them is told of another. */
async function attempts(
  archive: Archive,
  move: number,
  draws: readonly Draw[],
  effects: Effects,
): Promise<Tried[]> {
  const critiques = new Map<string, Promise<string | null>>();
  const critiqueOf = ({ shown }: Draw) => {
    if (shown === null) return Promise.resolve(null);
    const key = `${shown.best} ${shown.worst}`;
    const known = critiques.get(key) ?? effects.critique(move, shown);
    critiques.set(key, known);
    return known;
  };
  const done = archive.attempts.most - archive.left;
  const made = await Promise.all(
    draws.map(async (draw, index) => {
      const place = { move, number: done + index + 1, draw: index + 1, of: draws.length };
      return effects.attempt(place, draw, await critiqueOf(draw));
    }),
  );
  return made.filter((each) => each !== null);
}

async function runAgain(
  archive: Archive,
  number: number,
  id: string,
  effects: Effects,
): Promise<Archive> {
  const script = scriptsOf(archive).find((each) => each.id === id);
  const again = script === undefined ? null : await effects.runAgain(number, script);
  // What may not be run again now may not be later either.
  if (again === null) return { ...archive, retests: { ...archive.retests, left: 0 } };
  const tried = archive.tried.map((each) => (each.id === id ? again : each));
  const retests = { ...archive.retests, left: archive.retests.left - 1 };
  return { ...archive, tried, retests };
}

/** The best script takes the place of the one that stands when it counts as better: it never gets worse. */
async function standing(archive: Archive, number: number, effects: Effects): Promise<string> {
  const incumbent = incumbentOf(archive);
  const [best] = ranked(scriptsOf(archive));
  const hasNews = best !== undefined && best.value !== null && best.value !== incumbent.value;
  // An equal score is no reason to go on elsewhere: simulated, the drift costs more than it finds (docs/figures.md).
  if (!hasNews) return incumbent.id;
  return (await effects.isBetter(number, incumbent, best)) ? best.id : incumbent.id;
}
