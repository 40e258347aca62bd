import { expect, test } from '@jest/globals';
import { createAdmission } from '../../../core/scheduler/admission.js';
import type { RequestRecord } from '../../../core/scheduler/request-store.js';
import type { ScheduledConnection } from '../../../core/scheduler/scheduler.js';

const MINUTE = 60_000;
const timed = (name: string, catchUp: 'coalesce' | 'skip'): ScheduledConnection => ({
  name,
  schedule: {
    when: { cron: '0 5 * * *' },
    timezone: 'America/Chicago',
    // 22:00 to 02:00 on Fridays.
    blackout: [{ from: 22 * 60, to: 2 * 60, days: [5] }],
  },
  catchUp,
  graceMs: 60 * MINUTE,
  jitterMs: 10 * MINUTE,
});
const admit = createAdmission([timed('daily', 'coalesce'), timed('fresh', 'skip'), { name: 'after', after: 'daily' }]);
const request = (connection: string, more: Partial<RequestRecord> = {}): RequestRecord => ({
  id: 'b5f3b2d6-6f1e-4d3e-9a55-0d7f5f6f9f10',
  connection,
  trigger: 'schedule',
  slot: '2026-03-13T10:00:00.000Z',
  notBefore: '2026-03-13T10:00:00.000Z',
  state: 'running',
  requestedAt: '2026-03-13T10:00:00.000Z',
  attempt: 1,
  isCancelWanted: false,
  fruitless: 0,
  ...more,
});
/** A Friday, 22:30 in Chicago, is this instant; its blackout ends at 07:00Z. */
const IN_BLACKOUT = Date.parse('2026-03-14T03:30:00Z');
const END = { notBefore: '2026-03-14T07:00:00.000Z' };

test.each<[string, RequestRecord, string, ReturnType<typeof admit>]>([
  ['in time', request('daily'), '2026-03-13T10:05Z', 'now'],
  ['late, of one that coalesces', request('daily'), '2026-03-13T20:00Z', 'now'],
  ['a minute within grace and jitter', request('fresh'), '2026-03-13T11:09Z', 'now'],
  ['a minute past grace and jitter', request('fresh'), '2026-03-13T11:11Z', 'missed'],
  ['past its grace, but begun before', request('fresh', { attempt: 2 }), '2026-03-13T20:00Z', 'now'],
  ['of a connection that is gone', request('gone'), '2026-03-14T03:30Z', 'now'],
  ['after another', request('after', { trigger: 'after' }), '2026-03-14T03:30Z', 'now'],
])('%s', (_what, asked, now, expected) => {
  expect(admit(asked, Date.parse(now))).toEqual(expected);
});

test('nothing that a schedule asked for begins in a blackout, a second attempt neither; what a person asked for does', () => {
  expect(admit(request('daily'), IN_BLACKOUT)).toEqual(END);
  expect(admit(request('daily', { attempt: 2 }), IN_BLACKOUT)).toEqual(END);
  expect(admit(request('daily', { trigger: 'api' }), IN_BLACKOUT)).toBe('now');
});

test('the grace of a slot that fell into a blackout counts from its end', () => {
  const slot = request('fresh', { slot: '2026-03-14T04:00:00.000Z' });
  expect(admit(slot, Date.parse('2026-03-14T07:30Z'))).toBe('now');
  expect(admit(slot, Date.parse('2026-03-14T08:11Z'))).toBe('missed');
});
