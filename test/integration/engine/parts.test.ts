import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Window } from '../../../core/protocol/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { CONNECTION, fields, openBench, SCHEMA, windows, type Bench } from './runs.js';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const SHAPE = { fields: fields('id', 'day date', 'sent integer', 'seen integer'), key: ['id'] };
const VERSIONED = { ...SHAPE, version: 'seen' };
const CURSOR = { field: 'day', start: '2026-01-01', window: '1d', timeZone: 'UTC' };
const DAY = (n: number) => `2026-01-${String(n).padStart(2, '0')}`;
const ROWS = 300;

/** Each day has rows of its own, and one that all days bring. */
const stream = (shape: typeof SHAPE, seen: number) =>
  windows(shape, CURSOR as never, ({ from }: Window) => [
    ...Array.from({ length: ROWS }, (_, n) => ({ id: `${from}-${n}`, day: from, sent: n * seen, seen })),
    { id: 'all', day: DAY(1), sent: seen, seen },
  ]);

const part = (from: string, to: string) => ({
  range: { from, to },
  run: { id: randomUUID(), connection: CONNECTION, part: `${from}..${to}` },
});

it('brings in by parts side by side, and beside an ordinary run, what one run brings in, and moves no bookmark', async () => {
  const early = { startedAt: new Date('2026-01-04T12:00:00Z') };
  expect(await bench.run(stream(VERSIONED, 1), { request: early })).toMatchObject({ state: 'succeeded' });
  const before = await bench.query('SELECT position FROM tributary.bookmark');
  // All of them at the merge at once, on the same rows.
  const later = { startedAt: new Date('2026-01-20T12:00:00Z') };
  const days = [1, 4, 7, 10, 13].map((first) => part(DAY(first), DAY(first + 2)));
  const outcomes = await Promise.all([
    ...days.map((request) => bench.run(stream(VERSIONED, 2), { request: { ...later, ...request } })),
    bench.run(stream(VERSIONED, 3), { request: { startedAt: new Date('2026-01-05T12:00:00Z') } }),
  ]);
  expect(outcomes.map(({ state, error }) => ({ state, error }))).toEqual(
    outcomes.map(() => ({ state: 'succeeded', error: undefined })),
  );
  const [{ rows: count, ids }] = (await bench.query(
    `SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM ${SCHEMA}.items`,
  )) as [{ rows: number; ids: number }];
  expect({ count, ids }).toEqual({ count: 15 * ROWS + 1, ids: 15 * ROWS + 1 });
  // The newest version of a row wins, whoever came last.
  expect(await bench.query(`SELECT seen::int FROM ${SCHEMA}.items WHERE id = 'all'`)).toEqual([{ seen: 3 }]);
  expect(
    await bench.query(`SELECT count(*)::int AS n FROM ${SCHEMA}.items WHERE seen <> CASE WHEN id = 'all' THEN 3
      WHEN day >= '2026-01-04' AND day <= '2026-01-05' THEN 3 ELSE 2 END`),
  ).toEqual([{ n: 0 }]);
  expect(before).toHaveLength(1);
  expect((await bench.query('SELECT position FROM tributary.bookmark'))[0]).toMatchObject({
    position: { frontier: '2026-01-05' },
  });
}, 60_000);

it('lets no dead attempt of a part commit, and an ordinary run goes on meanwhile', async () => {
  const at = new EventEmitter();
  const reached = once(at, 'staged');
  const days = part(DAY(1), DAY(3));
  const request = { startedAt: new Date('2026-01-04T12:00:00Z') };
  const zombie = bench.run(stream(SHAPE, 1), {
    request: { ...request, ...days },
    at: {
      after_staging: async () => {
        at.emit('staged');
        await once(at, 'go');
      },
    },
  });
  await reached;
  expect(await bench.run(stream(SHAPE, 5), { request })).toMatchObject({ state: 'succeeded' });
  const again = { ...days, run: { ...days.run, id: randomUUID() } };
  expect(await bench.run(stream(SHAPE, 7), { request: { ...request, ...again } })).toMatchObject({
    state: 'succeeded',
  });
  at.emit('go');
  expect(await zombie).toMatchObject({ state: 'failed', error: { kind: 'locked' } });
  expect(await bench.query(`SELECT DISTINCT seen::int FROM ${SCHEMA}.items WHERE day < '2026-01-04'`)).toEqual([
    { seen: 7 },
  ]);
});

it('leaves rows alone that the ordinary run loaded since the part began, where no column says which is newer', async () => {
  const request = { startedAt: new Date('2026-01-04T12:00:00Z') };
  const days = part(DAY(1), DAY(1));
  const outcome = await bench.run(stream(SHAPE, 1), {
    request: { ...request, ...days },
    at: { after_fence: () => bench.run(stream(SHAPE, 2), { request }) },
  });
  expect(outcome).toMatchObject({ state: 'succeeded', ledger: { superseded: ROWS + 1, updated: 0 } });
  expect(await bench.query(`SELECT DISTINCT seen::int FROM ${SCHEMA}.items`)).toEqual([{ seen: 2 }]);
});
