import { alignedWith, pointsOf, within } from '../../../web/src/report/points';
import { narrowedTo, viewOf } from '../../../web/src/report/view';
import { filterOf, tableOf, valueOf } from '../../../web/src/report/tables';
import type { Section } from '../../../web/src/api/client';

const chosen = (query: string) => Object.fromEntries(viewOf(new URLSearchParams(query)).narrowed);
const after = (
  query: string,
  ...[name, value]: Parameters<typeof narrowedTo> extends [unknown, ...infer Rest] ? Rest : never
) => narrowedTo(new URLSearchParams(query), name, value).toString();

test('a second choice stays beside the first only where a release has a table of both', () => {
  expect(after('region=West', 'segment', 'Diabetes')).toBe('region=West&segment=Diabetes');
  expect(after('region=West', 'campaign', 'braze:1')).toBe('region=West&campaign=braze%3A1');
  expect(after('region=West&beside=previous', 'days', '2026-03-01..2026-03-02')).toBe(
    'beside=previous&days=2026-03-01..2026-03-02',
  );
  expect(after('region=West', 'type', 'form_completed')).toBe('region=West&type=form_completed');
  expect(tableOf('type', 'segment')).toBe('response_type_segment');
});

test('of three at most two are ever chosen, and taking one away leaves the other', () => {
  expect(after('region=West&segment=Diabetes', 'campaign', 'braze:1')).toBe('region=West&campaign=braze%3A1');
  expect(after('region=West&segment=Diabetes', 'region', '')).toBe('segment=Diabetes');
});

test('an address that somebody wrote by hand asks for nothing that no release has', () => {
  expect(chosen('campaign=a:1&region=West&segment=Diabetes')).toEqual({ campaign: 'a:1', region: 'West' });
  expect(chosen('region=West&days=2026-03-01..2026-03-02')).toEqual({ region: 'West' });
  expect(chosen('days=yesterday')).toEqual({});
});

test("a dimension of the installation's own is chosen by its name, beside what a release crosses it with", () => {
  expect(after('region=West', 'own.plan_type', 'HMO')).toBe('region=West&own.plan_type=HMO');
  expect(after('type=form_completed', 'own.plan_type', 'HMO')).toBe('own.plan_type=HMO');
  expect(after('own.plan_type=HMO&region=West', 'own.plan_type', '')).toBe('region=West');
  expect(after('own.brand=Blue', 'own.plan_type', 'HMO')).toBe('own.plan_type=HMO');
  expect(chosen('own.plan_type=HMO&own.=x&other=y')).toEqual({ 'own.plan_type': 'HMO' });
  expect(tableOf('own.plan_type', 'campaign')).toBe('campaign_plan_type');
  expect(filterOf('own.plan_type', 'HMO')).toEqual({ plan_type: 'HMO' });
  expect(valueOf('own.plan_type', { plan_type: 'HMO' })).toBe('HMO');
});

test('a table is asked for the rows of what was chosen, and its rows lead back to the address', () => {
  expect(filterOf('campaign', 'braze:a:1')).toEqual({ source: 'braze', campaign_id: 'a:1' });
  expect(valueOf('campaign', { source: 'braze', campaign_id: 'a:1' })).toBe('braze:a:1');
  expect(filterOf('type', 'form_completed')).toEqual({ response_type: 'form_completed' });
  expect([filterOf('days', '2026-03-01..2026-03-01'), filterOf('days', '2026-03-01..2026-03-02')]).toEqual([
    { date: '2026-03-01' },
    {},
  ]);
});

const day = (date: string, sent: number | null, is_preliminary = false) => ({
  date,
  is_preliminary,
  sent,
  opened: sent,
  responded: null,
});
const MARCH = Array.from({ length: 31 }, (_, index) =>
  day(`2026-03-${String(index + 1).padStart(2, '0')}`, index < 17 ? 10 : null, index > 8),
);
const section = {} as Section;

test('weeks begin on Monday, lie within the month, and add up counts; a week without data has none', () => {
  const notes = new Map([['2026-03-04', ['First messages of Flu Shot']]]);
  const weeks = pointsOf(section, MARCH, 'week', notes);
  expect(weeks.map((one) => [one.from.slice(8), one.to.slice(8), one.sent, one.responded, one.mayMove])).toEqual([
    ['01', '01', 10, null, false],
    ['02', '08', 70, null, false],
    ['09', '15', 70, null, true],
    ['16', '22', 20, null, true],
    ['23', '29', null, null, false],
    ['30', '31', null, null, false],
  ]);
  expect(weeks.map((one) => one.notes.length)).toEqual([0, 1, 0, 0, 0, 0]);
});

test('only a day that has figures may still move', () => {
  const moving = pointsOf(section, MARCH, 'day', new Map()).filter(({ mayMove }) => mayMove);
  expect(moving.map(({ id }) => id.slice(8))).toEqual(['10', '11', '12', '13', '14', '15', '16', '17']);
});

test('another month stands beside on the same days of the month', () => {
  const weeks = pointsOf(section, MARCH, 'week', new Map());
  const february = MARCH.slice(0, 28).map(({ date }, index) => day(date.replace('-03-', '-02-'), index));
  expect(alignedWith(weeks, february).map(({ sent }) => sent)).toEqual([0, 28, 77, 31, 147, null]);
  expect(within(MARCH, '2026-03-02..2026-03-03').map(({ date }) => date)).toEqual(['2026-03-02', '2026-03-03']);
});
