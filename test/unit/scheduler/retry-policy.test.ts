import { describe, expect, it } from '@jest/globals';
import { afterFault, holdsSchedule, isDeadly, RETRIES } from '../../../core/scheduler/retry-policy.js';
import type { ErrorKind } from '../../../core/sdk/errors.js';

const errors = (...kinds: ErrorKind[]) => kinds.map((kind) => ({ kind, message: `a fault of kind ${kind}` }));
const middle = () => 0.5;
const after = (kinds: ErrorKind[], more: Partial<Parameters<typeof afterFault>[0]> = {}, random = middle) =>
  afterFault({ attempt: 1, fruitless: 0, hasCommitted: false, errors: errors(...kinds), ...more }, random);

describe('after a fault', () => {
  it.each(['transient', 'rate_limit'] as const)('%s is tried again, each time later, five times in all', (kind) => {
    const pauses = [0, 1, 2, 3, 4].map((fruitless) => after([kind], { attempt: fruitless + 1, fruitless }));
    expect(pauses).toMatchObject([
      { verdict: 'again', pauseMs: 10_000, fruitless: 1 },
      { verdict: 'again', pauseMs: 30_000, fruitless: 2 },
      { verdict: 'again', pauseMs: 90_000, fruitless: 3 },
      { verdict: 'again', pauseMs: 270_000, fruitless: 4 },
      { verdict: 'exhausted' },
    ]);
  });

  it('progress begins the count anew, up to twenty attempts', () => {
    expect(after(['transient'], { attempt: 19, fruitless: 4, hasCommitted: true })).toMatchObject({
      verdict: 'again',
      pauseMs: 10_000,
      fruitless: 1,
    });
    expect(after(['transient'], { attempt: 20, hasCommitted: true })).toMatchObject({ verdict: 'exhausted' });
  });

  it.each(['config', 'auth', 'schema'] as const)('%s needs a person, whatever else failed', (kind) => {
    expect(after(['transient', kind, 'locked'])).toMatchObject({ verdict: 'person', error: { kind } });
  });

  it.each(['source', 'destination', 'data', 'expectation', 'internal'] as const)(
    '%s waits for the next slot',
    (kind) => {
      expect(after([kind])).toMatchObject({ verdict: 'next', error: { kind } });
      expect(after([kind, 'transient'])).toMatchObject({ verdict: 'again', error: { kind: 'transient' } });
    },
  );

  it('waits while another run has the connection, which is no fault of this one', () => {
    expect(after(['locked'], { attempt: 7, fruitless: 1 })).toMatchObject({
      verdict: 'wait',
      pauseMs: 60_000,
      fruitless: 1,
    });
    expect(after(['locked'], { attempt: 20 })).toMatchObject({ verdict: 'exhausted' });
  });

  it('a failure that says nothing is a bug', () => {
    expect(after([])).toMatchObject({ verdict: 'next', error: { kind: 'internal' } });
  });

  it('pauses differ by a fifth either way', () => {
    expect(after(['transient'], {}, () => 0)).toMatchObject({ pauseMs: 8_000 });
    expect(after(['transient'], {}, () => 1)).toMatchObject({ pauseMs: 12_000 });
  });
});

it.each([
  ['auth', 'failed', true],
  ['config', 'failed', true],
  // Other streams came in, and go on; a refused login ended the run before it came to them.
  ['schema', 'partial', false],
  ['auth', 'partial', true],
  // The data came in, the marts did not.
  ['auth', 'succeeded', false],
] as const)('a fault of kind %s in a run that %s holds the schedule: %s', (kind, state, isHeld) => {
  expect(holdsSchedule({ kind, message: 'a fault' }, state)).toBe(isHeld);
});

it('a right that one stream lacks holds nothing where others came in, and does not hide a refused login', () => {
  const lacking = { kind: 'auth', fault: 'permission', message: 'no right' } as const;
  expect([holdsSchedule(lacking, 'partial'), holdsSchedule(lacking, 'failed')]).toEqual([false, true]);
  const refused = { kind: 'auth', message: 'refused' } as const;
  const attempted = { attempt: 1, fruitless: 0, hasCommitted: true, errors: [lacking, refused] };
  expect(afterFault(attempted, () => 0.5)).toEqual({ verdict: 'person', error: refused });
});

it('a request that killed five workers in a row is given to no sixth', () => {
  expect([4, 5].map((fruitless) => isDeadly({ fruitless, attempt: 6 }))).toEqual([false, true]);
  // Given back by every worker that was restarted, it may have been taken often.
  expect(isDeadly({ fruitless: 0, attempt: 100 })).toBe(false);
  expect(isDeadly({ fruitless: 1, attempt: RETRIES.attempts + 1 })).toBe(true);
});
