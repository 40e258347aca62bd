import { describe, expect, it } from '@jest/globals';
import { cutWindows, dayIn, frontierAfter } from '../../../core/engine/windows.js';

const daily = { field: 'day', start: '2026-03-01', timeZone: 'America/Chicago' };
const cut = (request: Partial<Parameters<typeof cutWindows>[0]>) =>
  cutWindows({
    cursor: daily,
    isDaily: true,
    frontier: undefined,
    lookback: undefined,
    runStart: new Date('2026-03-10T12:00:00Z'),
    ...request,
  }).map(({ id, days }) => `${id} ${days}`);

describe('windows of days', () => {
  it('run to today in the source’s zone, today included, in steps', () => {
    const cursor = { ...daily, window: '4d' };
    // 04:30 UTC is still the day before in Chicago.
    expect(cut({ cursor, runStart: new Date('2026-03-10T04:30:00Z') })).toEqual([
      '2026-03-01..2026-03-05 4',
      '2026-03-05..2026-03-09 4',
      '2026-03-09..2026-03-10 1',
    ]);
  });

  it('count a day as a day where the clock changes', () => {
    // Chicago skips an hour on 2026-03-08 and repeats one on 2026-11-01.
    expect(cut({ frontier: '2026-03-07' })).toEqual(['2026-03-07..2026-03-11 4']);
    expect(dayIn('America/Chicago', new Date('2026-11-01T05:30:00Z'))).toBe('2026-11-01');
    expect(dayIn('America/Chicago', new Date('2026-11-02T05:30:00Z'))).toBe('2026-11-01');
  });

  it('take the lookback off the bookmark, but not past the start', () => {
    expect(cut({ frontier: '2026-03-10', lookback: '3d' })).toEqual(['2026-03-07..2026-03-11 4']);
    expect(cut({ frontier: '2026-03-02', lookback: '14d' })).toEqual(['2026-03-01..2026-03-11 10']);
  });

  it('hold what a person asks for, and nothing of the future', () => {
    expect(cut({ range: { from: '2026-01-30', to: '2026-02-01' }, frontier: '2026-03-10' })).toEqual([
      '2026-01-30..2026-02-02 3',
    ]);
    expect(cut({ range: { from: '2026-03-09', to: '2026-12-31' } })).toEqual(['2026-03-09..2026-03-11 2']);
  });

  it('go on to today in the source’s zone where a person names no end', () => {
    // 04:30 UTC is still the day before in Chicago; 12:00 UTC is already the day after in Auckland.
    const early = new Date('2026-03-10T04:30:00Z');
    expect(cut({ range: { from: '2026-03-09' }, runStart: early })).toEqual(['2026-03-09..2026-03-10 1']);
    expect(() => cut({ range: { from: '2026-03-10' }, runStart: early })).toThrow(
      'from 2026-03-10 to now holds nothing',
    );
    const cursor = { ...daily, timeZone: 'Pacific/Auckland' };
    expect(cut({ cursor, range: { from: '2026-03-11' } })).toEqual(['2026-03-11..2026-03-12 1']);
  });
});

describe('windows of instants', () => {
  const cursor = { field: 'at', start: '2026-03-10T00:00:00Z', window: '8h' };
  it('end with the start of the run, which no record is read twice or missed by', () => {
    expect(cut({ cursor, isDaily: false })).toEqual([
      '2026-03-10T00:00:00.000Z..2026-03-10T08:00:00.000Z 1',
      '2026-03-10T08:00:00.000Z..2026-03-10T12:00:00.000Z 1',
    ]);
    expect(cut({ cursor, isDaily: false, frontier: '2026-03-10T12:00:00.000Z' })).toEqual([]);
  });

  it('hold the whole of the last day that a person asks for', () => {
    expect(
      cut({ cursor: { ...cursor, window: '1d' }, isDaily: false, range: { from: '2026-03-05', to: '2026-03-06' } }),
    ).toEqual([
      '2026-03-05T00:00:00.000Z..2026-03-06T00:00:00.000Z 1',
      '2026-03-06T00:00:00.000Z..2026-03-07T00:00:00.000Z 1',
    ]);
  });

  it('read a last day where the bookmark lies in the future', () => {
    const early = { ...cursor, start: '2026-01-01T00:00:00Z', window: '1d' };
    expect(cut({ cursor: early, isDaily: false, frontier: '2030-01-01T00:00:00.000Z' })).toEqual([
      '2026-03-09T12:00:00.000Z..2026-03-10T12:00:00.000Z 1',
    ]);
  });
});

it('a bookmark moves to the window’s end, capped by the start of the run', () => {
  const window = (to: string) => ({ id: '', from: '2026-03-01', to, days: 1 });
  const start = new Date('2026-03-10T04:30:00Z');
  expect(frontierAfter(window('2026-03-05'), true, daily, start)).toBe('2026-03-05');
  expect(frontierAfter(window('2026-03-10'), true, daily, start)).toBe('2026-03-09');
});

it.each([
  [{ cursor: { ...daily, timeZone: 'Chicago' } }, '"Chicago" is not a time zone'],
  [{ cursor: { ...daily, start: 'soon' } }, '"soon" is not a day'],
  [{ lookback: 'two weeks' }, '"two weeks" is not a duration'],
  [{ range: { from: '2026-03-02', to: '2026-03-01' } }, 'holds nothing'],
])('what is no time is refused: %j', (request, message) => {
  expect(() => cut(request)).toThrow(message);
});
