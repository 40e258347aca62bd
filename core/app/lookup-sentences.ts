import type { Lookup } from '../../report/index.js';

/** `region found for 90 of 100 rows`, of a fact that looks values up. */
export function lookupsIn(lookups: readonly Lookup[] = []): string {
  const number = (count: number) => count.toLocaleString('en-US');
  return lookups
    .map(({ dimension, found, of }) => `${dimension} found for ${number(found)} of ${number(of)} rows`)
    .join(', ');
}
