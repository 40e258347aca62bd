import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSnowflakeSimulator, type SnowflakeSimulator } from '../../../simulators/snowflake/server.js';
import { connectSnowflake, type SnowflakeSession } from '../../../support/snowflake.js';

let simulator: SnowflakeSimulator;
let session: SnowflakeSession;
const folder = mkdtempSync(join(tmpdir(), 'snowflake-test-'));
beforeAll(async () => {
  simulator = await startSnowflakeSimulator();
  session = await connectSnowflake(simulator);
});
afterAll(async () => {
  await session.close();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the simulated Snowflake with the real driver', () => {
  it('makes a table, inserts and reads it', async () => {
    await session.run(
      'CREATE TABLE t (k NUMBER(38,0), v VARCHAR(10), n NUMBER(38,2), f FLOAT, b BOOLEAN, d DATE, ts TIMESTAMP_NTZ, tz TIMESTAMP_TZ, j VARIANT, x BINARY)',
    );
    const inserted = await session.run(
      `INSERT INTO t SELECT 12345678901234567890123456789012345678, 'a', 1.50, 2.5, TRUE, '2026-01-02', '2026-01-02 03:04:05.123456', '2026-01-02 03:04:05 +0200', PARSE_JSON('{"a":{"b":[1,"x"]}}'), TO_BINARY('DEADBEEF')`,
    );
    expect(inserted.updated).toBe(1);
    expect(await session.values('SELECT k, v, n, f, b, d, ts, tz, x FROM t')).toEqual([
      [
        '12345678901234567890123456789012345678',
        'a',
        '1.50',
        '2.5',
        'TRUE',
        '2026-01-02',
        '2026-01-02 03:04:05.123',
        '2026-01-02 03:04:05.000 +0200',
        'DEADBEEF',
      ],
    ]);
    expect(await session.values(`SELECT j:a.b[1]::string, j:a.b[0]::number + 1 FROM t`)).toEqual([['x', '2']]);
  });
  it('takes null for the same as null where it is asked so', async () => {
    expect(
      await session.values(`SELECT 1 IS NOT DISTINCT FROM 1, NULL IS DISTINCT FROM NULL, 1 IS DISTINCT FROM NULL`),
    ).toEqual([['TRUE', 'FALSE', 'TRUE']]);
  });
  it('stages files and loads them', async () => {
    writeFileSync(join(folder, 'a.csv'), '1,"x, ""y"""\n2,\n3,\\N\n');
    await session.run('CREATE TRANSIENT TABLE s (k NUMBER, v VARCHAR)');
    await session.run('CREATE STAGE st');
    const put = await session.run(`PUT 'file://${folder}/a.csv' @st/run/1`);
    expect(put.rows).toMatchObject([{ source: 'a.csv', target: 'a.csv.gz', status: 'UPLOADED' }]);
    const sql = `COPY INTO s FROM @st/run/1 FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"') ON_ERROR = ABORT_STATEMENT`;
    expect((await session.run(sql)).rows).toMatchObject([
      {
        file: 'st/run/1/a.csv.gz',
        status: 'LOADED',
        rows_parsed: 3,
        rows_loaded: 3,
        errors_seen: 0,
        first_error: null,
      },
    ]);
    expect(await session.values('SELECT k, v FROM s ORDER BY k')).toEqual([
      ['1', 'x, "y"'],
      ['2', null],
      ['3', null],
    ]);
    expect((await session.run(sql)).rows).toEqual([{ status: 'Copy executed with 0 files processed.' }]);
  });
  it('merges', async () => {
    await session.run('CREATE TABLE target (k NUMBER, v VARCHAR)');
    await session.run(`INSERT INTO target VALUES (1, 'old'), (9, 'kept')`);
    const merged = await session.run(
      'MERGE INTO target t USING s ON t.k = s.k WHEN MATCHED THEN UPDATE SET t.v = s.v WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, s.v)',
    );
    expect(merged.rows).toEqual([{ 'number of rows inserted': 2, 'number of rows updated': 1 }]);
    await session.run('INSERT INTO s SELECT * FROM s');
    await expect(
      session.run('MERGE INTO target t USING s ON t.k = s.k WHEN MATCHED THEN UPDATE SET v = s.v'),
    ).rejects.toMatchObject({ code: '100090', sqlState: '42P18' });
  });
});
