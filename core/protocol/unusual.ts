/** Makes the median absolute deviation comparable with a standard deviation. */
const MAD_SCALE = 1.4826;

export interface Unusual {
  /** The median of the values before. */
  readonly usual: number;
  /** How many robust deviations the value is from it. */
  readonly deviations: number;
}

/**
 * How far a count is from earlier ones of its kind. The scale is never below a tenth of the median nor the noise of counting,
 * so that what is steady may vary.
 */
export function deviationOf(value: number, earlier: readonly number[]): Unusual {
  const usual = median(earlier);
  const spread = MAD_SCALE * median(earlier.map((each) => Math.abs(each - usual)));
  const scale = Math.max(spread, usual / 10, Math.sqrt(usual), 1);
  return { usual, deviations: Math.abs(value - usual) / scale };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
