import { separableCmaEs } from "./cma-es.ts";
import { evolution } from "./es.ts";
import { type Optimizer, type OptimizerName, randomSearch, type Space } from "./optimizer.ts";
import { particleSwarm } from "./pso.ts";

const makers: Readonly<Record<OptimizerName, (space: Space) => Optimizer>> = {
  es: evolution,
  "cma-es": separableCmaEs,
  pso: particleSwarm,
  random: randomSearch,
};

/** An optimizer by its name. */
export function optimizerOf(name: OptimizerName, space: Space): Optimizer {
  return makers[name](space);
}
