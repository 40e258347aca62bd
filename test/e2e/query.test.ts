import { stopTestServer } from '../support/postgres.js';
import { csvConnection, newProject, type Project } from './project.js';

let project: Project;

beforeAll(async () => {
  project = await newProject(csvConnection('primary_key: [id]'));
  await project.rows('CREATE SCHEMA raw');
  await project.rows('CREATE TABLE raw.engagement AS SELECT id, id * 10 AS sent FROM generate_series(1, 3) AS id');
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

const query = (...args: string[]) => project.run(['query', 'warehouse', ...args]);

test('query prints a table, JSON or CSV', async () => {
  const select = 'SELECT id, sent::numeric(9,2) AS sent FROM raw.engagement ORDER BY id LIMIT 2';
  expect((await query(select)).stdout).toBe('id   sent\n--  -----\n 1  10.00\n 2  20.00\n(2 rows)\n');
  expect((await query(select, '--csv')).stdout).toBe('id,sent\r\n1,10.00\r\n2,20.00\n');
  expect(await project.data(['query', 'warehouse', select])).toEqual([
    { id: 1, sent: '10.00' },
    { id: 2, sent: '20.00' },
  ]);
  const digits = await query('SELECT 9007199254740993 AS big', '--json');
  expect(digits.stdout).toContain('"big":9007199254740993');
});

test('numbers within JSON are shown with the digits that are stored', async () => {
  const stored = '{"id":9007199254740993,"sent":7,"price":0.12345678901234567891}';
  for (const type of ['json', 'jsonb']) {
    const select = `SELECT '${stored}'::${type} AS campaign, '[-9007199254740993]'::${type} AS ids`;
    expect((await query(select)).stdout).toContain(`${stored}  [-9007199254740993]\n`);
    expect((await query(select, '--csv')).stdout).toContain(`"${stored.replaceAll('"', '""')}",[-9007199254740993]`);
    expect((await query(select, '--json')).stdout).toContain(`{"campaign":${stored},"ids":[-9007199254740993]}`);
  }
});

test('arrays are shown as their elements are, digit by digit', async () => {
  const stored = '{"id":9007199254740993,"price":0.12345678901234567891}';
  const shown: readonly (readonly [string, string])[] = [
    [`ARRAY['${stored}', NULL, 'null']::jsonb[]`, `[${stored},null,null]`],
    [`ARRAY['${stored}']::json[]`, `[${stored}]`],
    ["'{{12.30,NULL},{0.12345678901234567891,2}}'::numeric[]", '[["12.30",null],["0.12345678901234567891","2"]]'],
    ["'{9007199254740993,7}'::bigint[]", '[9007199254740993,7]'],
    ["'{2026-03-01}'::date[]", '["2026-03-01"]'],
  ];
  const { stdout } = await query(`SELECT ${shown.map(([select], n) => `${select} AS c${n}`).join(', ')}`, '--json');
  for (const [n, [, json]] of shown.entries()) expect(stdout).toContain(`"c${n}":${json}`);
});

test('columns of one name are all there', async () => {
  const select = 'SELECT 1 AS id, 2 AS id, 3 AS id_2, 4 AS id';
  expect((await query(select)).stdout).toBe('id  id  id_2  id\n--  --  ----  --\n 1   2     3   4\n(1 row)\n');
  expect((await query(select, '--csv')).stdout).toBe('id,id,id_2,id\r\n1,2,3,4\n');
  expect(await project.data(['query', 'warehouse', select])).toEqual([{ id: 1, id_3: 2, id_2: 3, id_4: 4 }]);
});

test('without rows the columns are told all the same', async () => {
  const select = 'SELECT id, sent FROM raw.engagement WHERE false';
  expect((await query(select)).stdout).toBe('id  sent\n--  ----\n(0 rows)\n');
  expect((await query(select, '--csv')).stdout).toBe('id,sent\n');
  expect(await project.data(['query', 'warehouse', select])).toEqual([]);
});

test.each([
  'DELETE FROM raw.engagement',
  'WITH gone AS (DELETE FROM raw.engagement RETURNING 1) SELECT * FROM gone',
  'EXPLAIN ANALYZE DELETE FROM raw.engagement',
])('a statement that writes is refused: %s', async (statement) => {
  const { code, stdout, stderr } = await query(statement);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('The statement writes, and here it is only read.');
  expect(await project.rows('SELECT count(*)::int AS n FROM raw.engagement')).toEqual([{ n: 3 }]);
});

test.each([
  'COMMIT; SET default_transaction_read_only = off; DELETE FROM raw.engagement',
  'SET default_transaction_read_only = off; COMMIT; DELETE FROM raw.engagement',
  'SELECT 1; SELECT 2',
])('of several statements none is run: %s', async (statements) => {
  const { code, stdout, stderr } = await query(statements);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('These are several statements, and only one is taken.');
  expect(await project.rows('SELECT count(*)::int AS n FROM raw.engagement')).toEqual([{ n: 3 }]);
});

test('one statement that begins a transaction of its own changes nothing either', async () => {
  const block = (body: string) => `DO $$ BEGIN ${body} END $$`;
  for (const statement of [
    block(
      `PERFORM set_config('default_transaction_read_only', 'off', false); COMMIT; EXECUTE 'DELETE FROM raw.engagement';`,
    ),
    block(`PERFORM set_config('transaction_read_only', 'off', false); EXECUTE 'DELETE FROM raw.engagement';`),
  ]) {
    const { code, stdout } = await query(statement);
    expect({ statement, isRefused: code !== 0, stdout }).toEqual({ statement, isRefused: true, stdout: '' });
  }
  expect(await project.rows('SELECT count(*)::int AS n FROM raw.engagement')).toEqual([{ n: 3 }]);
});

test('a mistake is told with what the server says of it, and with its place', async () => {
  const { code, stderr } = await query("SELECT '😀'\n  FORM raw.engagement");
  expect(code).toBe(3);
  expect(stderr).toMatch(/syntax error at or near "raw".*\(line 2, column 8\)/);
});

test('Ctrl-C ends the statement at the server, and the program with 130', async () => {
  const asking = project.start(['query', 'warehouse', 'SELECT pg_sleep(600)']);
  const running = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'`;
  await project.until(running, ({ n }) => n === 1);
  asking.child.kill('SIGINT');
  const { code, signal, stdout } = await asking.ended;
  expect({ code, signal, stdout }).toEqual({ code: 130, signal: null, stdout: '' });
  await project.until(running, ({ n }) => n === 0);
});
