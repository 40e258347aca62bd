import { expect, test } from '@jest/globals';
import { outOfBlackout } from '../../../core/scheduler/blackout.js';
import type { BlackoutWindow, Schedule, Weekday } from '../../../core/scheduler/schedule.js';
import { lastSlot, nextSlot, slotsBetween } from '../../../core/scheduler/slots.js';
import { slotsByWalking } from '../../support/slots-by-walking.js';

const at = (text: string) => Date.parse(text);
const iso = (instants: readonly number[]) => instants.map((instant) => new Date(instant).toISOString().slice(0, 16));
const cron = (text: string, timezone: string, blackout: readonly BlackoutWindow[] = []): Schedule => ({
  when: { cron: text },
  timezone,
  blackout,
});
const EVERY_DAY: readonly Weekday[] = [0, 1, 2, 3, 4, 5, 6];
const window = (from: string, to: string, days = EVERY_DAY): BlackoutWindow => {
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return { from: minutes(from), to: minutes(to), days };
};

const [CHICAGO, BERLIN, LORD_HOWE] = ['America/Chicago', 'Europe/Berlin', 'Australia/Lord_Howe'];

test.each<[string, string, string, string, string, readonly string[]]>([
  // 2026-03-08: 02:00 CST becomes 03:00 CDT at 08:00Z.
  [
    'a time that is left out, at the end of the gap',
    '30 2 * * *',
    CHICAGO,
    '2026-03-07T12:00Z',
    '2026-03-10T00:00Z',
    ['2026-03-08T08:00', '2026-03-09T07:30'],
  ],
  [
    'times that are left out with one after the gap, once',
    '0,30 2,3 * * *',
    CHICAGO,
    '2026-03-08T06:00Z',
    '2026-03-08T12:00Z',
    ['2026-03-08T08:00', '2026-03-08T08:30'],
  ],
  [
    'each hour of the 23-hour day',
    '0 * * * *',
    CHICAGO,
    '2026-03-08T05:30Z',
    '2026-03-08T10:30Z',
    ['2026-03-08T06:00', '2026-03-08T07:00', '2026-03-08T08:00', '2026-03-08T09:00', '2026-03-08T10:00'],
  ],
  [
    'a quarter past each hour, without one for the hour that is not',
    '15 * * * *',
    CHICAGO,
    '2026-03-08T06:30Z',
    '2026-03-08T09:30Z',
    ['2026-03-08T07:15', '2026-03-08T08:15', '2026-03-08T09:15'],
  ],
  // 2026-11-01: 02:00 CDT becomes 01:00 CST at 07:00Z.
  [
    'a time that is shown twice, the first time',
    '30 1 * * *',
    CHICAGO,
    '2026-10-31T12:00Z',
    '2026-11-03T00:00Z',
    ['2026-11-01T06:30', '2026-11-02T07:30'],
  ],
  ['nothing of it the second time', '30 1 * * *', CHICAGO, '2026-11-01T06:30Z', '2026-11-01T23:00Z', []],
  [
    'each hour of the 25-hour day',
    '0 * * * *',
    CHICAGO,
    '2026-11-01T04:30Z',
    '2026-11-01T08:30Z',
    ['2026-11-01T05:00', '2026-11-01T06:00', '2026-11-01T07:00', '2026-11-01T08:00'],
  ],
  [
    'each hour, seen from within the repeated one',
    '45 * * * *',
    CHICAGO,
    '2026-11-01T06:45Z',
    '2026-11-01T08:00Z',
    ['2026-11-01T07:45'],
  ],
  [
    'every ten minutes through the repeated hour',
    '*/20 * * * *',
    CHICAGO,
    '2026-11-01T06:30Z',
    '2026-11-01T07:30Z',
    ['2026-11-01T06:40', '2026-11-01T07:00', '2026-11-01T07:20'],
  ],
  // Berlin: 2026-03-29 01:00Z forward, 2026-10-25 01:00Z back.
  [
    'a time that Berlin leaves out',
    '15 2 * * *',
    BERLIN,
    '2026-03-28T12:00Z',
    '2026-03-30T12:00Z',
    ['2026-03-29T01:00', '2026-03-30T00:15'],
  ],
  [
    'a time that Berlin shows twice',
    '15 2 * * *',
    BERLIN,
    '2026-10-24T12:00Z',
    '2026-10-26T12:00Z',
    ['2026-10-25T00:15', '2026-10-26T01:15'],
  ],
  // Lord Howe turns its clocks by half an hour: 2026-10-04 02:00 becomes 02:30 at 15:30Z of the 3rd, 2026-04-05 02:00 becomes 01:30 at 15:00Z of the 4th.
  [
    'a time in a gap of half an hour',
    '15 2 * * *',
    LORD_HOWE,
    '2026-10-02T00:00Z',
    '2026-10-05T00:00Z',
    ['2026-10-02T15:45', '2026-10-03T15:30', '2026-10-04T15:15'],
  ],
  [
    'a time behind a gap of half an hour',
    '45 2 * * *',
    LORD_HOWE,
    '2026-10-03T00:00Z',
    '2026-10-04T00:00Z',
    ['2026-10-03T15:45'],
  ],
  [
    'a time in half an hour that comes twice',
    '45 1 * * *',
    LORD_HOWE,
    '2026-04-03T12:00Z',
    '2026-04-05T16:00Z',
    ['2026-04-03T14:45', '2026-04-04T14:45', '2026-04-05T15:15'],
  ],
  // Apia crossed the date line: there was no 2011-12-30.
  [
    'a day that never was, at the end of the gap',
    '0 5 * * *',
    'Pacific/Apia',
    '2011-12-29T10:00Z',
    '2011-12-31T10:00Z',
    ['2011-12-29T15:00', '2011-12-30T10:00', '2011-12-30T15:00'],
  ],
  [
    'midnight where the clocks leave it out',
    '0 0 * * *',
    'America/Santiago',
    '2026-09-05T05:00Z',
    '2026-09-07T05:00Z',
    ['2026-09-06T04:00', '2026-09-07T03:00'],
  ],
  [
    'a zone without summer time',
    '30 2 * * *',
    'America/Phoenix',
    '2026-03-07T12:00Z',
    '2026-03-09T12:00Z',
    ['2026-03-08T09:30', '2026-03-09T09:30'],
  ],
  [
    'the leap day alone',
    '0 0 29 2 *',
    'UTC',
    '2024-02-29T00:00Z',
    '2033-01-01T00:00Z',
    ['2028-02-29T00:00', '2032-02-29T00:00'],
  ],
  [
    'the 31st, where there is one',
    '0 12 31 * *',
    'UTC',
    '2026-01-31T12:00Z',
    '2026-08-01T00:00Z',
    ['2026-03-31T12:00', '2026-05-31T12:00', '2026-07-31T12:00'],
  ],
  [
    'the day of the month or that of the week',
    '0 0 13 * fri',
    'UTC',
    '2026-03-06T00:00Z',
    '2026-03-20T00:00Z',
    ['2026-03-13T00:00', '2026-03-20T00:00'],
  ],
  [
    'Sunday as 7',
    '0 0 * * 7',
    'UTC',
    '2026-03-01T00:00Z',
    '2026-03-15T00:00Z',
    ['2026-03-08T00:00', '2026-03-15T00:00'],
  ],
])('a cron means %s', (_, text, timezone, after, until, slots) => {
  expect(iso(slotsBetween(cron(text, timezone), at(after), at(until)))).toEqual(slots);
});

test('an interval counts from a fixed instant, wherever one begins to look', () => {
  const every: Schedule = { when: { everyMs: 6 * 3_600_000 }, timezone: CHICAGO, blackout: [] };
  expect(iso(slotsBetween(every, at('2026-03-08T00:00Z'), at('2026-03-08T12:00Z')))).toEqual([
    '2026-03-08T06:00',
    '2026-03-08T12:00',
  ]);
  expect(slotsBetween(every, at('2026-03-08T12:00Z'), at('2026-03-08T10:00Z'))).toEqual([]);
  const sevens: Schedule = { ...every, when: { everyMs: 7 * 60_000 } };
  expect(nextSlot(sevens, at('2026-03-08T00:00Z'))! % (7 * 60_000)).toBe(0);
});

test.each<[string, readonly BlackoutWindow[], string, string]>([
  ['outside stays', [window('22:00', '02:00')], '2026-03-10T21:59', '2026-03-10T21:59'],
  ['at the beginning is moved', [window('22:00', '02:00')], '2026-03-10T22:00', '2026-03-11T02:00'],
  ['after midnight is moved', [window('22:00', '02:00')], '2026-03-11T01:59', '2026-03-11T02:00'],
  ['at the end stays', [window('22:00', '02:00')], '2026-03-11T02:00', '2026-03-11T02:00'],
  [
    'goes on to the end of the next window',
    [window('22:00', '24:00'), window('00:00', '06:00')],
    '2026-03-10T23:00',
    '2026-03-11T06:00',
  ],
  // 2026-03-14 is a Saturday.
  [
    'on Sunday morning, in the window of Saturday',
    [window('22:00', '02:00', [6])],
    '2026-03-15T01:00',
    '2026-03-15T02:00',
  ],
  [
    'on Saturday morning, which belongs to Friday',
    [window('22:00', '02:00', [6])],
    '2026-03-14T01:00',
    '2026-03-14T01:00',
  ],
  ['in whole days', [window('00:00', '24:00', [0, 6])], '2026-03-14T00:00', '2026-03-16T00:00'],
])('what is due in a blackout: %s', (_, blackout, due, moved) => {
  expect(iso([outOfBlackout({ timezone: 'UTC', blackout }, at(`${due}Z`))])).toEqual([moved]);
});

test('a blackout ends at the first instant after a gap, and in a repeated hour at the time that is still to come', () => {
  const spring = { timezone: CHICAGO, blackout: [window('01:00', '02:30')] };
  expect(iso([outOfBlackout(spring, at('2026-03-08T07:10Z'))])).toEqual(['2026-03-08T08:00']);
  const autumn = { timezone: CHICAGO, blackout: [window('00:30', '01:30')] };
  expect(iso([outOfBlackout(autumn, at('2026-11-01T06:10Z'))])).toEqual(['2026-11-01T06:30']);
  expect(iso([outOfBlackout(autumn, at('2026-11-01T07:10Z'))])).toEqual(['2026-11-01T07:30']);
});

test('slots in a blackout are one at its end, also where one looks from within it', () => {
  const schedule = cron('*/30 * * * *', 'UTC', [window('22:00', '02:00')]);
  const all = ['2026-03-10T21:30', '2026-03-11T02:00', '2026-03-11T02:30'];
  expect(iso(slotsBetween(schedule, at('2026-03-10T21:00Z'), at('2026-03-11T02:30Z')))).toEqual(all);
  expect(iso(slotsBetween(schedule, at('2026-03-11T01:50Z'), at('2026-03-11T02:30Z')))).toEqual(all.slice(1));
  const nightly = cron('0 23 * * *', 'UTC', [window('22:00', '02:00')]);
  expect(iso([nextSlot(nightly, at('2026-03-11T00:30Z'))!])).toEqual(['2026-03-11T02:00']);
});

test('the last and the next slot are found near and far', () => {
  const [minutely, leap] = [cron('* * * * *', CHICAGO), cron('0 0 29 2 *', 'UTC')];
  expect(iso([lastSlot(minutely, 0, at('2026-03-08T08:00:30Z'))!])).toEqual(['2026-03-08T08:00']);
  expect(iso([lastSlot(leap, at('2016-03-01T00:00Z'), at('2024-02-28T00:00Z'))!])).toEqual(['2020-02-29T00:00']);
  expect(lastSlot(leap, at('2020-02-29T00:00Z'), at('2024-02-28T00:00Z'))).toBeUndefined();
  expect(iso([nextSlot(leap, at('2096-02-29T00:00Z'))!])).toEqual(['2104-02-29T00:00']);
});

/** Mulberry32: the same schedules in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test.each([
  [CHICAGO, '2026-03-07T00:00Z'],
  [CHICAGO, '2026-10-31T00:00Z'],
  [BERLIN, '2026-03-28T00:00Z'],
  [BERLIN, '2026-10-24T00:00Z'],
  [LORD_HOWE, '2026-04-04T00:00Z'],
  [LORD_HOWE, '2026-10-02T12:00Z'],
  ['Asia/Kathmandu', '2026-02-27T00:00Z'],
  ['Pacific/Apia', '2011-12-29T00:00Z'],
  ['Africa/Casablanca', '2026-02-14T00:00Z'],
])('in %s from %s, 20 schedules have the slots that a walk from minute to minute meets', (timezone, begin) => {
  const random = randomOf(begin.length * 7919 + at(begin) / 3_600_000);
  const pick = <T>(...from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  for (let round = 0; round < 20; round++) {
    const text = [
      pick('*', '0', '30', '*/15', '5,35', '45', '10-50/20'),
      pick('*', '*', '0-23', '2', '1', '1,2,3', '0-4', '*/2', '0', '23', '3'),
      pick('*', '*', '*', '1,8,29', '*/2'),
      '*',
      pick('*', '*', '*', '0,6', 'mon-fri'),
    ].join(' ');
    const blackout =
      random() < 0.5
        ? []
        : [
            window(
              pick('00:30', '22:00', '01:00', '02:15'),
              pick('01:30', '02:30', '03:00', '23:00'),
              pick(EVERY_DAY, [0, 6]),
            ),
          ];
    const schedule = cron(text, timezone, blackout);
    const after = at(begin) + Math.floor(random() * 1440) * 60_000 + pick(0, 0, 1, 30_000);
    const until = after + Math.floor(random() * 60 * 60) * 60_000;
    expect({ text, blackout, slots: iso(slotsBetween(schedule, after, until)) }).toEqual({
      text,
      blackout,
      slots: iso(slotsByWalking(text, timezone, blackout, after, until)),
    });
  }
});
