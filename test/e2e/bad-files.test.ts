import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** What each stream reads. One run syncs them all, beside each other, as it would be in real life. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  ragged: 'id,note\n1,a\n2\n3,c,d\n4,d\n',
  quoted: 'id,note\r\n1,"two\nlines, and ""quotes"""\r\n2,"x"\r\n',
  after_quote: 'id,note\n1,"a"b\n2,b\n',
  unclosed: 'id,note\n1,a\n2,"never closes\n3,c\n',
  bom: '\ufeffid,note\n1,a\n',
  latin: Buffer.concat([Buffer.from('id,note\n1,good\n2,caf'), Buffer.from([0xe9]), Buffer.from('\n3,good\n')]),
  nul: 'id,note\n1,a\0b\n',
  zero: '',
  header_only: 'id,note\n',
  types:
    'id,sent,day,member,at\n1,1,2026-03-01,,2026-03-01T10:00:00Z\n2,1.5,2026-03-01,,2026-03-01T10:00:00Z\n3,1,2026-02-30,,2026-03-01T10:00:00Z\n4,1,2026-03-01,no-uuid,2026-03-01T10:00:00Z\n5,1,2026-03-01,,2026-03-01 10:00\n6,99999999999999999999,2026-03-01,,2026-03-01T10:00:00Z\n',
  twice: 'id,note\n1,first\n2,other\n1,second\n1,last\n',
};

const SPECS: Readonly<Record<string, string>> = {
  zero: ', columns: { id: integer, note: string }',
  types: ', columns: { sent: integer, day: date, member: uuid, at: timestamptz }',
  twice: ', primary_key: [id]',
};

interface Ledger {
  readonly read: number;
  readonly quarantined: number;
  readonly inserted: number;
  readonly superseded: number;
  readonly replaced: number;
}

let project: Project;
let exitCode: number;
let streams: Record<string, { state: string; ledger: Ledger; error?: { kind: string; message: string } }>;

beforeAll(async () => {
  const names = Object.keys(FILES);
  project = await newProject(`sources:
  exports:
    connector: local
    config:
      files:
${names.map((name) => `        - { stream: ${name}, path: ./data/${name}.csv, format: csv${SPECS[name] ?? ''} }`).join('\n')}
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    error_budget: { records: 90%, or: 100 }
    streams: { ${names.map((name) => `${name}: {}`).join(', ')} }
`);
  for (const [name, content] of Object.entries(FILES)) await project.write(`data/${name}.csv`, content);
  const { code, stdout } = await project.run(['sync', 'daily', '--json']);
  exitCode = code ?? -1;
  const { outcome } = JSON.parse(stdout).data;
  streams = Object.fromEntries(outcome.streams.map((one: { stream: string }) => [one.stream, one]));
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

const rows = (stream: string, columns = 'id, note') => project.rows(`SELECT ${columns} FROM raw.${stream} ORDER BY id`);
const rejected = (stream: string) =>
  project.rows<{ position: number; reason: string; field: string | null }>(
    'SELECT position::int, reason, field FROM tributary.quarantine WHERE stream = $1 ORDER BY position',
    [stream],
  );

test('bad records stop no good one: the run succeeds', () => {
  expect(Object.values(streams).filter(({ state }) => state !== 'complete')).toEqual([]);
  expect(exitCode).toBe(0);
});

test('ragged rows go to quarantine with their number, and their neighbours land', async () => {
  expect(await rejected('ragged')).toEqual([
    { position: 2, reason: 'ragged_row', field: null },
    { position: 3, reason: 'ragged_row', field: null },
  ]);
  expect(await rows('ragged')).toEqual([
    { id: '1', note: 'a' },
    { id: '4', note: 'd' },
  ]);
});

test('quotes, line ends and delimiters inside fields are part of the value', async () => {
  expect(await rows('quoted')).toEqual([
    { id: '1', note: 'two\nlines, and "quotes"' },
    { id: '2', note: 'x' },
  ]);
});

test('text after a closing quote is refused, not guessed at', async () => {
  expect(await rejected('after_quote')).toEqual([{ position: 1, reason: 'text_after_quote', field: null }]);
  expect(await rows('after_quote')).toEqual([{ id: '2', note: 'b' }]);
});

test('a quote that never closes is one bad record, and the lines after it are not lost in it', async () => {
  expect(await rejected('unclosed')).toEqual([{ position: 2, reason: 'unclosed_quote', field: null }]);
  expect(await rows('unclosed')).toEqual([
    { id: '1', note: 'a' },
    { id: '3', note: 'c' },
  ]);
});

test('a byte order mark is no part of the first column', async () => {
  expect(await rows('bom')).toEqual([{ id: '1', note: 'a' }]);
});

test('invalid UTF-8 goes to quarantine instead of landing as something else', async () => {
  expect(await rejected('latin')).toEqual([{ position: 2, reason: 'invalid_utf8', field: 'note' }]);
  expect(await rows('latin')).toEqual([
    { id: '1', note: 'good' },
    { id: '3', note: 'good' },
  ]);
});

test('text that Postgres cannot hold is replaced and counted', async () => {
  expect(await rows('nul')).toEqual([{ id: '1', note: 'a\ufffdb' }]);
  expect(streams['nul']?.ledger.replaced).toBe(1);
});

test('an empty file whose columns are declared makes an empty table', async () => {
  expect(await rows('zero')).toEqual([]);
  expect(streams['zero']?.ledger.read).toBe(0);
});

test('a header alone makes an empty table with its columns', async () => {
  expect(await rows('header_only')).toEqual([]);
});

test('values that do not fit their type go to quarantine with line, field and reason', async () => {
  expect(await rejected('types')).toEqual([
    { position: 2, reason: 'not_an_integer', field: 'sent' },
    { position: 3, reason: 'not_a_date', field: 'day' },
    { position: 4, reason: 'not_a_uuid', field: 'member' },
    { position: 5, reason: 'no_zone', field: 'at' },
    { position: 6, reason: 'out_of_range', field: 'sent' },
  ]);
  expect(await rows('types', 'id')).toEqual([{ id: '1' }]);
});

test('of a key that comes several times the last record wins, and the others are counted', async () => {
  expect(streams['twice']?.ledger).toMatchObject({ read: 4, inserted: 2, superseded: 2 });
  expect(await rows('twice')).toEqual([
    { id: '1', note: 'last' },
    { id: '2', note: 'other' },
  ]);
});
