/** Below 2^26, so that a product of two residues is exact. A larger one would need slower arithmetic. */
export const PRIME = 67_108_859;

/** Exact for whole numbers up to the product of two residues; the remainder operator takes ten times as long there. */
export const modulo = (value: number): number => value - Math.floor(value / PRIME) * PRIME;

/** By the extended algorithm of Euclid. */
export function inverse(value: number): number {
  let [left, right] = [PRIME, value];
  let [before, now] = [0, 1];
  while (right !== 0) {
    const quotient = Math.floor(left / right);
    [left, right] = [right, left - quotient * right];
    [before, now] = [now, before - quotient * now];
  }
  return modulo(before);
}

/** Residues other than zero, the same ones each time. */
export function drawing(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return 1 + (((state ^ (state >>> 13)) >>> 0) % (PRIME - 1));
  };
}
