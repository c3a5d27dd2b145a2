import { type Estimate, estimate } from "../../distill/intervals.ts";
import { hashOfGraph } from "../../swarm/graph-file.ts";
import type { Trial } from "../../swarm/search.ts";
import type { Judges } from "./judges.ts";

/** What the best of each arm is worth on fresh competitions. */
export type Fresh = {
  worth: { name: string; hash: string; mean: number | null; why: string | null }[];
  /** What the winner is worth more than the best of another arm, paired by competition and seed. */
  gains: ({ over: string } & Estimate)[];
};

/** Judges the best graph of each arm on fresh competitions: its worth in the search is that of the luckiest of many. */
export async function judgeFresh(
  trials: readonly { name: string; best: Trial }[],
  winner: Trial,
  judges: Judges,
): Promise<Fresh> {
  const worth: Fresh["worth"] = [];
  for (const { name, best } of trials) {
    const [judged] = await judges.fresh([best.graph], `${name}, fresh`);
    const mean = judged !== undefined && "value" in judged ? judged.value : null;
    const why = judged === undefined || "value" in judged ? null : Object.values(judged).join("");
    worth.push({ name, hash: hashOfGraph(best.graph), mean, why });
  }
  const own = judges.skills(winner.graph);
  const others = trials.filter(({ best }) => hashOfGraph(best.graph) !== hashOfGraph(winner.graph));
  const gains = others.map(({ name, best }) => ({
    over: name,
    ...estimate(paired(own, judges.skills(best.graph))),
  }));
  return { worth, gains };
}

type Skills = ReturnType<Judges["skills"]>;

function paired(own: Skills, other: Skills) {
  return own.flatMap(({ competition, seed, skill }) => {
    const same = other.find((each) => each.competition === competition && each.seed === seed);
    return same === undefined ? [] : [{ cluster: competition, value: skill - same.skill }];
  });
}
