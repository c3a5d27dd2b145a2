/*
 * The normal distribution, to double precision. There is no such function in the language, and a library for one
 * would be the only use of it.
 */

/** Coefficients of W. J. Cody's rational approximation of erfc, as given by Hart (1968) and West (2005, "Better approximations to cumulative normal functions"). */
const ABOVE = [
  220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383, 6.37396220353165,
  0.700383064443688, 3.52624965998911e-2,
];
const BELOW = [
  440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674, 86.7807322029461,
  16.064177579207, 1.75566716318264, 8.83883476483184e-2,
];
/** From here on a continued fraction is more exact. */
const FAR = 7.07106781186547;
/** Its terms: there it has converged to the last digits. */
const TERMS = 40;

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, each) => sum * x + each, 0);
}

/** Laplace's continued fraction of the tail, `x + 1 / (x + 2 / (x + 3 / …`. */
function fraction(x: number): number {
  let value = x;
  for (let term = TERMS; term > 0; term--) value = x + term / value;
  return value;
}

/** Probability that a standard normal variable is below `x`. */
export function normalBelow(x: number): number {
  const size = Math.abs(x);
  if (size > 37) return x > 0 ? 1 : 0;
  const density = Math.exp((-size * size) / 2);
  const tail =
    size < FAR
      ? (density * polynomial(ABOVE, size)) / polynomial(BELOW, size)
      : density / (fraction(size) * Math.sqrt(2 * Math.PI));
  return x > 0 ? 1 - tail : tail;
}

/** Halvings of an interval of 80: to the last digit of a double. */
const HALVINGS = 60;

/** The value that a standard normal variable is below with probability `p`. */
export function normalQuantile(p: number): number {
  let [low, high] = [-40, 40];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
