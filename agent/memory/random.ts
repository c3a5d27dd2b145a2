import { sha256 } from "../../runs/sha256.ts";

/** Pseudo-random numbers in 0..1 (mulberry32), the same for a seed of any text. */
export function randomOf(seed: string): () => number {
  let state = Number.parseInt(sha256(seed).slice(0, 8), 16);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A standard normal draw (Box and Muller). */
export function normalOf(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A standard Gumbel draw. */
export function gumbelOf(random: () => number): number {
  const u = Math.min(1 - 1e-12, Math.max(1e-12, random()));
  return -Math.log(-Math.log(u));
}
