import { normal } from "../policies/random.ts";
import { anywhere, clamped, type Optimizer, ranked, type Space, type Vector } from "./optimizer.ts";

/** Spread of what is added to a weight, and the share of weights that it is added to: simulated for the specification. */
const SPREAD = 0.4;
const SHARE = 0.3;

/** (1+λ)-ES: λ changed copies of the best point; the best of them takes its place, also when it is only as good. */
export function evolution(space: Space): Optimizer {
  const { population, random } = space;
  let parent: { point: Vector; value: number } | null = null;
  let asked: Vector[] = [];
  const child = (point: Vector): Vector => {
    const forced = Math.floor(random() * point.length);
    return point.map((weight, index) =>
      index === forced || random() < SHARE ? clamped(weight + SPREAD * normal(random)) : weight,
    );
  };
  return {
    ask() {
      const from = parent?.point ?? null;
      asked = Array.from({ length: population }, () =>
        from === null ? anywhere(space) : child(from),
      );
      return asked;
    },
    tell(values) {
      const [best = 0] = ranked(values);
      const [point, value] = [asked[best], values[best]];
      if (point === undefined || value === undefined) return;
      if (parent === null || value >= parent.value) parent = { point, value };
    },
  };
}
