import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFaultPlan } from '../../../simulators/snowflake/faults.js';
import { startSnowflakeSimulator, type SnowflakeSimulator } from '../../../simulators/snowflake/server.js';
import { connectSnowflake, type SnowflakeSession } from '../../../support/snowflake.js';

let simulator: SnowflakeSimulator;
let session: SnowflakeSession;
const count = async (): Promise<string | null> => (await session.values('SELECT COUNT(*) FROM t'))[0][0];

beforeAll(async () => {
  simulator = await startSnowflakeSimulator({ firstRows: 2, chunkRows: 3 });
});
beforeEach(async () => {
  session = await connectSnowflake(simulator);
  await session.run('CREATE OR REPLACE TABLE t (k NUMBER)');
});
afterEach(async () => {
  expect(simulator.faults.waiting()).toEqual([]);
  simulator.faults.clear();
  await session.close();
});
afterAll(() => simulator.close());

describe('faults of the simulated Snowflake', () => {
  it('answers 503 or 429, breaks a connection or loses a reply, and the driver sends the statement again', async () => {
    // At once, since the driver waits a second or more before it does.
    const kinds = ['503', '429', 'reset', 'lost_reply'] as const;
    await session.run('CREATE OR REPLACE TABLE kinds (kind VARCHAR)');
    simulator.faults.set(...kinds.map((kind) => ({ on: new RegExp(`^INSERT INTO kinds .*${kind}`), kind })));
    await Promise.all(
      kinds.map(async (kind) => {
        const own = await connectSnowflake(simulator);
        expect((await own.run(`INSERT INTO kinds VALUES ('${kind}')`)).updated).toBe(1);
        await own.close();
      }),
    );
    expect(await session.values('SELECT kind FROM kinds ORDER BY kind')).toEqual(
      kinds.toSorted().map((kind) => [kind]),
    );
    const recorded = simulator.statements.filter(({ sql }) => sql.startsWith('INSERT INTO kinds'));
    expect(recorded.map(({ outcome, fault }) => `${outcome} ${fault ?? ''}`).toSorted()).toEqual([
      'lost 429',
      'lost 503',
      'lost reset',
      'succeeded ',
      'succeeded ',
      'succeeded ',
      'succeeded lost_reply',
    ]);
  });
  it('loses the reply of a COMMIT together with the session', async () => {
    simulator.faults.set({ on: /^COMMIT$/, kind: 'lost_session' });
    await session.run('BEGIN');
    await session.run('INSERT INTO t VALUES (1)');
    await expect(session.run('COMMIT')).rejects.toBeDefined();
    await expect(session.run('SELECT 1')).rejects.toBeDefined();
    session = await connectSnowflake(simulator);
    expect(await count()).toBe('1');
  });
  it('loses the session between two statements of a transaction', async () => {
    await session.run('BEGIN');
    await session.run('INSERT INTO t VALUES (1)');
    simulator.faults.set({ on: 'statement', kind: 'gone_session' });
    await expect(session.run('INSERT INTO t VALUES (2)')).rejects.toBeDefined();
    session = await connectSnowflake(simulator);
    expect(await count()).toBe('0');
  });
  it('lets a token expire, which the driver renews', async () => {
    simulator.faults.set({ on: /^INSERT/, kind: 'expired_token' });
    expect((await session.run('INSERT INTO t VALUES (1)')).updated).toBe(1);
    expect(await count()).toBe('1');
  });
  it('fails the statement of a number with an error that is given', async () => {
    simulator.faults.set({
      on: 'statement',
      nth: 2,
      kind: 'error',
      error: { code: '000603', sqlState: 'XX000', message: 'internal error' },
    });
    await session.run('INSERT INTO t VALUES (1)');
    await expect(session.run('INSERT INTO t VALUES (2)')).rejects.toMatchObject({ code: '000603', sqlState: 'XX000' });
    expect(await count()).toBe('1');
  });
  it('gives large results in chunks, and breaks and delays those', async () => {
    await session.run('INSERT INTO t VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)');
    simulator.faults.set({ on: 'chunk', kind: 'delay', delayMs: 20 }, { on: 'chunk', kind: '503', nth: 2 });
    expect((await session.values('SELECT k FROM t ORDER BY k')).map(([k]) => Number(k))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });
  it('sends the files of a PUT to where none can be put', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'snowflake-test-'));
    writeFileSync(join(folder, 'a.csv'), '1\n');
    await session.run('CREATE STAGE IF NOT EXISTS st');
    simulator.faults.set({ on: /^PUT/, kind: 'lost_files' });
    await expect(session.run(`PUT 'file://${folder}/a.csv' @st`)).rejects.toBeDefined();
    expect(await session.values('LIST @st')).toEqual([]);
    await session.run(`PUT 'file://${folder}/a.csv' @st`);
    expect(await session.values('LIST @st')).toHaveLength(1);
    rmSync(folder, { recursive: true });
  });
  it('refuses to log in once', async () => {
    simulator.faults.set({ on: 'login', kind: '503' });
    const again = await connectSnowflake(simulator);
    expect(await again.values('SELECT 1')).toEqual([['1']]);
    await again.close();
  });
  it('refuses a fault that could never hit', () => {
    const plan = createFaultPlan();
    expect(() => plan.set({ on: 'login', kind: 'gone_session' })).toThrow(RangeError);
    expect(() => plan.set({ on: 'statement', kind: 'error' })).toThrow('needs code');
    expect(() => plan.set({ on: 'statement', kind: '503', nth: 0 })).toThrow('whole numbers');
  });
});
