import { chiSquareTail, lnGamma, normalTails } from './distributions.js';
import type { Share } from './proportions.js';

/** The two-sided test of two shares by the pooled normal deviation, without Yates's correction. */
export function pooledTest(one: Share, other: Share): { readonly z: number; readonly p: number } {
  const pooled = (one.numerator + other.numerator) / (one.denominator + other.denominator);
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / one.denominator + 1 / other.denominator));
  const z = spread === 0 ? 0 : (one.numerator / one.denominator - other.numerator / other.denominator) / spread;
  return { z, p: normalTails(z) };
}

/** Fisher's exact test, two-sided: all tables that are no likelier than this one. */
export function fisherTest(one: Share, other: Share): number {
  const [n, m] = [one.denominator, other.denominator];
  const hits = one.numerator + other.numerator;
  const lnChoose = (of: number, among: number) => lnGamma(among + 1) - lnGamma(of + 1) - lnGamma(among - of + 1);
  const likelihood = (first: number) =>
    Math.exp(lnChoose(first, n) + lnChoose(hits - first, m) - lnChoose(hits, n + m));
  const seen = likelihood(one.numerator) * (1 + 1e-7);
  let p = 0;
  for (let first = Math.max(0, hits - m); first <= Math.min(hits, n); first++)
    if (likelihood(first) <= seen) p += likelihood(first);
  return Math.min(p, 1);
}

/** The least count that either table of two shares would have if both were the same. */
export function leastExpected(one: Share, other: Share): number {
  const all = one.denominator + other.denominator;
  const hits = one.numerator + other.numerator;
  return (Math.min(hits, all - hits) * Math.min(one.denominator, other.denominator)) / all;
}

/** Whether members were shared out as they should have been: Pearson's chi-square against the expected shares. */
export function sampleRatioTest(
  counts: readonly number[],
  shares: readonly number[],
): { readonly chiSquare: number; readonly p: number } {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const chiSquare = counts.reduce((sum, count, index) => {
    const expected = (all * shares[index]!) / whole;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  return { chiSquare, p: chiSquareTail(chiSquare, counts.length - 1) };
}

/** Holm's correction for several comparisons, in the order given. */
export function holm(ps: readonly number[]): readonly number[] {
  const order = ps.map((p, index) => ({ p, index })).toSorted((left, right) => left.p - right.p);
  const adjusted: number[] = [];
  let most = 0;
  for (const [rank, { p, index }] of order.entries()) {
    most = Math.max(most, Math.min(1, p * (ps.length - rank)));
    adjusted[index] = most;
  }
  return adjusted;
}
