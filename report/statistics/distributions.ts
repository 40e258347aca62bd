/** The logarithm of the gamma function, by Lanczos (g = 7, nine terms), to some fifteen digits; for arguments above zero. */
export function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const shifted = x - 1;
  const t = shifted + 7.5;
  const series = LANCZOS.reduce((sum, factor, index) => (index === 0 ? factor : sum + factor / (shifted + index)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(series);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

const ENOUGH = 1e-16;
const TINY = 1e-300;
const TURNS = 1_000;

/** The upper regularised incomplete gamma function: its series below `a + 1`, its continued fraction above. */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - lnGamma(a));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = 1; n < TURNS && Math.abs(term) > Math.abs(sum) * ENOUGH; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < TURNS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b || TINY);
    c = b + numerator / c || TINY;
    value *= d * c;
    if (Math.abs(d * c - 1) < ENOUGH * 10) break;
  }
  return front * value;
}

/** How likely a normal deviation is as far from zero as this, on either side. */
export const normalTails = (z: number): number => upperGamma(0.5, (z * z) / 2);

export const chiSquareTail = (chiSquare: number, freedom: number): number => upperGamma(freedom / 2, chiSquare / 2);
