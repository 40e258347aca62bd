import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { keepLease } from '../../../core/scheduler/lease-keeper.js';
import type { Lease, RequestStore } from '../../../core/scheduler/request-store.js';

const TIMES = { leaseMs: 30_000, renewEveryMs: 10_000 };
const LEASE = { epoch: 1 } as Lease;

type Renew = RequestStore['renew'];

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function kept(renew: Renew) {
  const ends: string[] = [];
  const keeper = keepLease({ renew }, LEASE, TIMES, (why) => ends.push(why));
  return { keeper, ends, after: (ms: number) => jest.advanceTimersByTimeAsync(ms) };
}

it('renews until it is stopped, and tells what was committed', async () => {
  const renew = jest.fn<Renew>(async () => ({ isHeld: true, isCancelWanted: false }));
  const { keeper, ends, after } = kept(renew);
  await after(10_000);
  keeper.committed();
  await after(10_000);
  await keeper.stop();
  await after(60_000);
  expect(renew.mock.calls).toEqual([
    [LEASE, 30_000, false],
    [LEASE, 30_000, true],
  ]);
  expect(ends).toEqual([]);
});

it('a store that is silent for less than a lease changes nothing, and for longer the lease counts as lost', async () => {
  let isSilent = true;
  const { keeper, ends, after } = kept(async () => {
    if (isSilent) throw new Error('no connection');
    return { isHeld: true, isCancelWanted: false };
  });
  await after(20_000);
  expect([keeper.isHeld, ends]).toEqual([true, []]);
  isSilent = false;
  await after(10_000);
  isSilent = true;
  await after(20_000);
  expect(keeper.isHeld).toBe(true);
  await after(10_000);
  expect([keeper.isHeld, ends]).toEqual([false, ['lost']]);
  // Told once.
  await after(30_000);
  expect(ends).toEqual(['lost']);
  await keeper.stop();
});

it('a store that hangs costs the lease too', async () => {
  const { keeper, ends, after } = kept(() => new Promise(() => undefined));
  await after(40_001);
  expect([keeper.isHeld, ends]).toEqual([false, ['lost']]);
});

it.each([
  ['lost', { isHeld: false, isCancelWanted: false }],
  ['cancelled', { isHeld: true, isCancelWanted: true }],
] as const)('says that it is %s', async (why, answer) => {
  const { keeper, ends, after } = kept(async () => answer);
  await after(25_000);
  expect([ends, keeper.isHeld]).toEqual([[why], answer.isHeld]);
  await keeper.stop();
});
