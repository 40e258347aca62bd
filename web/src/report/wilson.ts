import type { Share } from './number-text';

/** The 97.5th percentile of the normal distribution. */
const Z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Wilson's 95 % interval of a share, narrow where n is large. */
export function wilson({ numerator, denominator: n }: Share): Interval | undefined {
  // Late responses may be more than what was sent in the same time: that is no proportion, and has no such interval.
  if (numerator > n || n <= 0) return undefined;
  const share = numerator / n;
  const middle = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  // At the ends the sum is exact only on paper.
  return { low: numerator === 0 ? 0 : middle - half, high: numerator === n ? 1 : middle + half };
}
