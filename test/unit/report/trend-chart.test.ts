import { trendChart, trendLegend, type Trend } from '../../../report/render/trend-chart.js';
import { markLines, markText } from '../../../report/render/trend-marks.js';
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
  annotations: [],
  anomalies: [],
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

const MARK = /<path[^>]*fill="var\(--text\)"/g;

test('days on which campaigns began are marked in every panel and told below it', () => {
  const marked: Trend = {
    ...settled,
    days: settled.days.map((one) => ({ ...one, opened: 4 })),
    annotations: [
      { date: '2026-11-02', kind: 'send', text: 'Welcome, Refill and 4 more' },
      { date: '2026-11-03', kind: 'definition', text: 'opened: without machines' },
    ],
    anomalies: [{ date: '2026-11-02', figure: 'sent', value: 20, usual: 9.6, weeks: 8 }],
  };
  expect(count(draw(settled), MARK)).toBe(0);
  // Responses are not measured, and have no panel.
  expect(count(draw(marked), MARK)).toBe(2 * 2);
  expect(trendLegend(marked)).toBe('triangles: days told below');
  for (const text of [
    '2: first messages of Welcome, Refill and 4 more; sent 20 where 10 are usual',
    '3: opened: without machines',
  ])
    expect(draw(marked)).toMatch(new RegExp(`<text[^>]*>${text}</text>`));
  expect(draw(marked)).toMatch(/<desc[^>]*>[^<]*Marked days: 2: first messages of Welcome/);
  // Alone it stands in a page that has them beside it.
  expect(trendChart(marked, { width: 880, id: 'trend', only: 'sent' })).not.toMatch(/<text[^>]*>2: first messages/);
});

test('of marked days no more are told than find room, and the rest is counted', () => {
  const marks = Array.from({ length: 12 }, (_, at) => ({ date: `2026-11-${10 + at}`, text: `Campaign ${at}` }));
  expect(markLines(marks, 80)).toEqual([...marks.slice(0, 7).map(markText), 'and 5 more marked days']);
  expect(markLines(marks.slice(0, 8), 80)).toHaveLength(8);
  expect(markLines([{ date: '2026-11-02', text: 'one two three' }], 10)).toEqual(['2: one two', '    three']);
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
