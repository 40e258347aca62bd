import { newcombe, wilson } from '../../../report/statistics/proportions.js';

/** statsmodels 0.15.0: responded of n in A and B, Newcombe's interval of B less A, Wilson's of A. */
const GOLDEN = [
  [4210, 20_000, 4466, 20_000, [0.00472242, 0.02087574], [0.20490604, 0.21620515]],
  [45, 1_000, 62, 1_010, [-0.00336237, 0.03635388], [0.03379951, 0.05968284]],
  [3, 40, 9, 42, [-0.01800591, 0.29250061], [0.02583603, 0.19864234]],
  [0, 50, 4, 50, [-0.00624343, 0.18838247], [0, 0.0713476]],
  [1_200_000, 6_000_000, 1_203_000, 6_000_000, [0.00004715, 0.00095285], [0.19968013, 0.20032025]],
] as const;

test.each(GOLDEN)('%i of %i and %i of %i have the intervals of a known library', (a, n, b, m, difference, own) => {
  const [A, B] = [
    { numerator: a, denominator: n },
    { numerator: b, denominator: m },
  ];
  const lift = newcombe(B, A)!;
  expect([lift.low, lift.high].map((value) => value.toFixed(8))).toEqual(difference.map((value) => value.toFixed(8)));
  const { low, high } = wilson(A)!;
  expect([low, high].map((value) => value.toFixed(8))).toEqual(own.map((value) => value.toFixed(8)));
});

test('what is no share has no interval, and the ends are exact', () => {
  expect(wilson({ numerator: 3, denominator: 2 })).toBeNull();
  expect(wilson({ numerator: 0, denominator: 0 })).toBeNull();
  expect(wilson({ numerator: 7, denominator: 7 })!.high).toBe(1);
  expect(newcombe({ numerator: 3, denominator: 2 }, { numerator: 1, denominator: 2 })).toBeNull();
});
