/** A point that is searched: weights of edges, from 0 to 1 at the start. */
export type Vector = readonly number[];

/** Proposes points, and is told what they are worth; a larger value is better. Pure but for its seed. */
export type Optimizer = {
  /** Points whose values are wanted next. */
  ask(): Vector[];
  /** Values of the points of the last `ask`, in their order. */
  tell(values: readonly number[]): void;
};

export const OPTIMIZERS = ["es", "cma-es", "pso", "random"] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];

export type Space = {
  dimensions: number;
  /** Points of one `ask`. */
  population: number;
  random: () => number;
};

/** A point drawn evenly. */
export function anywhere({ dimensions, random }: Omit<Space, "population">): number[] {
  return Array.from({ length: dimensions }, random);
}

/** Points drawn evenly, without memory: what every other optimizer has to be better than. */
export function randomSearch(space: Space): Optimizer {
  return {
    ask: () => Array.from({ length: space.population }, () => anywhere(space)),
    tell: () => undefined,
  };
}

export function clamped(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Positions of values, the best first; of equal ones the earlier. */
export function ranked(values: readonly number[]): number[] {
  return values
    .map((value, index) => ({ value, index }))
    .sort((a, b) => b.value - a.value || a.index - b.index)
    .map(({ index }) => index);
}
