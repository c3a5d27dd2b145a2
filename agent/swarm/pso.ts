import { anywhere, type Optimizer, ranked, type Space, type Vector } from "./optimizer.ts";

/** Weights of the four parts of a velocity: its own, to the particle's best, to the best of all, away from the worst. */
export type Pull = { own: number; personal: number; global: number; worst: number };

/** What moves one particle. */
export type Motion = { x: Vector; v: Vector; personal: Vector; global: Vector; worst: Vector };

/**
 * The update of the paper: v' = (1/C)[r_v φ_v v + r_p φ_p (p - x) + r_g φ_g (g - x) - r_w φ_w (g_w - x)], where C is
 * the sum of r φ; x' = x + λ v'. `draws` are the four r, from 0 to 1.
 */
export function move(
  { x, v, personal, global, worst }: Motion,
  pull: Pull,
  draws: Pull,
  step: number,
): { x: number[]; v: number[] } {
  const share = shares(pull, draws);
  const velocity = x.map(
    (at, i) =>
      share.own * (v[i] ?? 0) +
      share.personal * ((personal[i] ?? 0) - at) +
      share.global * ((global[i] ?? 0) - at) -
      share.worst * ((worst[i] ?? 0) - at),
  );
  return { x: x.map((at, i) => at + step * (velocity[i] ?? 0)), v: velocity };
}

/** The four factors of a velocity, r φ / C. */
export function shares(pull: Pull, draws: Pull): Pull {
  const own = draws.own * pull.own;
  const personal = draws.personal * pull.personal;
  const global = draws.global * pull.global;
  const worst = draws.worst * pull.worst;
  const all = own + personal + global + worst;
  // All draws of 0: nothing moves.
  if (all === 0) return { own: 0, personal: 0, global: 0, worst: 0 };
  return { own: own / all, personal: personal / all, global: global / all, worst: worst / all };
}

export function drawPull(random: () => number): Pull {
  return { own: random(), personal: random(), global: random(), worst: random() };
}

export type PsoSettings = {
  pull: Pull;
  /** λ, and what it is multiplied by after each iteration, down to the least. */
  step: number;
  decay: number;
  leastStep: number;
  /** Iterations without a better personal best after which a particle goes back to it. */
  restartAfter: number;
};

/** Middles of the values that the paper draws from; its repository has a decay of .95 to at least .1 and restart .67 × patience 6. */
export const PSO_DEFAULTS: PsoSettings = {
  pull: { own: 0.2, personal: 0.3, global: 0.4, worst: 0.05 },
  step: 0.8,
  decay: 0.95,
  leastStep: 0.1,
  restartAfter: 4,
};

type Valued = { x: Vector; value: number };

/** The best and the worst; of equal ones the first. */
function extremes(points: readonly Valued[]): Valued[] {
  const order = ranked(points.map(({ value }) => value));
  return [order[0], order.at(-1)].flatMap((index) => points[index ?? 0] ?? []);
}

type Particle = { x: Vector; v: Vector; best: Valued; idle: number };

/** Particle swarms as in the paper, over points in place of matrices. */
export function particleSwarm(space: Space, settings: PsoSettings = PSO_DEFAULTS): Optimizer {
  const { population, random } = space;
  let step = settings.step;
  let particles: Particle[] = [];
  let points: Vector[] = Array.from({ length: population }, () => anywhere(space));
  let seen: Valued[] = [];
  return {
    ask: () => points,
    tell(values) {
      particles = points.map((x, index) => judged(particles[index], x, values[index] ?? 0));
      if (particles.every(({ idle, v }) => idle === 0 && v.length === 0))
        particles = particles.map((each, index) => ({ ...each, v: towards(points, index) }));
      seen = extremes([...seen, ...points.map((x, index) => ({ x, value: values[index] ?? 0 }))]);
      const ends = { global: seen[0]?.x ?? [], worst: seen.at(-1)?.x ?? [] };
      particles = particles.map((each) => {
        if (each.idle >= settings.restartAfter)
          return { ...each, x: each.best.x, v: each.v.map(() => 0), idle: 0 };
        const motion = { ...each, personal: each.best.x, ...ends };
        return { ...each, ...move(motion, settings.pull, drawPull(random), step) };
      });
      points = particles.map(({ x }) => x);
      step = Math.max(settings.leastStep, step * settings.decay);
    },
  };

  /** A velocity starts as the way to another particle. */
  function towards(all: readonly Vector[], index: number): number[] {
    const others = all.filter((_, other) => other !== index);
    const other = others[Math.floor(random() * others.length)] ?? all[index] ?? [];
    return other.map((each, i) => each - (all[index]?.[i] ?? 0));
  }
}

/** A particle that was judged where it stands. */
function judged(before: Particle | undefined, x: Vector, value: number): Particle {
  if (before === undefined) return { x, v: [], best: { x, value }, idle: 0 };
  return value > before.best.value
    ? { ...before, x, best: { x, value }, idle: 0 }
    : { ...before, x, idle: before.idle + 1 };
}
