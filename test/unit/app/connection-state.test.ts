import { expect, test } from '@jest/globals';
import { connectionForm } from '../../../core/api/connection-form.js';
import { stateOf } from '../../../core/api/connection-state.js';
import type { RunRecord } from '../../../core/persistence/run-store.js';

const run = (part: Partial<RunRecord>): RunRecord => ({
  id: 'r',
  connection: 'daily',
  state: 'succeeded',
  trigger: 'manual',
  startedAt: '2026-03-01T00:00:00Z',
  streams: {},
  owner: { host: 'h', pid: 1, started: '1' },
  heartbeatAt: '2026-03-01T00:00:00Z',
  ...part,
});
const ledger = {};

test.each([
  [undefined, 'never_run'],
  [run({}), 'on_time'],
  [run({ state: 'running' }), 'on_time'],
  [run({ state: 'interrupted' }), 'failing'],
  // The data came in, the marts did not.
  [run({ error: { kind: 'destination', message: 'full' } }), 'failing'],
  [run({ error: { kind: 'auth', message: 'no right to create the marts' } }), 'action_required'],
  [run({ error: { kind: 'config', message: 'a column of the fact is gone' } }), 'action_required'],
  [
    run({ state: 'partial', streams: { a: { state: 'failed', ledger, error: { kind: 'schema', message: 'new' } } } }),
    'action_required',
  ],
])('the last run %j makes the connection %s', (last, state) => {
  expect(stateOf(last)).toBe(state);
});

const pause = { since: '2026-03-01T00:00:00Z', by: 'somebody' };
const action = {
  ...pause,
  request: 'r',
  error: { kind: 'auth', message: 'refused' },
  settings: { salt: '', hash: '' },
} as const;
test.each([
  [run({}), { actionRequired: action }, 'action_required'],
  [run({ state: 'failed' }), { paused: pause, actionRequired: action }, 'paused'],
  [undefined, { paused: pause }, 'paused'],
])('the last run %j and the holds %j make the connection %s', (last, holds, state) => {
  expect(stateOf(last, {}, holds)).toBe(state);
});

const slot = '2026-03-02T05:00:00.000Z';
test.each([
  [run({}), { overdueSlot: slot, lastSuccess: '2026-03-01T05:10:00.000Z' }, 'late'],
  [run({}), { overdueSlot: slot, lastSuccess: '2026-03-02T05:10:00.000Z' }, 'on_time'],
  [run({}), { lastSuccess: '2026-03-01T05:10:00.000Z' }, 'on_time'],
  [run({ state: 'running' }), { overdueSlot: slot }, 'late'],
  [undefined, { overdueSlot: slot }, 'late'],
  [run({ state: 'failed' }), { overdueSlot: slot }, 'failing'],
])('the last run %j and %j make the connection %s', (last, punctuality, state) => {
  expect(stateOf(last, punctuality)).toBe(state);
});

test('a connection that is held has no next slot, one that only failed has', () => {
  const summary = { name: 'daily', source: 'exports', destination: 'warehouse', schema: 'raw', streams: [] };
  const nextSlot = '2026-03-02T05:00:00.000Z';
  const schedule = { schedule: { every: '1d' }, nextSlot, overdueSlot: undefined };
  const slotOf = (holds: object) =>
    connectionForm(summary, { last: run({ state: 'failed' }), schedule, holds }).next_slot;
  expect([{}, { paused: pause }, { actionRequired: action }].map(slotOf)).toEqual([nextSlot, null, null]);
});
