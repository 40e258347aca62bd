// Taken once: in a test runner's sandbox each look at a global is a slow call.
const { floor, imul } = Math;

/** A number in [0, 1) that depends on the keys alone: the world draws by name, not by order. */
export const unit = (...keys: number[]): number => {
  let hash = 0x9e3779b9;
  for (const key of keys) {
    hash = imul(hash ^ key, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
};

/** Many numbers in [0, 1) from one name, at a fraction of the price of naming each. */
export const draws = (...keys: number[]): (() => number) => {
  let state = floor(unit(...keys) * 2 ** 32);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const pick = <T>(list: readonly T[], draw: number): T => list[floor(draw * list.length)];

export const between = (low: number, high: number, draw: number): number => low + (high - low) * draw;

export const uuid = (...keys: number[]): string => {
  const hex = [0, 1, 2, 3]
    .map((part) => floor(unit(...keys, part, 0x75756964) * 2 ** 32))
    .map((part) => part.toString(16).padStart(8, '0'))
    .join('');
  const variant = '89ab'[Number.parseInt(hex[16], 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
};
