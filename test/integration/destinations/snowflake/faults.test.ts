import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunIdentity } from '../../../../core/protocol/index.js';
import { openConnection } from '../../../../destinations/snowflake/connection.js';
import { endTransactionsOf } from '../../../../destinations/snowflake/fence.js';
import { transactionName } from '../../../../destinations/snowflake/names.js';
import { openPool } from '../../../../destinations/snowflake/pool.js';
import { openSession } from '../../../../destinations/snowflake/session.js';
import { snowflakeConfig } from '../../../../destinations/snowflake/snowflake.config.js';
import { CONNECTION, fields, rows, windows } from '../../engine/runs.js';
import { openAccount, type AccountBench } from './account.js';

let bench: AccountBench;
beforeEach(async () => {
  bench = await openAccount({ blockerIdleMs: 600_000 });
});
afterEach(() => bench.close());

const ITEM = { fields: fields('id integer', 'name string?') };
const items = () => bench.query<{ id: number; name: string }>('SELECT id, name FROM raw_test.items ORDER BY id');
const left = async () => {
  const tables = await bench.query(
    `SELECT table_name FROM information_schema.tables WHERE STARTSWITH(table_name, 'STG_')`,
  );
  return tables.length + (await bench.query('LIST @tributary.load')).length;
};

describe('a statement of a checkpoint that fails', () => {
  it('leaves nothing of it, wherever it stands, and the next attempt does all of it', async () => {
    await bench.run(rows(ITEM, [{ id: 1, name: 'old' }]));
    bench.statements();
    const records = [
      { id: 1, name: 'new' },
      { id: 2, name: 'b' },
    ];
    const clean = await openAccount();
    await clean.run(rows(ITEM, [{ id: 1, name: 'old' }]));
    clean.statements();
    await clean.run(rows(ITEM, records));
    const own = clean.statements();
    await clean.close();
    const from = own.findIndex((sql) => sql.startsWith('BEGIN TRANSACTION NAME'));
    const to = own.indexOf('COMMIT', from);
    expect(to - from).toBeGreaterThan(8);
    for (let at = from; at <= to; at += 1) {
      const text = own[at]!;
      const error = { code: '000603', sqlState: 'XX000', message: 'SQL execution internal error' };
      const nth = own.slice(from, at + 1).filter((sql) => sql === text).length;
      const on = new RegExp(
        `^${text
          .slice(0, 60)
          .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replaceAll(/[0-9a-fA-F]{8,}/g, '.+')
          .replaceAll(/_\d+_/g, '_\\d+_')}`,
      );
      bench.account.faults.set({ on, kind: 'error', error, nth: text === 'COMMIT' ? 2 : nth });
      const failed = await bench.run(rows(ITEM, records));
      const isHit = bench.account.faults.waiting().length === 0;
      bench.account.faults.clear();
      expect({ at: text.slice(0, 60), isHit, state: failed.state }).toEqual({
        at: text.slice(0, 60),
        isHit: true,
        state: 'failed',
      });
      expect(await items()).toEqual([{ id: 1, name: 'old' }]);
      expect(await bench.query('SELECT SUM(inserted) AS n FROM tributary.ledger')).toEqual([{ n: 1 }]);
    }
    expect(await bench.run(rows(ITEM, records))).toMatchObject({ ledger: { inserted: 1, updated: 1 } });
    expect(await left()).toBe(0);
  }, 120_000);
});

describe('a COMMIT whose reply is lost', () => {
  it('is found under the fence by its id, and not repeated', async () => {
    await bench.run(rows(ITEM, [{ id: 1, name: 'a' }]));
    bench.account.faults.set({ on: /^COMMIT$/, kind: 'lost_session', nth: 2 });
    const outcome = await bench.run(rows(ITEM, [{ id: 2, name: 'b' }]));
    expect(bench.account.faults.waiting()).toEqual([]);
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
    expect(await items()).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
    ]);
    expect(await bench.query('SELECT COUNT(*) AS n FROM tributary.ledger')).toEqual([{ n: 2 }]);
  }, 60_000);
});

it.each(['503', 'reset', 'expired_token', 'lost_reply'] as const)(
  'a run goes on after %s',
  async (kind) => {
    bench.account.faults.set({ on: /^(MERGE|COPY)/, kind, nth: 2 });
    const outcome = await bench.run(rows(ITEM, [{ id: 1, name: 'a' }]));
    bench.account.faults.clear();
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
    expect(await items()).toEqual([{ id: 1, name: 'a' }]);
  },
  90_000,
);

describe('two writers', () => {
  const takeOver = async () => {
    const session = await bench.session();
    await session.raiseFence({ id: randomUUID(), connection: CONNECTION });
    await session.close();
  };

  it('of which one has taken over: the zombie commits nothing', async () => {
    await bench.run(rows(ITEM, [{ id: 1, name: 'a' }]));
    const zombie = await bench.run(rows(ITEM, [{ id: 2, name: 'b' }]), { at: { after_staging: takeOver } });
    expect(zombie).toMatchObject({ state: 'failed', error: { kind: 'locked' }, ledger: { inserted: 0 } });
    expect(await items()).toEqual([{ id: 1, name: 'a' }]);
  }, 60_000);

  it.each(['after_merge', 'before_commit'])(
    'of which one died within its transaction, at %s: the other ends that, and it commits nothing',
    async (point) => {
      await bench.run(rows(ITEM, [{ id: 1, name: 'a' }, { id: 'none' }]));
      let isDone = false;
      const config = snowflakeConfig.parse(bench.config);
      const dead = bench.run(rows(ITEM, [{ id: 2, name: 'b' }]), {
        stream: { sync: 'full_refresh', write: 'overwrite' },
        at: {
          [point]: async () => {
            // It holds the lock and does not go on; whoever takes over waits in vain.
            const session = await openSession({ config, lockTimeoutSeconds: 1, probe: () => undefined });
            await session.raiseFence({ id: randomUUID(), connection: CONNECTION });
            await session.close();
            isDone = true;
          },
        },
      });
      expect(await dead).toMatchObject({ state: 'failed', ledger: { inserted: 0 } });
      expect(isDone).toBe(true);
      expect(await items()).toEqual([{ id: 1, name: 'a' }]);
      // Nor do statements after the end, each of which would be a transaction of its own.
      const openOnes = 'SELECT COUNT(*) AS n FROM tributary.quarantine_test WHERE resolved_at IS NULL';
      expect(await bench.query(openOnes)).toEqual([{ n: 1 }]);
      expect(await bench.run(rows(ITEM, [{ id: 3, name: 'c' }]))).toMatchObject({ ledger: { inserted: 1 } });
    },
    60_000,
  );
});

it('removes what a dead run left on the stage and in staging tables', async () => {
  await bench.run(rows(ITEM, [{ id: 1, name: 'a' }]));
  bench.account.faults.set({
    on: /^(REMOVE|DROP TABLE)/,
    kind: 'error',
    error: { code: '000603', sqlState: 'XX000', message: 'x' },
    every: 1,
  });
  await bench.run(rows(ITEM, [{ id: 2, name: 'b' }]));
  bench.account.faults.clear();
  expect(await left()).toBeGreaterThan(1);
  await bench.run(rows(ITEM, [{ id: 3, name: 'c' }]));
  expect(await left()).toBe(0);
});

it('removes what a part of a backfill left, also where nobody raises its fence again', async () => {
  const run = { id: randomUUID(), connection: CONNECTION, part: '2026-01-01..2026-01-31' };
  const shape = { fields: fields('id integer', 'day date'), key: ['id'] };
  const days = windows(shape, { field: 'day', start: '2026-01-01', window: '31d' }, ({ from }) => [
    { id: 1, day: from.slice(0, 10) },
  ]);
  const backfill = async (of: typeof run) => {
    bench.account.faults.set({
      on: /^(REMOVE|DROP TABLE)/,
      kind: 'error',
      error: { code: '000603', sqlState: 'XX000', message: 'x' },
      every: 1,
    });
    const range = { from: '2026-01-01', to: '2026-01-31' };
    expect(await bench.run(days, { request: { run: of, range } })).toMatchObject({ state: 'succeeded' });
    bench.account.faults.clear();
    return left();
  };
  const all = await backfill(run);
  expect(all).toBeGreaterThan(1);
  // It may still go on.
  await bench.run(rows(ITEM, []));
  expect(await left()).toBe(all);
  await bench.query(
    `UPDATE tributary.fence_test SET raised_at = DATEADD('DAY', -8, raised_at), held_at = DATEADD('DAY', -8, held_at)
      WHERE connection LIKE '%#%'`,
  );
  await bench.run(rows(ITEM, []));
  expect(await left()).toBe(0);
});

it('one that was taken over ends no transaction of its successor', async () => {
  const config = snowflakeConfig.parse(bench.config);
  const run = { id: randomUUID(), connection: CONNECTION };
  const session = await bench.session();
  await session.raiseFence(run);
  await session.raiseFence({ ...run, id: randomUUID() });
  await session.close();
  const pool = openPool({ config });
  const successor = await openConnection({ config });
  try {
    await successor.run(`BEGIN TRANSACTION NAME ${transactionName(CONNECTION, 2n)}`);
    await successor.run('UPDATE tributary.fence_test SET held_at = held_at');
    const open = async () => (await bench.query('SHOW TRANSACTIONS')).length;
    await endTransactionsOf(pool, 'tributary', { run, epoch: 1n });
    expect(await open()).toBe(1);
    await endTransactionsOf(pool, 'tributary', { run, epoch: 2n });
    expect(await open()).toBe(0);
  } finally {
    await successor.close();
    await pool.close();
  }
});

it('a commit of a part of a backfill that does not end is told by the part, and ended where another attempt has taken over', async () => {
  const [dead, again] = [randomUUID(), randomUUID()];
  const part = '2026-01-01..2026-01-31';
  const config = snowflakeConfig.parse(bench.config);
  const raise = async (run: RunIdentity) => {
    const session = await openSession({ config, lockTimeoutSeconds: 1, probe: () => undefined });
    try {
      return await session.raiseFence(run);
    } finally {
      await session.close();
    }
  };
  await raise({ id: dead, connection: CONNECTION, part });
  const hanging = await openConnection({ config });
  await hanging.run(`BEGIN TRANSACTION NAME ${transactionName(`${CONNECTION}#${part}`, 1n)}`);
  await hanging.run('UPDATE tributary.fence_test SET held_at = held_at');
  await expect(raise({ id: randomUUID(), connection: CONNECTION })).rejects.toMatchObject({
    kind: 'locked',
    message: `The fence of connection "test" is held by a commit of run ${dead}, which backfills 2026-01-01 to 2026-01-31.`,
    details: { hint: expect.stringMatching(/after 5 minutes.*SYSTEM\$ABORT_TRANSACTION\(\d+\)/) },
  });
  expect(await raise({ id: again, connection: CONNECTION, part })).toBe(2n);
  await hanging.run(`BEGIN TRANSACTION NAME ${transactionName(`${CONNECTION}#${part}`, 1n)}`);
  await hanging.run('UPDATE tributary.fence_test SET held_at = held_at');
  expect(await raise({ id: randomUUID(), connection: CONNECTION })).toBe(1n);
  await hanging.close();
});
