/** A share of a whole, counted. */
export interface Share {
  readonly numerator: number;
  readonly denominator: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantile of the normal distribution, for an interval of 95 %. */
export const Z_95 = 1.959963984540054;

/** Wilson's interval of 95 %; null where there is more than the whole, so that it is no share of it. */
export function wilson({ numerator, denominator }: Share): Interval | null {
  if (denominator <= 0 || numerator < 0 || numerator > denominator) return null;
  const p = numerator / denominator;
  const z2 = Z_95 * Z_95;
  const centre = p + z2 / (2 * denominator);
  const half = Z_95 * Math.sqrt((p * (1 - p)) / denominator + z2 / (4 * denominator * denominator));
  const scale = 1 + z2 / denominator;
  // Exact at the ends, where rounding would leave a trace below zero.
  return {
    low: numerator === 0 ? 0 : (centre - half) / scale,
    high: numerator === denominator ? 1 : (centre + half) / scale,
  };
}

/** The difference of two shares (`arm` less `base`) with Newcombe's interval of 95 %; null where one is no share. */
export function newcombe(arm: Share, base: Share): (Interval & { readonly value: number }) | null {
  const [ofArm, ofBase] = [wilson(arm), wilson(base)];
  if (ofArm === null || ofBase === null) return null;
  const [p, q] = [arm.numerator / arm.denominator, base.numerator / base.denominator];
  return {
    value: p - q,
    low: p - q - Math.hypot(p - ofArm.low, ofBase.high - q),
    high: p - q + Math.hypot(ofArm.high - p, q - ofBase.low),
  };
}
