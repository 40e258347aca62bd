import { rate } from '../../../report/render/cells.js';
import { cards } from '../../../report/render/summary.js';
import { cardsOf } from '../../../report/section/cards.js';
import { NOTHING_MEASURED, rateOf } from '../../../report/section/figures.js';
import type { Figures, Section } from '../../../report/section/model.js';
import { seeded } from '../../integration/report/seeded-campaigns.js';

/** Every fraction of small counts, and some of large ones. */
function fractions(): readonly (readonly [number, number])[] {
  const random = seeded(7);
  const small = Array.from({ length: 1_100 }, (_, d) => Array.from({ length: 8 }, (_, n) => [n * 137, d + 1] as const));
  const large = Array.from({ length: 5_000 }, () => {
    const denominator = 1 + Math.floor(random() * 2 ** 50);
    return [Math.floor(random() * denominator), denominator] as const;
  });
  return [...small.flat(), ...large, [794, 1035], [201, 20_000], [1, 32]];
}

/** Digits of a figure as it stands on the page, without its point; a minus is a true one. */
const unitsOf = (text: string): bigint =>
  BigInt(text.replaceAll(/[^\d−]/g, '').replace('−', '-')) * (text.includes('±') ? 0n : 1n);

/** True where so many units are the nearest to a quotient, a half being further from zero. */
function isNearest(units: bigint, numerator: bigint, denominator: bigint): boolean {
  const [size, part] = [units < 0n ? -units : units, numerator < 0n ? -numerator : numerator];
  const over = 2n * (size * denominator - part);
  return -denominator < over && over <= denominator && (units === 0n || units < 0n === numerator < 0n);
}

const shownIn = (html: string): string => html.match(/<data value="[^"]*">([^<]*)<\/data>/)![1]!;

test('a rate is printed as its counts say, rounded once', () => {
  expect(shownIn(rate(rateOf(794, 1035)))).toBe('76.71 %');
  const wrong = fractions().filter(
    ([n, d]) => !isNearest(unitsOf(shownIn(rate(rateOf(n, d)))), BigInt(n) * 10_000n, BigInt(d)),
  );
  expect(wrong).toEqual([]);
});

test('a rate in the data is not rounded at all', () => {
  expect(rateOf(794, 1035)).toMatchObject({ value: 794 / 1035, numerator: 794, denominator: 1035 });
});

/** The change that a card shows, as it stands on the page. */
function changeShown(key: 'sent' | 'response_rate', now: Figures[typeof key], then: Figures[typeof key]): string {
  const compared = { month: '2026-09', days: null, figures: { ...NOTHING_MEASURED, [key]: then } };
  const all = cardsOf({ ...NOTHING_MEASURED, [key]: now }, compared, undefined, []);
  const only = all.filter((card) => card.key === key);
  const html = cards({ cards: only, month: { id: '2026-10' } } as unknown as Section);
  return html.match(/[▲▼=] ([^<]*)<\/data>/)![1]!;
}

test('the change of a rate is that of the counts, not of rates that were rounded before', () => {
  const pairs = fractions();
  const wrong = pairs.slice(1).filter(([a, b], place) => {
    const [c, d] = pairs[place]!;
    const text = changeShown('response_rate', rateOf(a, b), rateOf(c, d));
    const [one, other] = [BigInt(a) * BigInt(d), BigInt(c) * BigInt(b)];
    return !isNearest(unitsOf(text), (one - other) * 10_000n, BigInt(b) * BigInt(d));
  });
  expect(wrong).toEqual([]);
});

test('the change of a count is rounded once', () => {
  // 0.14995 % more: rounded to 0.1500 % first, it would be printed as 0.2 %.
  expect(changeShown('sent', 100_149_950, 100_000_000)).toBe('+0.1 %');
  const wrong = fractions().filter(
    ([now, then]) =>
      !isNearest(unitsOf(changeShown('sent', now, then)), (BigInt(now) - BigInt(then)) * 1_000n, BigInt(then)),
  );
  expect(wrong).toEqual([]);
});
