import { trendChart, trendLegend, type Trend } from '../../../report/render/trend-chart.js';
import { NOTHING_MEASURED } from '../../../report/section/figures.js';

const day = (date: string, sent: number) => ({ ...NOTHING_MEASURED, date, sent });
const month = {
  id: '2026-11',
  first_day: '2026-11-01',
  last_day: '2026-11-30',
  through_day: '2026-11-03',
  has_ended: false,
};
const settled: Trend = {
  month,
  days: [1, 2, 3].map((at) => ({ ...day(`2026-11-0${at}`, at * 10), is_preliminary: false })),
  earlier_days: { previous_month: null, last_year: null },
};
const draw = (trend: Trend) => trendChart(trend, { width: 880, id: 'trend' });
const count = (svg: string, what: RegExp) => [...svg.matchAll(what)].length;
const HOLLOW = /<path[^>]*fill="var\(--paper\)"[^>]*stroke="var\(--sent\)"/g;
const DASHED = /<path[^>]*stroke="var\(--muted\)"[^>]*stroke-dasharray/g;

test('days that may still move have hollow points, and the graph says so', () => {
  const open = { ...settled, days: settled.days.map((one, at) => ({ ...one, is_preliminary: at > 0 })) };
  expect(count(draw(settled), HOLLOW)).toBe(0);
  expect(count(draw(open), HOLLOW)).toBe(2);
  expect(draw(open)).toMatch(/<text[^>]*>hollow points: may still move<\/text>/);
  expect(trendLegend(settled)).toBe('');
});

test('the month before and the same month last year are beside it, on the same days', () => {
  const beside = {
    ...settled,
    earlier_days: {
      previous_month: { month: '2026-10', days: [day('2026-10-01', 5), day('2026-10-02', 6)] },
      last_year: { month: '2025-11', days: [day('2025-11-01', 7), day('2025-11-02', 8)] },
    },
  };
  expect(count(draw(settled), DASHED)).toBe(0);
  expect(count(draw(beside), DASHED)).toBe(2);
  expect(draw(beside)).toMatch(/<text[^>]*>dashed: October 2026, dotted: November 2025<\/text>/);
});

test.each([56, 64, 74, 84, 128])(
  'numbers of the scale do not touch each other in a panel that is %i high',
  (panelHeight) => {
    const days = settled.days.map((one) => ({ ...one, sent: one.sent! * 3_100 }));
    const svg = trendChart({ ...settled, days }, { width: 880, id: 'trend', only: 'sent', panelHeight });
    const places = [...svg.matchAll(/<text[^>]*text-anchor="end"[^>]*transform="translate\([\d.]+ ([\d.]+)\)"/g)].map(
      ([, y]) => Number(y),
    );
    expect(places.length).toBeGreaterThan(1);
    const sorted = places.toSorted((one, other) => one - other);
    for (const [at, y] of sorted.slice(1).entries()) expect(y - sorted[at]!).toBeGreaterThan(12);
  },
);
