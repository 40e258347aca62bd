import { startSnowflakeSimulator, type SnowflakeSimulator } from '../../../simulators/snowflake/server.js';
import { connectSnowflake, type SnowflakeSession } from '../../../support/snowflake.js';

let simulator: SnowflakeSimulator;
let one: SnowflakeSession;
let two: SnowflakeSession;
const rows = async (session: SnowflakeSession, table = 't') =>
  (await session.values(`SELECT k, v FROM ${table} ORDER BY k, v`)).map((row) => row.join(':'));
/** Whether it is still open after others had their turn. */
const isWaiting = async (promise: Promise<unknown>): Promise<boolean> => {
  let isOver = false;
  void promise.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  // A statement of another session goes there and back; what waits for a lock is not over by then.
  await one.values('SELECT 1');
  await one.values('SELECT 1');
  return !isOver;
};

beforeEach(async () => {
  simulator = await startSnowflakeSimulator();
  [one, two] = await Promise.all([connectSnowflake(simulator), connectSnowflake(simulator)]);
  await one.run('CREATE TABLE t (k NUMBER, v VARCHAR)');
  await one.run("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
});
afterEach(async () => {
  await Promise.all([one.close(), two.close()]);
  await simulator.close();
});

describe('transactions of the simulated Snowflake', () => {
  it('show their own work, and the rest as it is committed', async () => {
    await one.run('CREATE TABLE u (k NUMBER, v VARCHAR)');
    await one.run('BEGIN');
    await one.run("UPDATE t SET v = 'mine' WHERE k = 1");
    expect(await rows(one)).toEqual(['1:mine', '2:b']);
    expect(await rows(two)).toEqual(['1:a', '2:b']);
    await two.run("INSERT INTO u VALUES (7, 'x')");
    expect(await rows(one, 'u')).toEqual(['7:x']);
    await one.run('COMMIT');
    expect(await rows(two)).toEqual(['1:mine', '2:b']);
  });
  it('leave nothing when they are rolled back', async () => {
    await one.run('BEGIN TRANSACTION');
    await one.run("INSERT INTO t VALUES (3, 'c')");
    await one.run('DELETE FROM t WHERE k = 1');
    await one.run('TRUNCATE TABLE t');
    expect(await rows(one)).toEqual([]);
    await one.run('ROLLBACK');
    expect(await rows(one)).toEqual(['1:a', '2:b']);
  });
  it('are committed by a definition', async () => {
    await one.run('BEGIN');
    await one.run("INSERT INTO t VALUES (3, 'c')");
    await one.run('CREATE TABLE IF NOT EXISTS other (a INT)');
    await one.run('ROLLBACK');
    expect(await rows(two)).toEqual(['1:a', '2:b', '3:c']);
  });
  it('stay open after a statement that failed, which leaves nothing', async () => {
    await one.run('BEGIN');
    await one.run("INSERT INTO t VALUES (3, 'c')");
    await expect(one.run('INSERT INTO t SELECT v, v FROM t')).rejects.toMatchObject({ code: '100038' });
    await one.run('COMMIT');
    expect(await rows(two)).toEqual(['1:a', '2:b', '3:c']);
  });
  it('wait for who changes the same table, and then see what that has done', async () => {
    await one.run('BEGIN');
    await one.run("UPDATE t SET v = 'one' WHERE k = 1");
    const waiting = two.run("UPDATE t SET v = v || '+two' WHERE k = 1");
    expect(await isWaiting(waiting)).toBe(true);
    expect(await one.values('SHOW LOCKS')).toMatchObject([
      [
        'ANALYTICS.PUBLIC.T',
        'PARTITIONS',
        expect.anything(),
        expect.anything(),
        'HOLDING',
        expect.anything(),
        expect.anything(),
        expect.anything(),
      ],
      [
        'ANALYTICS.PUBLIC.T',
        'PARTITIONS',
        expect.anything(),
        expect.anything(),
        'WAITING',
        null,
        expect.anything(),
        expect.anything(),
      ],
    ]);
    await one.run('COMMIT');
    await waiting;
    expect(await rows(one)).toEqual(['1:one+two', '2:b']);
  });
  it('change different tables at once', async () => {
    await one.run('CREATE TABLE u AS SELECT * FROM t');
    await one.run('BEGIN');
    await one.run("UPDATE t SET v = 'x'");
    await two.run('BEGIN');
    await two.run("UPDATE u SET v = 'y'");
    await two.run('COMMIT');
    await one.run('COMMIT');
    expect(await rows(one, 'u')).toEqual(['1:y', '2:y']);
  });
  it('add rows without waiting, and lose none of them', async () => {
    await one.run('BEGIN');
    await one.run("UPDATE t SET v = 'x' WHERE k = 1");
    await two.run("INSERT INTO t VALUES (3, 'c')");
    expect(await rows(one)).toEqual(['1:x', '2:b', '3:c']);
    await two.run('BEGIN');
    await two.run("INSERT INTO t VALUES (4, 'd')");
    expect(await rows(one)).toEqual(['1:x', '2:b', '3:c']);
    await one.run('COMMIT');
    expect(await rows(two)).toEqual(['1:x', '2:b', '3:c', '4:d']);
    await two.run('COMMIT');
    expect(await rows(one)).toEqual(['1:x', '2:b', '3:c', '4:d']);
  });
  it('wait no longer than LOCK_TIMEOUT', async () => {
    await one.run('BEGIN');
    await one.run('DELETE FROM t WHERE k = 1');
    await two.run('ALTER SESSION SET LOCK_TIMEOUT = 0');
    for (const sql of [
      "UPDATE t SET v = 'x'",
      'DELETE FROM t',
      'INSERT OVERWRITE INTO t SELECT * FROM t',
      'MERGE INTO t USING t s ON t.k = s.k WHEN MATCHED THEN DELETE',
      'ALTER TABLE t ADD COLUMN c INT',
    ])
      await expect(two.run(sql)).rejects.toMatchObject({ code: '000625', sqlState: '57014' });
    await one.run('COMMIT');
    await two.run("UPDATE t SET v = 'x'");
  });
  it('refuse a wait that would never end', async () => {
    await one.run('CREATE TABLE u AS SELECT * FROM t');
    await one.run('BEGIN');
    await one.run("UPDATE t SET v = 'x'");
    await two.run('BEGIN');
    await two.run("UPDATE u SET v = 'y'");
    const waiting = one.run("UPDATE u SET v = 'x'");
    expect(await isWaiting(waiting).catch(() => true)).toBe(true);
    await expect(two.run("UPDATE t SET v = 'y'")).rejects.toMatchObject({
      message: expect.stringContaining('deadlock'),
    });
    await two.run('ROLLBACK');
    await waiting;
  });
  it('end with their session', async () => {
    await two.run('BEGIN');
    await two.run("UPDATE t SET v = 'gone'");
    await two.close();
    await one.run("UPDATE t SET v = 'here' WHERE k = 1");
    expect(await rows(one)).toEqual(['1:here', '2:b']);
  });
  it('outlive a session that is lost, until another waits for them or an administrator ends them', async () => {
    simulator.faults.set({ on: /^SELECT 'last words'/, kind: 'lost_session' });
    await two.run('BEGIN');
    await two.run("UPDATE t SET v = 'gone'");
    await expect(two.run("SELECT 'last words'")).rejects.toBeDefined();
    const [[id]] = await one.values('SHOW TRANSACTIONS IN ACCOUNT');
    await one.run('ALTER SESSION SET LOCK_TIMEOUT = 0');
    await expect(one.run("UPDATE t SET v = 'here'")).rejects.toMatchObject({ code: '000625' });
    await one.run(`SELECT SYSTEM$ABORT_TRANSACTION(${id})`);
    await one.run("UPDATE t SET v = 'here'");
    expect(await one.values('SHOW TRANSACTIONS IN ACCOUNT')).toEqual([]);
  });
  it('are rolled back when they idle while another waits', async () => {
    const impatient = await startSnowflakeSimulator({ blockerIdleMs: 50 });
    const [idle, waiting] = await Promise.all([connectSnowflake(impatient), connectSnowflake(impatient)]);
    await idle.run("CREATE TABLE t AS SELECT 1 AS k, 'a' AS v");
    await idle.run('BEGIN');
    await idle.run("UPDATE t SET v = 'idle'");
    await waiting.run("UPDATE t SET v = v || '+here'");
    await idle.run('COMMIT');
    expect(await rows(waiting)).toEqual(['1:a+here']);
    await Promise.all([idle.close(), waiting.close()]);
    await impatient.close();
  });
  it('do not idle while a statement of them runs', async () => {
    const impatient = await startSnowflakeSimulator({ blockerIdleMs: 50 });
    const [busy, waiting] = await Promise.all([connectSnowflake(impatient), connectSnowflake(impatient)]);
    await busy.run("CREATE TABLE t AS SELECT 1 AS k, 'a' AS v");
    await busy.run("CREATE TABLE large AS SELECT 1 AS k, 'a' AS v");
    for (let doubled = 0; doubled < 18; doubled += 1) await busy.run('INSERT INTO large SELECT k, v FROM large');
    await busy.run('BEGIN');
    await busy.run("UPDATE t SET v = 'busy'");
    const change = busy.run('UPDATE large SET v = SHA2(SHA2(SHA2(v)))');
    const waited = waiting.run("UPDATE t SET v = v || '+here'");
    await change;
    await busy.run('COMMIT');
    await waited;
    await Promise.all([busy.close(), waiting.close()]);
    await impatient.close();
  });
  it('hold back commits while AUTOCOMMIT is off', async () => {
    await one.run('ALTER SESSION SET AUTOCOMMIT = FALSE');
    await one.run("INSERT INTO t VALUES (3, 'c')");
    expect(await rows(two)).toEqual(['1:a', '2:b']);
    await one.run('COMMIT');
    expect(await rows(two)).toEqual(['1:a', '2:b', '3:c']);
  });
});
