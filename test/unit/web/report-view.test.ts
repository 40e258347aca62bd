import { alignedWith, pointsOf, within } from '../../../web/src/report/points';
import { narrowedTo, viewOf } from '../../../web/src/report/view';
import { wilson } from '../../../web/src/report/wilson';
import type { Section } from '../../../web/src/api/client';

const chosen = (query: string) => Object.fromEntries(viewOf(new URLSearchParams(query)).narrowed);
const after = (
  query: string,
  ...[name, value]: Parameters<typeof narrowedTo> extends [unknown, ...infer Rest] ? Rest : never
) => narrowedTo(new URLSearchParams(query), name, value).toString();

test('a second choice stays beside the first only where a release has a table of both', () => {
  expect(after('region=West', 'segment', 'Diabetes')).toBe('region=West&segment=Diabetes');
  expect(after('region=West&beside=previous', 'days', '2026-03-01..2026-03-02')).toBe(
    'beside=previous&days=2026-03-01..2026-03-02',
  );
  expect(after('region=West&segment=Diabetes', 'type', 'form_completed')).toBe('type=form_completed');
  expect(after('region=West&segment=Diabetes', 'region', '')).toBe('segment=Diabetes');
});

test('an address that somebody wrote by hand asks for nothing that no release has', () => {
  expect(chosen('channel=email&region=West&segment=Diabetes')).toEqual({ region: 'West', segment: 'Diabetes' });
  expect(chosen('region=West&days=2026-03-01..2026-03-02')).toEqual({ region: 'West' });
  expect(chosen('days=yesterday')).toEqual({});
});

test.each([
  [4210, 20_000, 0.20490604, 0.21620515],
  [45, 1000, 0.03379951, 0.05968284],
  [3, 40, 0.02583603, 0.19864234],
  [0, 50, 0, 0.0713476],
  [1_200_000, 6_000_000, 0.19968013, 0.20032025],
])('the interval of %i of %i is that of statsmodels', (numerator, denominator, low, high) => {
  const found = wilson({ numerator, denominator })!;
  expect(found.low).toBeCloseTo(low, 8);
  expect(found.high).toBeCloseTo(high, 8);
});

test('what is over 100 % is no proportion, and has no interval', () => {
  expect(wilson({ numerator: 12, denominator: 10 })).toBeUndefined();
  expect(wilson({ numerator: 0, denominator: 0 })).toBeUndefined();
});

const day = (date: string, sent: number | null) => ({ date, sent, opened: sent, responded: null });
const MARCH = Array.from({ length: 31 }, (_, index) =>
  day(`2026-03-${String(index + 1).padStart(2, '0')}`, index < 17 ? 10 : null),
);
const section = {
  month: { id: '2026-03', last_day: '2026-03-31' },
  status: { state: 'preliminary', final_from: '2026-04-09T00:00:00Z', data_as_of: '2026-03-18T00:00:00Z' },
  cards: [],
} as unknown as Section;

test('weeks begin on Monday, lie within the month, and add up counts; a week without data has none', () => {
  const weeks = pointsOf(section, MARCH, 'week');
  expect(weeks.map(({ from, to, sent, responded }) => [from.slice(8), to.slice(8), sent, responded])).toEqual([
    ['01', '01', 10, null],
    ['02', '08', 70, null],
    ['09', '15', 70, null],
    ['16', '22', 20, null],
    ['23', '29', null, null],
    ['30', '31', null, null],
  ]);
});

test('days within the closing time of a preliminary month may still move, those of a final one not', () => {
  const moving = (of: Section) => pointsOf(of, MARCH, 'day').filter(({ mayMove }) => mayMove);
  expect(moving(section).map(({ id }) => id.slice(8))).toEqual(['10', '11', '12', '13', '14', '15', '16', '17']);
  expect(moving({ ...section, status: { ...section.status, state: 'final' } })).toEqual([]);
});

test('another month stands beside on the same days of the month', () => {
  const weeks = pointsOf(section, MARCH, 'week');
  const february = MARCH.slice(0, 28).map(({ date }, index) => day(date.replace('-03-', '-02-'), index));
  expect(alignedWith(weeks, february).map(({ sent }) => sent)).toEqual([0, 28, 77, 126, 147, null]);
  expect(within(MARCH, '2026-03-02..2026-03-03').map(({ date }) => date)).toEqual(['2026-03-02', '2026-03-03']);
});

test('days are marked on which something was sent, where on others nothing was', () => {
  const days = [day('2026-03-01', 0), day('2026-03-02', 5), day('2026-03-03', null)];
  expect(pointsOf(section, days, 'day').map(({ isSend }) => isSend)).toEqual([false, true, false]);
  expect(pointsOf(section, days.slice(1), 'day').some(({ isSend }) => isSend)).toBe(false);
});
