import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stopTestServer } from '../support/postgres.js';
import { csvConnection, newProject, type Project } from './project.js';

let project: Project;

beforeEach(async () => {
  project = await newProject();
});
afterEach(() => project.remove());
afterAll(stopTestServer);

const BUDGET = '    error_budget: { records: 90%, or: 100 }\n';
const quarantine = `SELECT record_key, reason, field, times::int, resolved_at IS NOT NULL AS resolved FROM tributary.quarantine ORDER BY position, reason`;

const at = (row: number, reason: string, field: string | null, resolved: boolean) => ({
  record_key: `data/a.csv\u001f${row}`,
  reason,
  field,
  times: 1,
  resolved,
});

/** All that a table says, without when and by which run it was loaded. */
async function contentOf(schema: string): Promise<unknown[]> {
  const rows = await project.rows(
    `SELECT to_jsonb(t) - '_loaded_at' - '_run_id' AS row FROM ${schema}.engagement t ORDER BY 1`,
  );
  return rows.map(({ row }) => row);
}

/** Loads the files as they are now by the configuration of now into a schema of its own: the truth to compare with. */
async function truth(file: string, connection: string): Promise<unknown[]> {
  await project.configure(
    csvConnection(file, connection).replaceAll('schema: raw', 'schema: truth').replaceAll('daily', 'anew'),
  );
  const { code, stderr } = await project.run(['sync', 'anew']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return contentOf('truth');
}

test('rows of a file without key land where a corrected configuration would have put them', async () => {
  await project.write(
    'data/a.csv',
    [
      'day,sent,rate,is_open,note',
      '03/01/2026,10,0.5,yes,plain',
      '03/02/2026,11.5,0.5,no,"quoted, with ""comma"""',
      '03/03/2026,12,7,yes,',
      'n/a,13,0.25,no,""',
      '03/05/2026,14,0.75,maybe,later',
    ].join('\n'),
  );
  const wrong = `columns: { day: { type: date, format: DD/MM/YYYY }, sent: integer, rate: number, is_open: boolean }, true_texts: ["yes"], false_texts: ["no"]`;
  await project.configure(
    csvConnection(wrong, `    expect: { engagement: [ { range: { rate: { max: 1 } } } ] }\n${BUDGET}`),
  );
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  const bookmarks = await project.data(['state', 'show', 'daily']);
  expect((await project.rows(quarantine)).map(({ reason }) => reason)).toEqual([
    'not_an_integer',
    'out_of_range',
    'not_a_date',
    'not_a_boolean',
  ]);

  const right = `columns: { day: { type: date, format: DD/MM/YYYY }, sent: decimal, rate: number, is_open: boolean }, true_texts: ["yes", "maybe"], false_texts: ["no"], nulls: ["", "n/a"]`;
  await project.configure(csvConnection(right, BUDGET));
  const preview = await project.data(['quarantine', 'replay', 'daily', '--dry-run']);
  expect(preview).toEqual([{ stream: 'engagement', records: 4, passing: 4, failing: {}, partial: 0 }]);
  expect((await project.rows(quarantine)).every(({ resolved }) => !resolved)).toBe(true);
  const { outcome } = await project.data(['quarantine', 'replay', 'daily']);
  expect(outcome.ledger).toMatchObject({ read: 4, staged: 4, inserted: 4, quarantined: 0 });
  expect(await project.data(['state', 'show', 'daily'])).toEqual(bookmarks);
  expect((await project.rows(quarantine)).every(({ resolved }) => resolved)).toBe(true);
  const replayed = await contentOf('raw');
  expect(replayed).toHaveLength(5);
  expect(replayed).toEqual(await truth(right, BUDGET));
});

test('a later version in the table wins, an earlier one is overwritten', async () => {
  const strict = csvConnection(
    'primary_key: [id], columns: { sent: integer }',
    `    expect: { engagement: [ { range: { sent: { max: 100 } } } ] }\n${BUDGET}`,
  );
  await project.configure(strict);
  await project.write('data/1.csv', 'id,sent\na,1\nb,1\n');
  await project.run(['sync', 'daily']);
  await project.write('data/2.csv', 'id,sent\na,200\nb,200\nc,200\n');
  expect((await project.run(['sync', 'daily'])).code).toBe(7);
  await project.configure(strict.replace('90%', '100%'));
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  // Past the program, so that nothing resolves the record: the table has a version of c that came after it.
  await project.rows(
    `INSERT INTO raw.engagement (id, sent, _source_file, _source_row, _loaded_at, _run_id) VALUES ('c', 3, 'data/3.csv', 1, now(), gen_random_uuid())`,
  );
  await project.configure(strict.replace('max: 100', 'max: 1000'));
  const { outcome } = await project.data(['quarantine', 'replay', 'daily', 'engagement']);
  expect(outcome.ledger).toMatchObject({ read: 3, updated: 2, superseded: 1, inserted: 0 });
  expect(await project.rows('SELECT id, sent::int FROM raw.engagement ORDER BY id')).toEqual([
    { id: 'a', sent: 200 },
    { id: 'b', sent: 200 },
    { id: 'c', sent: 3 },
  ]);
  const runs = await project.data<{ trigger: string }[]>(['runs', 'list', '--limit', '1']);
  expect(runs).toMatchObject([{ trigger: 'replay', state: 'succeeded' }]);
});

test('of two versions in quarantine the later one lands and resolves both', async () => {
  const every = '    error_budget: { records: 100%, or: 100 }\n';
  await project.configure(csvConnection('primary_key: [id], columns: { sent: integer, day: date }', every));
  await project.write('data/1.csv', 'id,sent,day\na,1.5,2026-03-01\n');
  await project.run(['sync', 'daily']);
  await project.write('data/2.csv', 'id,sent,day\na,3,n/a\n');
  await project.run(['sync', 'daily']);
  expect((await project.rows(quarantine)).map(({ reason }) => reason)).toEqual(['not_a_date', 'not_an_integer']);
  const right = 'primary_key: [id], columns: { sent: decimal, day: date }, nulls: ["", "n/a"]';
  await project.configure(csvConnection(right, every));
  await project.data(['quarantine', 'replay', 'daily']);
  expect(await project.rows('SELECT id, sent, day, _source_file FROM raw.engagement')).toEqual([
    { id: 'a', sent: '3', day: null, _source_file: 'data/2.csv' },
  ]);
  expect((await project.rows(quarantine)).every(({ resolved }) => resolved)).toBe(true);
});

test('what fails again stays as it was, what fails for another reason says so, and rows that were cut are left', async () => {
  const config = csvConnection(
    'columns: { sent: integer, opened: integer }',
    '    error_budget: { records: 100%, or: 100 }\n',
  );
  await project.configure(config);
  await project.write('data/a.csv', 'id,sent,opened\n1,ten,1\n2,1.5,many\n3,1\n4,2.5,3\n');
  await project.run(['sync', 'daily']);
  await project.configure(config.replace('sent: integer', 'sent: decimal'));
  const { code, stdout, stderr } = await project.run(['quarantine', 'replay', 'daily']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^engagement +complete +3 +0 +2 +1 +1 /m);
  expect(stderr).toContain('Not replayed: 1 of the records');
  expect(stderr).toContain('2 records are in quarantine');
  expect(await project.rows(quarantine)).toEqual([
    at(1, 'not_a_decimal', 'sent', false),
    at(1, 'not_an_integer', 'sent', true),
    at(2, 'not_an_integer', 'opened', false),
    at(3, 'ragged_row', null, false),
    at(4, 'not_an_integer', 'sent', true),
  ]);
});

test('protected columns come out as the tokens that a sync would have made', async () => {
  const protect = `    protect: { engagement: { member: { tokenize: member_key } } }\n${BUDGET}`;
  const keys = 'keys: { member_key: "${env:MEMBER_KEY}" }\n';
  const env = { MEMBER_KEY: 'a key of more than sixteen bytes' };
  await project.configure(keys + csvConnection('primary_key: [member], columns: { sent: integer }', protect));
  await project.write('data/a.csv', 'member,sent\nanna,1\nbert,2.5\n');
  await project.data(['sync', 'daily'], { env });
  await project.configure(keys + csvConnection('primary_key: [member], columns: { sent: decimal }', protect));
  const { outcome } = await project.data(['quarantine', 'replay', 'daily'], { env });
  expect(outcome.ledger).toMatchObject({ inserted: 1 });
  const replayed = await contentOf('raw');
  await project.data(['state', 'reset', 'daily', '--yes'], { env });
  const again = await project.data(['sync', 'daily'], { env });
  expect(again.outcome.ledger).toMatchObject({ read: 2, unchanged: 2 });
  expect(await contentOf('raw')).toEqual(replayed);
});

test('a file without key that is sent again takes its records out of quarantine', async () => {
  await project.configure(csvConnection('columns: { sent: integer }', BUDGET));
  await project.write('data/a.csv', 'id,sent\n1,1\n2,2\n3,ten\n');
  await project.run(['sync', 'daily']);
  await project.write('data/a.csv', 'id,sent\n1,1\n2,2\n');
  await project.run(['sync', 'daily']);
  expect(await project.run(['quarantine', 'list', 'daily'])).toMatchObject({
    code: 0,
    stdout: 'the quarantine is empty\n',
  });
  expect((await project.data(['quarantine', 'replay', 'daily'])).outcome.ledger).toMatchObject({ read: 0 });
});

test('values beside the one at fault land as a sync would have put them, to the last digit and quote', async () => {
  const rules = (n: string) => `nulls: ["NULL"], columns: { id: integer, n: ${n}, text: string, more: json }`;
  const every = '    error_budget: { records: 100%, or: 100 }\n';
  await project.write(
    'data/a.csv',
    [
      'id,n,text,more',
      '1,x,,"{""big"":12345678901234567890,""emoji"":""\\\\ud83d\\\\ude00""}"',
      '2,x,"NULL","""text"""',
      '3,x,NULL,NULL',
      '4,x,"a \\ud83d\\ude00 b",[]',
      '5,1,plain,{]',
    ].join('\n'),
  );
  await project.configure(csvConnection(rules('integer'), every));
  await project.run(['sync', 'daily']);
  // By unchanged rules nothing passes, also not what was no JSON.
  expect((await project.data(['quarantine', 'replay', 'daily'])).outcome.ledger).toMatchObject({
    read: 5,
    inserted: 0,
    quarantined: 5,
  });
  await project.configure(csvConnection(rules('string'), every));
  await project.rows('DROP TABLE raw.engagement');
  const { outcome } = await project.data(['quarantine', 'replay', 'daily']);
  expect(outcome.ledger).toMatchObject({ read: 5, inserted: 4, quarantined: 1 });
  const replayed = await contentOf('raw');
  await project.write(
    'data/a.csv',
    (await readFile(join(project.folder, 'data/a.csv'), 'utf8')).split('\n').slice(0, -1).join('\n'),
  );
  expect(replayed).toEqual(await truth(rules('string'), every));
  expect(await project.rows(`SELECT more::text FROM raw.engagement WHERE id = 1`)).toEqual([
    { more: '{"big": 12345678901234567890, "emoji": "\\\\ud83d\\\\ude00"}' },
  ]);
});
