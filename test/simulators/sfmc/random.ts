/** A number in [0, 1) that depends on the seed and the names alone, so that no order of calls matters. */
export const draw = (seed: number, ...names: readonly (string | number)[]): number => {
  let hash = (2166136261 ^ seed) >>> 0;
  for (const sign of names.join('|')) hash = Math.imul(hash ^ sign.charCodeAt(0), 16777619) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};

export const pick = <T>(items: readonly T[], share: number): T => items[Math.floor(share * items.length)]!;
