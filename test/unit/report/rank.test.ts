import { solutionsOf, type Row } from '../../../report/release/suppress/rank.js';
import { seeded } from './suppression-worlds.js';

/** Gauss's elimination over whole numbers, dense: whether a sum is one of the equations' sums. */
function isSpanned(equations: readonly (readonly bigint[])[], sum: readonly bigint[]): boolean {
  const rankOf = (rows: readonly (readonly bigint[])[]) => {
    const left = rows.map((row) => [...row]);
    let rank = 0;
    for (let column = 0; column < sum.length; column++) {
      const at = left.findIndex((row, index) => index >= rank && row[column] !== 0n);
      if (at < 0) continue;
      [left[rank], left[at]] = [left[at]!, left[rank]!];
      const pivot = left[rank]!;
      for (const row of left.slice(rank + 1)) {
        const times = row[column]!;
        if (times !== 0n)
          for (let each = 0; each < row.length; each++) row[each] = row[each]! * pivot[column]! - times * pivot[each]!;
      }
      rank++;
    }
    return rank;
  };
  return rankOf(equations) === rankOf([...equations, sum]);
}

const sparse = (row: readonly bigint[]): Row =>
  new Map(row.flatMap((times, unknown) => (times === 0n ? [] : [[unknown, Number(times)] as const])));

test('what equations fix is what their sums come to, in random systems of all shapes', () => {
  const random = seeded(11);
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  let [fixed, open] = [0, 0];
  for (let turn = 0; turn < 400; turn++) {
    const unknowns = 2 + upTo(9);
    const density = [0.2, 0.4, 0.7][upTo(2)]!;
    const row = () =>
      Array.from({ length: unknowns }, () => (random() < density ? BigInt([1, 1, -1, 2][upTo(3)]!) : 0n));
    const equations = Array.from({ length: upTo(unknowns + 1) }, row);
    const { fixes } = solutionsOf(equations.map(sparse));
    for (let one = 0; one < unknowns; one++)
      for (const other of [one, upTo(unknowns - 1)]) {
        const sum = Array.from({ length: unknowns }, (_, at) => (at === one ? 1n : at === other ? -1n : 0n));
        const isFixed = isSpanned(equations, sum);
        expect([turn, one, other, fixes(sparse(sum))]).toEqual([turn, one, other, isFixed]);
        if (isFixed) fixed++;
        else open++;
      }
  }
  expect(Math.min(fixed, open)).toBeGreaterThan(500);
});
