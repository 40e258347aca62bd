import { startSnowflakeSimulator, type SnowflakeSimulator } from '../../../simulators/snowflake/server.js';
import { connectSnowflake, type SnowflakeSession } from '../../../support/snowflake.js';

let simulator: SnowflakeSimulator;
let session: SnowflakeSession;
beforeAll(async () => {
  simulator = await startSnowflakeSimulator({ timeZone: 'UTC' });
  session = await connectSnowflake(simulator);
  await session.run(
    'CREATE TABLE t (k NUMBER, v VARCHAR(5), n NUMBER(10,2), d DATE, j VARIANT, "Mixed" INT DEFAULT 7)',
  );
  await session.run(
    `INSERT INTO t (k, v, n, d, j) SELECT 1, 'a', 1.5, '2026-03-14', PARSE_JSON('{"b":1,"a":[1,{"x":"y"}],"c d":null}')`,
  );
});
afterAll(async () => {
  await session.close();
  await simulator.close();
});
const row = async (items: string, from = '') => (await session.values(`SELECT ${items} ${from}`))[0];

describe('queries of the simulated Snowflake', () => {
  it.each<[string, (string | null)[]]>([
    [
      '12345678901234567890123456789012345678 + 1, 0.1 + 0.2, 99999999999 * 99999999999',
      ['12345678901234567890123456789012345679', '0.3', '9999999999800000000001'],
    ],
    ['7/2, 1/3, 2/3, -2/3, 1/3::FLOAT', ['3.500000', '0.333333', '0.666667', '-0.666667', '0.3333333333333333']],
    ['ROUND(2.5), ROUND(-2.5), ROUND(2.345, 2), FLOOR(2.7), CEIL(2.1), DIV0(1, 0)', ['3', '-3', '2.35', '2', '3', '0']],
    ["'it''s', 'a\\nb', $$raw '$$, 'ü😀', 'nul\\0x'", ["it's", 'a\nb', "raw '", 'ü😀', 'nul\0x']],
    [
      "IFF(1 > 0, 'p', 'n'), EQUAL_NULL(NULL, NULL), NVL(NULL, 3), DECODE(2, 1, 'a', 2, 'b'), GREATEST(1, NULL)",
      ['p', 'TRUE', '3', 'b', null],
    ],
    [
      "TRY_TO_NUMBER('12.5', 10, 1), TRY_TO_NUMBER('x'), TRY_TO_DATE('2026-02-30'), TRY_CAST('1' AS INT)",
      ['12.5', null, null, '1'],
    ],
    [
      "TO_DATE('14/03/2026', 'DD/MM/YYYY'), TO_CHAR('2026-03-14'::DATE, 'YYYY-MM'), TO_TIMESTAMP_NTZ(1700000000123, 3)",
      ['2026-03-14', '2026-03', '2023-11-14 22:13:20.123'],
    ],
    [
      "DATE_TRUNC('MONTH', '2026-03-14'::DATE), DATE_TRUNC(week, '2026-03-14'::DATE), DATEADD(month, 1, '2026-01-31'::DATE), DATEDIFF(month, '2026-01-31', '2026-02-01')",
      ['2026-03-01', '2026-03-09', '2026-02-28', '1'],
    ],
    [
      "CONVERT_TIMEZONE('UTC', 'America/Chicago', '2026-03-08 12:00:00'::TIMESTAMP_NTZ), CONVERT_TIMEZONE('America/Chicago', '2026-01-01 00:00:00 +0000'::TIMESTAMP_TZ)",
      ['2026-03-08 07:00:00.000', '2025-12-31 18:00:00.000 -0600'],
    ],
    [
      "REGEXP_SUBSTR('region:West', 'region:(.*)', 1, 1, 'e', 1), REGEXP_REPLACE('a1b2', '[0-9]'), SPLIT_PART('a.b.c', '.', 2), 'abc' RLIKE 'b'",
      ['West', 'ab', 'b', 'FALSE'],
    ],
    [
      "'2026-01-01 14:00:00 +0200'::TIMESTAMP_TZ = '2026-01-01 12:00:00 +0000'::TIMESTAMP_TZ, '2026-01-01 14:00:00 +0200'::TIMESTAMP_TZ::TIMESTAMP_NTZ",
      ['TRUE', '2026-01-01 14:00:00.000'],
    ],
    [
      "'9999-12-31'::DATE, '0001-01-01'::DATE, 'NaN'::FLOAT, 'abc'::VARCHAR(2)",
      ['9999-12-31', '0001-01-01', 'NaN', 'ab'],
    ],
  ])('SELECT %s', async (items, expected) => {
    expect(await row(items)).toEqual(expected);
  });
  it('goes into VARIANTs, where JSON null is not NULL', async () => {
    expect(
      await row(
        'j:a[1].x::STRING, j:b::NUMBER * 2, j:nope IS NULL, j:"c d" IS NULL, j:"c d"::STRING IS NULL, TYPEOF(j:a), ARRAY_SIZE(j:a)',
        'FROM t',
      ),
    ).toEqual(['y', '2', 'TRUE', 'FALSE', 'TRUE', 'ARRAY', '2']);
    expect(
      await session.values('SELECT f.index, f.value::STRING, f.key FROM t, LATERAL FLATTEN(INPUT => j:a) f ORDER BY 1'),
    ).toEqual([
      ['0', '1', null],
      ['1', '{"x":"y"}', null],
    ]);
    expect(await session.values('SELECT f.key FROM t, TABLE(FLATTEN(j)) f ORDER BY 1')).toEqual([
      ['a'],
      ['b'],
      ['c d'],
    ]);
  });
  it('aggregates, ranks and joins', async () => {
    expect(
      await row(
        "COUNT(*), SUM(n), AVG(k), LISTAGG(v, ',') WITHIN GROUP (ORDER BY v), COUNT(DISTINCT v)",
        'FROM (SELECT * FROM t UNION ALL SELECT * FROM t)',
      ),
    ).toEqual(['2', '3.00', '1.000000', 'a,a', '1']);
    expect(
      await session.values(
        "SELECT column1 AS a, column2 FROM VALUES (1, 'x'), (1, 'y'), (2, NULL) QUALIFY ROW_NUMBER() OVER (PARTITION BY a ORDER BY column2 DESC) = 1 ORDER BY a DESC",
      ),
    ).toEqual([
      ['2', null],
      ['1', 'y'],
    ]);
    expect(
      await session.values(
        'WITH a(x) AS (SELECT k FROM t) SELECT x, COUNT(*) AS c FROM a LEFT JOIN t ON a.x = t.k GROUP BY x HAVING c > 0',
      ),
    ).toEqual([['1', '1']]);
  });
  it('keeps the names of columns, folds those without quotes and tells "a" from "A"', async () => {
    await session.run('CREATE TABLE names ("a" INT, A INT, "x y" INT)');
    await session.run('INSERT INTO names SELECT 1, 2, 3');
    expect((await session.run('SELECT *, a + 1, COUNT(*) OVER () FROM names')).rows).toEqual([
      { a: 1, A: 2, 'x y': 3, 'A + 1': 3, 'COUNT(*) OVER ()': 1 },
    ]);
    await expect(session.run('SELECT mixed FROM t')).rejects.toMatchObject({
      code: '000904',
      message: "SQL compilation error: error line 1 at position 7\ninvalid identifier 'MIXED'",
    });
  });
  it('binds values, of many rows too', async () => {
    await session.run('CREATE TABLE bound (k NUMBER, v VARCHAR, b BOOLEAN)');
    expect(
      (
        await session.run('INSERT INTO bound VALUES (?, ?, ?)', [
          [1, "o'clock", true],
          [2, null, false],
        ])
      ).updated,
    ).toBe(2);
    await session.run('UPDATE bound SET v = :2 WHERE k = :1', [2, 'two']);
    expect(await session.values('SELECT * FROM bound ORDER BY k')).toEqual([
      ['1', "o'clock", 'TRUE'],
      ['2', 'two', 'FALSE'],
    ]);
  });
  it('shows what it holds', async () => {
    await session.run("CREATE OR REPLACE VIEW w COMMENT = 'x' AS SELECT k, n / 2 AS half FROM t");
    expect(await session.values('SELECT * FROM w')).toEqual([['1', '0.75000000']]);
    expect(
      await session.values(
        "SELECT COLUMN_NAME, DATA_TYPE, NUMERIC_SCALE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'T' AND ORDINAL_POSITION IN (2, 3)",
      ),
    ).toEqual([
      ['V', 'TEXT', null],
      ['N', 'NUMBER', '2'],
    ]);
    await session.run("SHOW VIEWS LIKE 'w'");
    expect(await session.values('SELECT "name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([['W']]);
    expect((await session.run('DESCRIBE TABLE t')).rows[1]).toMatchObject({
      name: 'V',
      type: 'VARCHAR(5)',
      'null?': 'Y',
    });
  });
  it('keeps primary keys and does not enforce them', async () => {
    await session.run('CREATE TABLE keyed (a INT, b VARCHAR, v INT, PRIMARY KEY (a, b))');
    await session.run("INSERT INTO keyed VALUES (1, 'x', 1), (1, 'x', 2)");
    await session.run('ALTER TABLE keyed RENAME COLUMN b TO c');
    expect(
      (await session.run('SHOW PRIMARY KEYS IN TABLE keyed')).rows.map((one) => [one.column_name, one.key_sequence]),
    ).toEqual([
      ['A', '1'],
      ['C', '2'],
    ]);
    await expect(session.run('INSERT INTO keyed (a) VALUES (1)')).rejects.toMatchObject({ code: '100072' });
  });
  it('computes what a clause of MERGE writes for the rows alone that it is for', async () => {
    await session.run('CREATE TABLE target (k INT, v VARCHAR(3) NOT NULL, w INT)');
    await session.run("INSERT INTO target VALUES (1, 'a', 1), (2, 'b', 2)");
    const merge = (rows: string, clauses: string) =>
      session.run(
        `MERGE INTO target t USING (SELECT column1 AS k, column2 AS v FROM VALUES ${rows}) s ON t.k = s.k ${clauses}`,
      );
    const insert = 'WHEN NOT MATCHED AND s.v IS NOT NULL THEN INSERT (k, v) VALUES (s.k, s.v)';
    // The row without a value is for no clause; that of another length is for none either.
    expect(
      (await merge("(1, 'xy'), (3, NULL), (4, 'z')", `WHEN MATCHED THEN UPDATE SET v = t.v || s.v ${insert}`)).rows,
    ).toEqual([{ 'number of rows inserted': 1, 'number of rows updated': 1 }]);
    expect(
      (await merge("(1, 'toolong')", `WHEN MATCHED AND t.w > 100 THEN UPDATE SET v = s.v ${insert}`)).rows,
    ).toEqual([{ 'number of rows inserted': 0, 'number of rows updated': 0 }]);
    await expect(
      merge("(1, 'x'), (9, 'toolong')", `WHEN MATCHED THEN UPDATE SET v = s.v ${insert}`),
    ).rejects.toMatchObject({ code: '100078' });
    const twoWays =
      "WHEN NOT MATCHED AND s.k > 5 THEN INSERT (k, v) VALUES (s.k, 'big') WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, s.v)";
    await merge("(2, 'gone'), (6, 'x'), (5, 'y')", `WHEN MATCHED THEN DELETE ${twoWays}`);
    expect(await session.values('SELECT k, v FROM target ORDER BY k')).toEqual([
      ['1', 'axy'],
      ['4', 'z'],
      ['5', 'y'],
      ['6', 'big'],
    ]);
  });
  it('overwrites a table and keeps its grants, which replacing does not', async () => {
    await session.run('CREATE TABLE g AS SELECT k FROM t');
    await session.run('GRANT SELECT ON TABLE g TO ROLE analyst');
    await session.run('INSERT OVERWRITE INTO g SELECT k + 1 FROM g');
    expect(await session.values('SHOW GRANTS ON TABLE g')).toHaveLength(1);
    expect(await session.values('SELECT * FROM g')).toEqual([['2']]);
    await session.run('CREATE OR REPLACE TABLE g (k INT)');
    expect(await session.values('SHOW GRANTS ON TABLE g')).toEqual([]);
  });
  it('changes columns as Snowflake does', async () => {
    await session.run('CREATE TABLE c (a VARCHAR(3), n NUMBER(5,2))');
    await session.run("INSERT INTO c VALUES ('abc', 1.5)");
    await session.run("ALTER TABLE c ADD COLUMN b VARCHAR DEFAULT 'x', d INT");
    await session.run('ALTER TABLE c ALTER COLUMN a SET DATA TYPE VARCHAR(5)');
    await session.run('ALTER TABLE c ALTER COLUMN n SET DATA TYPE NUMBER(7,2)');
    for (const sql of [
      'ALTER COLUMN a SET DATA TYPE NUMBER',
      'ALTER COLUMN n SET DATA TYPE NUMBER(7,3)',
      'ALTER COLUMN a SET DATA TYPE VARCHAR(2)',
      'ADD COLUMN a INT',
      `ADD COLUMN IF NOT EXISTS e VARCHAR DEFAULT 'x'`,
      'DROP COLUMN nope',
      'ALTER COLUMN d SET NOT NULL',
    ])
      await expect(session.run(`ALTER TABLE c ${sql}`)).rejects.toMatchObject({
        message: expect.stringContaining('SQL compilation error'),
      });
    expect(await session.values('SELECT * FROM c')).toEqual([['abc', '1.50', 'x', null]]);
    await session.run('CREATE TABLE c2 LIKE c');
    await session.run('ALTER TABLE c2 SWAP WITH c');
    expect(await session.values('SELECT COUNT(*) FROM c')).toEqual([['0']]);
  });
  it('sets policies, tells of them, and reads nothing under one', async () => {
    await session.run('CREATE TABLE p (k INT, v VARCHAR)');
    await session.run("INSERT INTO p VALUES (1, 'a')");
    await session.run(
      "CREATE MASKING POLICY m AS (val VARCHAR) RETURNS VARCHAR -> CASE WHEN val = '' THEN val ELSE '*' END",
    );
    await session.run('CREATE ROW ACCESS POLICY r AS (val NUMBER) RETURNS BOOLEAN -> val > 1');
    await expect(session.run('ALTER TABLE p ALTER COLUMN k SET MASKING POLICY m')).rejects.toThrow('cannot be set');
    await session.run('ALTER TABLE p ALTER COLUMN v SET MASKING POLICY m');
    await expect(session.run('ALTER TABLE p ALTER COLUMN v SET MASKING POLICY m')).rejects.toThrow('already attached');
    expect((await session.values('DESCRIBE TABLE p')).map((row) => row[10])).toEqual([null, 'ANALYTICS.PUBLIC.M']);
    await session.run('ALTER TABLE p RENAME COLUMN v TO w');
    const references = `SELECT policy_name, policy_kind, ref_column_name, ref_arg_column_names
      FROM TABLE(INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => 'public."P"', REF_ENTITY_DOMAIN => 'TABLE'))`;
    expect(await session.values(references)).toEqual([['M', 'MASKING_POLICY', 'W', null]]);
    expect(await session.values('SELECT k FROM p')).toEqual([['1']]);
    for (const sql of ['SELECT w FROM p', 'SELECT * FROM p', "UPDATE p SET k = 2 WHERE w = 'a'"])
      await expect(session.run(sql)).rejects.toThrow('reading a column under a masking policy');
    await session.run('ALTER TABLE p ALTER COLUMN w UNSET MASKING POLICY');
    await session.run('ALTER TABLE p ADD ROW ACCESS POLICY r ON (k)');
    expect(await session.values(references)).toEqual([['R', 'ROW_ACCESS_POLICY', null, '["K"]']]);
    for (const sql of ['SELECT COUNT(*) FROM p', 'DELETE FROM p'])
      await expect(session.run(sql)).rejects.toThrow('reading a table under a row access policy');
    await session.run('ALTER TABLE p DROP ALL ROW ACCESS POLICIES');
    expect(await session.values('SELECT w FROM p')).toEqual([['a']]);
  });
});
