import { type Graph, hashOfGraph } from "./graph-file.ts";
import type { Optimizer } from "./optimizer.ts";
import { graphOf, type Materials } from "./propose.ts";

/** What a graph was found to be worth; `refused`: why it has no worth; `limit`: why nothing more is found out. */
export type Judged = { value: number } | { refused: string } | { limit: string };

/** Finds out what graphs are worth, each once however often it is asked. */
export type Judge = (graphs: readonly Graph[], what: string) => Promise<Judged[]>;

export type Trial = { graph: Graph; value: number };

/** What a search came to. */
export type Searched = {
  best: Trial | null;
  /** Graphs that were judged, each counted once. */
  evaluations: number;
  /** Values of the best so far, after each of them. */
  trace: number[];
  ended: string;
};

export type SearchLimits = {
  /** Different graphs that may be judged. */
  evaluations: number;
  /** Rounds without a better graph after which it ends; null: it goes on until its evaluations are spent. */
  patience: number | null;
};

/** Rounds in which only graphs come that were judged before: the search has nothing new to say. */
const MAX_STALE = 50;

/** What is told of a search, and where the weight-step takes its turn: with other models in the pool, or null. */
export type Between = (round: number, standing: Standing) => Promise<Materials | null>;

/** What is known so far. */
export type Standing = {
  readonly best: Trial | null;
  /** Graphs that were judged, each counted once. */
  readonly evaluations: number;
  /** Why nothing more is judged; null: more may be. */
  readonly ended: string | null;
  /** Judges graphs, and counts them; what is over the limit has no worth. */
  judge(graphs: readonly Graph[], what: string): Promise<number[]>;
};

/**
 * The role-step, round by round: points of the optimizer are decoded to graphs, judged, and told back. After each round
 * `between` may change the models of the pool (the weight-step).
 */
export async function searchGraphs(
  optimizer: Optimizer,
  materials: Materials,
  { name, judge, between }: { name: string; judge: Judge; between: Between },
  limits: SearchLimits,
): Promise<Searched> {
  const score = new Score(judge, limits);
  let current = materials;
  for (let round = 1; score.ended === null; round++) {
    const graphs = optimizer.ask().map((point) => graphOf(point, current));
    score.begin();
    optimizer.tell(await score.judge(graphs, `${name}, round ${round}`));
    if (score.ended === null) current = (await between(round, score)) ?? current;
    score.close();
  }
  const { best, trace, evaluations, ended } = score;
  return { best, trace, evaluations, ended };
}

/** What graphs were worth so far, and whether there is a reason to end. */
class Score implements Standing {
  readonly #judge: Judge;
  readonly #limits: SearchLimits;
  readonly #known = new Map<string, number>();
  #before: { value: number; evaluations: number } = { value: 0, evaluations: 0 };
  #idle = 0;
  #stale = 0;
  best: Trial | null = null;
  readonly trace: number[] = [];
  ended: string | null = null;

  constructor(judge: Judge, limits: SearchLimits) {
    this.#judge = judge;
    this.#limits = limits;
  }

  get evaluations(): number {
    return this.#known.size;
  }

  async judge(graphs: readonly Graph[], what: string): Promise<number[]> {
    const wanted = this.#newOnes(graphs);
    const judged = await this.#judge(wanted, what);
    for (const [index, graph] of wanted.entries()) this.#note(graph, judged[index]);
    if (this.evaluations >= this.#limits.evaluations) this.ended ??= "all evaluations are spent";
    return graphs.map((graph) => this.#known.get(hashOfGraph(graph)) ?? 0);
  }

  #note(graph: Graph, judged: Judged | undefined): void {
    if (judged === undefined) return;
    if ("limit" in judged) {
      this.ended ??= judged.limit;
      return;
    }
    // Without a worth it is as bad as a graph can be.
    const value = "value" in judged ? judged.value : 0;
    this.#known.set(hashOfGraph(graph), value);
    if ("value" in judged && (this.best === null || value > this.best.value))
      this.best = { graph, value };
    this.trace.push(this.best?.value ?? 0);
  }

  /** Graphs that were not judged yet, each once, as many as may still be. */
  #newOnes(graphs: readonly Graph[]): Graph[] {
    const found = new Map<string, Graph>();
    for (const graph of graphs) {
      const hash = hashOfGraph(graph);
      const isNew = !this.#known.has(hash);
      if (isNew && this.#known.size + found.size < this.#limits.evaluations) found.set(hash, graph);
    }
    return [...found.values()];
  }

  begin(): void {
    const value = this.best?.value ?? Number.NEGATIVE_INFINITY;
    this.#before = { value, evaluations: this.evaluations };
  }

  /** Ends a round: without a better graph for long, or without a new one, the search is over. */
  close(): void {
    const value = this.best?.value ?? Number.NEGATIVE_INFINITY;
    this.#idle = value > this.#before.value ? 0 : this.#idle + 1;
    this.#stale = this.evaluations > this.#before.evaluations ? 0 : this.#stale + 1;
    const { patience } = this.#limits;
    if (patience !== null && this.#idle >= patience)
      this.ended ??= `no better graph in ${this.#idle} rounds`;
    if (this.#stale >= MAX_STALE)
      this.ended ??= `only graphs that were judged before in ${this.#stale} rounds`;
  }
}
