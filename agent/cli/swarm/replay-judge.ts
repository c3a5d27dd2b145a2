import { hashOfGraph } from "../../swarm/graph-file.ts";
import type { Judge } from "../../swarm/search.ts";
import { indexed, type Replayed, replayGraph, type Store } from "../../swarm/surrogate.ts";

/** What stored calls said of graphs so far. */
export type ReplayJudge = {
  judge: Judge;
  /** The largest share of its prompts that stored calls answered, over all graphs. */
  share(): number;
  of(hash: string): Replayed | null;
};

/**
 * What graphs are worth by stored calls alone, on questions of these competitions. A graph of whose prompts stored calls
 * answer less than `least` is refused: what is left of it says too little.
 */
export function judgeByReplay(
  store: Store,
  competitions: readonly string[],
  least: number,
): ReplayJudge {
  const questions = store.questions.filter(({ competition }) => competitions.includes(competition));
  const find = indexed(store.calls);
  const played = new Map<string, Replayed>();
  const shareOf = ({ prompts, answered }: Replayed) => (prompts === 0 ? 0 : answered / prompts);
  return {
    share: () => Math.max(0, ...[...played.values()].map(shareOf)),
    of: (hash) => played.get(hash) ?? null,
    judge: async (graphs) =>
      graphs.map((graph) => {
        const hash = hashOfGraph(graph);
        const found = played.get(hash) ?? replayGraph(graph, questions, find);
        played.set(hash, found);
        const share = shareOf(found);
        if (share < least)
          return { refused: `stored calls answer ${percent(share)} of its prompts` };
        if (found.value === null) return { refused: "no answer at its end has a known outcome" };
        return { value: found.value };
      }),
  };
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
