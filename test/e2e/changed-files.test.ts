import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

const RULES = ['evolve', 'freeze', 'stop'] as const;

let project: Project;

beforeAll(async () => {
  project = await newProject(`sources:
  exports:
    connector: local
    config:
      files:
${RULES.map((rule) => `        - { stream: ${rule}s, path: ./data/*.csv, format: csv, primary_key: [id] }`).join('\n')}
        - { stream: budget, path: ./budget/*.csv, format: csv, columns: { sent: integer } }
        - { stream: empty, path: ./empty/*.csv, format: csv }
        - { stream: nothing, path: ./nothing/*.csv, format: csv }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { ${RULES.map((rule) => `${rule}s: { on_schema_change: ${rule} }`).join(', ')} }
  strict:
    source: exports
    destination: warehouse
    schema: strict
    error_budget: { records: 50%, or: 2 }
    streams: { budget: {} }
`);
  await project.write('data/1.csv', 'id,sent,note\n1,10,a\n');
  await project.write('budget/1.csv', 'id,sent\n1,a\n2,2\n3,c\n4,4\n5,5\n6,6\n');
  await project.write('empty/1.csv', 'id\n1\n');
  await project.write('nothing/1.csv', 'id\n1\n');
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

const columns = async (table: string) =>
  (
    await project.rows<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
        WHERE table_schema = 'raw' AND table_name = $1 AND column_name NOT LIKE '\\_%' ORDER BY ordinal_position`,
      [table],
    )
  ).map(({ name }) => name);

test('a changed header is taken over, left out or refused, as the connection says', async () => {
  await project.data(['sync', 'daily']);
  await project.write('data/2.csv', 'id,opened,sent\n2,5,20\n');
  const { code, stdout, stderr } = await project.run(['sync', 'daily']);
  expect(code).toBe(7);
  expect(stdout).toMatch(/^evolves +complete +1 /m);
  expect(stdout).toMatch(/^freezes +complete +1 /m);
  expect(stdout).toMatch(/^stops +failed +0 /m);
  expect(stderr).toContain('schema of evolves changed: + opened');
  expect(stderr).toContain('error (schema) in connection "daily", stream "stops"');
  expect(stderr).toContain('"opened" is new, "note" is gone');
  expect(await columns('evolves')).toEqual(['id', 'sent', 'note', 'opened']);
  expect(await columns('freezes')).toEqual(['id', 'sent', 'note']);
  expect(await columns('stops')).toEqual(['id', 'sent', 'note']);
  expect(await project.rows('SELECT id::int, sent::int, note, opened FROM raw.evolves ORDER BY id')).toEqual([
    { id: 1, sent: 10, note: 'a', opened: null },
    { id: 2, sent: 20, note: null, opened: '5' },
  ]);
  expect(await project.rows('SELECT id::int, sent::int, note FROM raw.freezes ORDER BY id')).toEqual([
    { id: 1, sent: 10, note: 'a' },
    { id: 2, sent: 20, note: null },
  ]);
});

test('a column that a file lacks is told, and what the table has of it stays', async () => {
  await project.write('data/3.csv', 'id,sent\n1,11\n3,30\n');
  const { code, stdout, stderr } = await project.run(['sync', 'daily']);
  expect(code).toBe(7);
  expect(stdout).toMatch(/^evolves +complete +2 /m);
  expect(stdout).toMatch(/^freezes +complete +2 /m);
  expect(stderr).toMatch(/schema of evolves changed: .*- note/);
  expect(stderr).toMatch(/schema of freezes changed: .*- note/);
  expect(stderr).toContain('error (schema) in connection "daily", stream "stops"');
  for (const table of ['evolves', 'freezes'])
    expect(await project.rows(`SELECT id::int, sent::int, note FROM raw.${table} WHERE id <> 2 ORDER BY id`)).toEqual([
      { id: 1, sent: 11, note: 'a' },
      { id: 3, sent: 30, note: null },
    ]);
});

test('a header without any known column is refused', async () => {
  await project.write('data/4.csv', 'name;opened\nx;1\n');
  const { stderr } = await project.run(['sync', 'daily']);
  expect(stderr).toContain(`The file's header has no column of stream "evolves".`);
  await project.write('data/4.csv', 'id\n4\n');
});

test('a used-up error budget is exit code 7: nothing lands, and what was rejected can be looked at', async () => {
  await project.write('budget/1.csv', 'id,sent\n1,a\n2,2\n3,c\n4,d\n5,5\n6,6\n7,7\n');
  const { code, stdout, stderr } = await project.run(['sync', 'strict']);
  expect(code).toBe(7);
  expect(stdout).toMatch(/^budget +failed +0 /m);
  expect(stderr).toContain('error (data) in connection "strict", stream "budget"');
  expect(stderr).toContain('3 records rejected, 2 allowed');
  expect(stderr).toContain('tributary quarantine list strict');
  const kept = await project.data<{ reason: string }[]>(['quarantine', 'list', 'strict']);
  expect(kept.map(({ reason }) => reason)).toEqual(['not_an_integer', 'not_an_integer', 'not_an_integer']);
  expect(await project.rows(`SELECT to_regclass('strict.budget') AS found`)).toEqual([{ found: null }]);
});

test('a pattern that matches nothing, and an empty file of which nothing is known, ask for columns', async () => {
  await project.write('empty/1.csv', '');
  const empty = await project.run(['discover', 'exports']);
  expect(empty.code).toBe(3);
  // The others are shown.
  expect(empty.stdout).toMatch(/^budget: Files /m);
  expect(empty.stdout).not.toMatch(/^empty: /m);
  expect(empty.stderr).toContain('the files that match ./empty/*.csv');
  expect(empty.stderr).toContain('declare `columns`');
  await project.write('empty/1.csv', 'id\n1\n');
  await project.configure(
    'sources: { exports: { connector: local, config: { files: [ { stream: nothing, path: "./none_*.csv", format: csv } ] } } }\nconnections: { daily: { source: exports, destination: warehouse, streams: { nothing: {} } } }\n',
  );
  const none = await project.run(['check', 'exports']);
  expect(none.code).toBe(3);
  expect(none.stderr).toContain('no file matches ./none_*.csv');
  // With declared columns a sync goes on, and says what is there.
  await project.write('late/file_1.csv', 'id\n1\n');
  await project.configure(
    'sources: { exports: { connector: local, config: { files: [ { stream: late, path: "./late/files_*.csv", format: csv, columns: { id: integer } } ] } } }\nconnections: { late: { source: exports, destination: warehouse, streams: { late: {} } } }\n',
  );
  const { code, stderr } = await project.run(['sync', 'late']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('holds "file_1.csv". Correct `path`') });
  await project.write('late/files_1.csv', 'id\n1\n');
  expect((await project.run(['sync', 'late'])).stderr).toBe('');
});

test('a first sync of files that all lack a declared column tells of no change', async () => {
  await project.write('first/1.csv', 'id\n1\n');
  await project.write('first/2.csv', 'id\n2\n');
  await project.write('first/3.csv', 'id,alias\n3,x\n');
  const entry = 'stream: first, path: "./first/*.csv", format: csv, only_columns: true, primary_key: [id]';
  await project.configure(
    `sources: { exports: { connector: local, config: { files: [ { ${entry}, columns: { id: integer, alias: string, other: string } } ] } } }\nconnections: { first: { source: exports, destination: warehouse, streams: { first: {} } } }\n`,
  );
  const { code, stderr } = await project.run(['sync', 'first']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(await project.rows('SELECT id::int, alias, other FROM raw_first.first ORDER BY id')).toEqual([
    { id: 1, alias: null, other: null },
    { id: 2, alias: null, other: null },
    { id: 3, alias: 'x', other: null },
  ]);
});
