import { startSnowflakeSimulator, type SnowflakeSimulator } from '../../../simulators/snowflake/server.js';
import { connectSnowflake, type SnowflakeSession } from '../../../support/snowflake.js';

let simulator: SnowflakeSimulator;
let session: SnowflakeSession;
beforeAll(async () => {
  simulator = await startSnowflakeSimulator();
  session = await connectSnowflake(simulator);
  await session.run('CREATE TABLE t (k NUMBER(3,0), v VARCHAR(3), r VARCHAR NOT NULL)');
});
afterAll(async () => {
  await session.close();
  await simulator.close();
});

describe('what the simulated Snowflake refuses', () => {
  it.each([
    ['SELEC 1', '001003', "syntax error line 1 at position 0 unexpected 'SELEC'"],
    ['SELECT 1\n  FROM', '001003', "syntax error line 2 at position 6 unexpected '<EOF>'"],
    ["SELECT 'open", '001003', 'syntax error'],
    ['SELECT nope FROM t', '000904', "invalid identifier 'NOPE'"],
    ['SELECT t.k FROM t x', '000904', "invalid identifier 'T.K'"],
    ['SELECT k FROM t a, t b', '001065', "ambiguous column name 'K'"],
    ['SELECT foo(1)', '002140', 'Unknown function FOO'],
    ['SELECT * FROM nope', '002003', "Object 'NOPE' does not exist or not authorized"],
    ['CREATE TABLE select (a INT)', '001003', "unexpected 'select'"],
    ['CREATE TABLE x (order INT)', '001003', "unexpected 'order'"],
    ['CREATE TABLE x (a INT, A INT)', '002025', "duplicate column name 'A'"],
    ['CREATE TABLE t (a INT)', '002002', "Object 'T' already exists"],
    ['CREATE TABLE x (a WIBBLE)', '001007', "Unsupported data type 'WIBBLE'"],
    [`CREATE TABLE "${'x'.repeat(256)}" (a INT)`, '002129', 'exceeds the maximum length of 255'],
    ["INSERT INTO t VALUES (1, 'abcd', 'x')", '100078', "String 'abcd' is too long and would be truncated"],
    ["INSERT INTO t VALUES (1, 'a', NULL)", '100072', 'NULL result in a non-nullable column'],
    ['INSERT INTO t (k) VALUES (1)', '100072', 'NULL result in a non-nullable column'],
    ["INSERT INTO t VALUES ('x', 'a', 'x')", '100038', "Numeric value 'x' is not recognized"],
    ["INSERT INTO t VALUES (1000, 'a', 'x')", '100039', 'out of range'],
    ["INSERT INTO t VALUES (1, 'a')", '002057', 'expecting 3 but got 2'],
    ['SELECT 1/0', '100051', 'Division by zero'],
    ["SELECT PARSE_JSON('{')", '100069', 'Error parsing JSON'],
    ['USE SCHEMA nope', '002003', "Schema 'ANALYTICS.NOPE' does not exist"],
    ['DROP TABLE nope', '002003', "Table 'NOPE' does not exist"],
    ['ALTER SESSION SET WIBBLE = 1', '001007', "invalid session parameter 'WIBBLE'"],
    ["PUT 'file:///tmp/x' @nope", '002003', "Stage 'NOPE' does not exist"],
    ['SELECT k, COUNT(*) FROM t', '000979', 'not a valid group by expression'],
  ])('%s', async (sql, code, message) => {
    await expect(session.run(sql)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
  it.each([
    ['CALL p()', 'CALL'],
    ['CREATE SEQUENCE s', 'CREATE SEQUENCE'],
    ['CREATE TABLE x (a INT AUTOINCREMENT)', 'AUTOINCREMENT of a column'],
    ['COPY INTO @s FROM t', 'COPY INTO a location'],
    ['SELECT * FROM t AT(OFFSET => -60)', 'AT of a table'],
    ['SELECT * FROM t PIVOT(MAX(k) FOR v IN (1))', 'PIVOT of a table'],
    ['WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a', 'WITH RECURSIVE'],
    ['SHOW TASKS', 'SHOW TASKS'],
    ['CREATE TABLE x (a GEOGRAPHY)', 'data type GEOGRAPHY'],
    ['SELECT 1; SELECT 2', 'several statements in one request'],
    ['UNDROP TABLE t', 'UNDROP'],
    ['SELECT * FROM INFORMATION_SCHEMA.LOAD_HISTORY', 'INFORMATION_SCHEMA.LOAD_HISTORY'],
  ])('%s by name, as the simulator lacks it', async (sql, what) => {
    await expect(session.run(sql)).rejects.toMatchObject({
      code: '000002',
      message: `Unsupported feature '${what}': the simulator does not know it.`,
    });
  });
  it('records each with its error', () => {
    expect(simulator.statements.find(({ sql }) => sql === 'CALL p()')).toMatchObject({
      outcome: 'failed',
      error: { code: '000002' },
    });
  });
});
