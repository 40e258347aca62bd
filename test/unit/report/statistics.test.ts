import { fisherTest, holm, leastExpected, pooledTest, sampleRatioTest } from '../../../report/statistics/tests.js';
import { smooth } from '../../../report/statistics/seasonal.js';

const share = (numerator: number, denominator: number) => ({ numerator, denominator });

test.each([
  [4210, 20_000, 4466, 20_000, -3.105786, 0.00189774],
  [45, 1_000, 62, 1_010, -1.636154, 0.101807],
  [3, 40, 9, 42, -1.783727, 0.074468],
  [0, 50, 4, 50, -2.041241, 0.0412268],
  [1_200_000, 6_000_000, 1_203_000, 6_000_000, -2.16405, 0.0304605],
])('%i of %i against %i of %i is tested as statsmodels does', (a, n, b, m, z, p) => {
  const found = pooledTest(share(a, n), share(b, m));
  expect(found.z).toBeCloseTo(z, 6);
  expect(found.p / p).toBeCloseTo(1, 5);
});

test('few are tested exactly, and a wrong share of members is found', () => {
  expect(fisherTest(share(3, 40), share(9, 42))).toBeCloseTo(0.117166, 6);
  expect(fisherTest(share(0, 50), share(0, 50))).toBe(1);
  expect(leastExpected(share(0, 50), share(4, 50))).toBe(2);
  expect(sampleRatioTest([50_400, 49_600], [1, 1]).p).toBeCloseTo(0.011412, 6);
  expect(sampleRatioTest([90, 10], [0.9, 0.1])).toEqual({ chiSquare: 0, p: 1 });
});

test('several comparisons are corrected by Holm', () => {
  expect(holm([0.01, 0.04, 0.03]).map((p) => p.toFixed(2))).toEqual(['0.03', '0.06', '0.06']);
});

test('a season is smoothed as R and statsmodels’ ETS do it, also at the end of a season', () => {
  const values = [10, 20, 15, 30, 12, 22, 18, 33, 13, 25, 19, 36];
  const start = { level: 18.75, trend: 0.5, season: [-8.75, 1.25, -3.75, 11.25] };
  const { sse, forecast } = smooth(values, { alpha: 0.3, beta: 0.1, gamma: 0.2 }, start);
  expect(sse).toBeCloseTo(9.000202, 6);
  expect(forecast(8).map((value) => value.toFixed(6))).toEqual(
    [15.766327, 26.459819, 21.632804, 37.347785, 17.740134, 28.433626, 23.606611, 39.321592].map((value) =>
      value.toFixed(6),
    ),
  );
});
