import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as openpgp from 'openpgp';
import { local } from '../../../../connectors/local/local.source.js';
import { sftp } from '../../../../connectors/sftp/sftp.source.js';
import type { EngineEvent, Field, SourceStream } from '../../../../core/protocol/index.js';
import { filesConfig } from '../../../../destinations/files/files.config.js';
import { canMount, smallDisk } from '../../../support/disk.js';
import { startSshServer } from '../../../support/ssh-server.js';
import { day, deliveries, type Deliveries } from './deliveries.js';

const signal = new AbortController().signal;
let folder: string;
const opened: Deliveries[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-formats-'));
});
afterEach(() => {
  for (const out of opened.splice(0)) out.close();
  rmSync(folder, { recursive: true });
});
const deliver = async (options: Record<string, unknown>): Promise<Deliveries> => {
  const out = await deliveries({ local: true, folder: 'out', ...options }, folder);
  opened.push(out);
  return out;
};

const FIELDS: readonly Field[] = [
  { name: 'id', type: 'integer', nullable: false },
  { name: 'big', type: 'integer', nullable: true },
  { name: 'rate', type: 'number', nullable: true },
  { name: 'cost', type: 'decimal', nullable: true, precision: 12, scale: 2 },
  { name: 'exact', type: 'decimal', nullable: true },
  { name: 'ok', type: 'boolean', nullable: true },
  { name: 'day', type: 'date', nullable: true },
  { name: 'clock', type: 'time', nullable: true },
  { name: 'local_at', type: 'timestamp', nullable: true },
  { name: 'at', type: 'timestamptz', nullable: true },
  { name: 'key', type: 'uuid', nullable: true },
  { name: 'note', type: 'string', nullable: true },
  { name: 'tags', type: 'json', nullable: true },
];
const FULL = {
  id: 1,
  big: 9007199254740993n,
  rate: 0.1,
  cost: '+01234.5',
  exact: '-1.20E-3',
  ok: true,
  day: '0099-12-31',
  clock: '08:30:00.5',
  local_at: '1969-12-31T23:59:59.000001',
  at: '2026-03-01T01:00:00+02:00',
  key: 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
  note: 'Zoë, "x"\r\n;',
  tags: { a: ['x', 1] },
};
const NULLS = Object.fromEntries(FIELDS.map(({ name }) => [name, name === 'id' ? 2 : null]));

test('CSV keeps every type and digit', async () => {
  const out = await deliver({ format: 'csv', csv: { delimiter: ';', line_end: 'crlf' } });
  await out.run({ fields: FIELDS, all: [FULL, NULLS], write: 'append' });
  expect((await out.read())['members/members_000002_001.csv']!.toString()).toBe(
    'id;big;rate;cost;exact;ok;day;clock;local_at;at;key;note;tags\r\n' +
      '1;9007199254740993;0.1;1234.5;-0.00120;true;0099-12-31;08:30:00.5;1969-12-31T23:59:59.000001;2026-02-28T23:00:00Z;a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11;"Zoë, ""x""\r\n;";"{""a"":[""x"",1]}"\r\n' +
      '2;;;;;;;;;;;;\r\n',
  );
});

test('JSON lines keep every type and digit', async () => {
  const out = await deliver({ format: 'jsonl' });
  await out.run({ fields: FIELDS, all: [FULL, NULLS], write: 'append' });
  const lines = (await out.read())['members/members_000002_001.jsonl']!.toString().trimEnd().split('\n');
  expect(lines[0]).toContain('"big":9007199254740993,"rate":0.1,"cost":1234.5,"exact":-0.00120,');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { id: 1, ok: true, day: '0099-12-31', at: '2026-02-28T23:00:00Z', note: FULL.note, tags: FULL.tags },
    NULLS,
  ]);
});

/** What one of our own sources reads of what was delivered. */
async function readBack(spec: Record<string, unknown>) {
  const config = local.config.parse({ files: [{ stream: 's', ...spec }] });
  const source = await local.open(config, { signal, baseFolder: folder });
  const stream = (await source.streams(() => undefined))['s'] as Extract<SourceStream, { kind: 'files' }>;
  const records: unknown[] = [];
  for await (const file of stream.list(signal)) {
    const { scanner, chunks, verify, close } = await stream.open(file, signal);
    if ('next' in scanner) throw new TypeError('objects only');
    for await (const chunk of chunks) records.push(...scanner.push(chunk));
    records.push(...scanner.end());
    verify?.();
    await close();
  }
  return { records, fields: stream.catalog.fields };
}

test.each(['none', 'gzip', 'zstd'])(
  'Parquet packed by %s is read back as it was sent, and the manifest holds',
  async (compression) => {
    const out = await deliver({ format: 'parquet', compression, control_totals: ['id', 'cost'] });
    await out.run({ fields: FIELDS, all: [FULL, NULLS], write: 'append' });
    const { records, fields } = await readBack({
      path: 'out/members/*.parquet',
      format: 'parquet',
      integrity: { manifest: 'members_000002.manifest.json' },
    });
    expect(fields.map(({ type }) => type)).toEqual(
      // A decimal without bounds has no type there, and JSON is text.
      FIELDS.map(({ name, type }) => (name === 'exact' || name === 'tags' ? 'string' : type)),
    );
    expect(records).toEqual([
      {
        ...FULL,
        cost: '1234.50',
        exact: '-0.00120',
        clock: '08:30:00.500000',
        at: '2026-02-28T23:00:00.000000Z',
        key: FULL.key.toLowerCase(),
        tags: '{"a":["x",1]}',
      },
      NULLS,
    ]);
    expect(Object.values(await out.manifests())).toMatchObject([{ totals: { id: '3', cost: '1234.50' } }]);
  },
);

test('a text that a spreadsheet would take for a formula is made harmless where that is asked for, a number is not', async () => {
  const all = ['=1+1', '+x', '-x', '@x', '\tx', 'a=b'].map((note, id) => ({ id: -id, day: day(1), note }));
  const sent = { all, write: 'append' as const };
  const plain = await deliver({ format: 'csv', folder: 'plain' });
  await plain.run(sent);
  expect((await plain.read())['members/members_000002_001.csv']!.toString()).toContain('0,2026-03-01,=1+1\n');
  const safe = await deliver({ format: 'csv', folder: 'safe', csv: { neutralise_formulas: true } });
  await safe.run(sent);
  expect((await safe.read())['members/members_000002_001.csv']!.toString()).toBe(
    "id,day,note\n0,2026-03-01,'=1+1\n-1,2026-03-01,'+x\n-2,2026-03-01,'-x\n-3,2026-03-01,'@x\n-4,2026-03-01,'\tx\n-5,2026-03-01,a=b\n",
  );
});

test.each([true, false])('encrypted and signed, as text: %s', async (armor) => {
  const keys = async (name: string) =>
    openpgp.generateKey({
      userIDs: [{ name, email: `${name}@example.org` }],
      passphrase: 'a secret',
      format: 'armored',
    });
  const [receiver, sender] = [await keys('receiver'), await keys('sender')];
  const out = await deliver({
    format: 'jsonl',
    compression: 'gzip',
    pgp: { public_keys: [receiver.publicKey], private_key: sender.privateKey, passphrase: 'a secret', armor },
  });
  await out.run({ all: [{ id: 1, day: day(1), note: 'x' }], write: 'append' });
  const ending = armor ? 'asc' : 'pgp';
  const [name] = Object.keys(await out.read()).filter((each) => each.endsWith(ending));
  expect(name).toBe(`members/members_000002_001.jsonl.gz.${ending}`);
  expect((await out.read())[name!]!.includes('"note"')).toBe(false);
  const { records } = await readBack({
    path: `out/members/*.${ending}`,
    format: 'jsonl',
    pgp: {
      private_key: receiver.privateKey,
      passphrase: 'a secret',
      public_keys: [sender.publicKey],
      require_signature: true,
    },
    integrity: { manifest: 'members_000002.manifest.json' },
  });
  expect(records).toEqual([{ id: 1, day: day(1), note: 'x' }]);
});

test('a key that is none and a passphrase that does not open it are told before anything is read', async () => {
  const out = await deliver({ format: 'csv', pgp: { public_keys: ['nonsense'] } });
  await expect(out.run({ all: [] })).rejects.toMatchObject({ kind: 'config' });
});

test('a large stream is cut into parts, all of one commit, and memory does not grow with it', async () => {
  const out = await deliver({ format: 'csv', compression: 'gzip', max_file_bytes: 1 << 20, control_totals: ['id'] });
  const all = Array.from({ length: 60_000 }, (_, id) => ({ id, day: day(1), note: 'x'.repeat(60) }));
  const events: EngineEvent[] = [];
  expect((await out.run({ all, write: 'append', events })).state).toBe('succeeded');
  const [manifest] = Object.values(await out.manifests());
  expect(manifest.files.length).toBeGreaterThan(3);
  expect(manifest).toMatchObject({ records: 60_000, totals: { id: String((60_000 * 59_999) / 2) } });
  const files = await out.read();
  const rows = manifest.files.flatMap(({ name }: any) =>
    gunzipSync(files[`members/${name}`]!).toString().trimEnd().split('\n').slice(1),
  );
  expect(new Set(rows).size).toBe(60_000);
});

test('each file has the columns of its time, and a change is handled by the rule of the connection', async () => {
  const out = await deliver({ format: 'csv' });
  const one = (note: object, fields?: readonly Field[]) =>
    out.run({ all: [{ id: 1, day: day(1), ...note }], write: 'append', ...(fields === undefined ? {} : { fields }) });
  const base = FIELDS.filter(({ name }) => ['id', 'day'].includes(name));
  await one({}, base);
  await one({ note: 'x' });
  await one({}, base);
  const texts = Object.entries(await out.read()).filter(([name]) => name.endsWith('.csv'));
  expect(texts.map(([, text]) => text.toString().split('\n')[0])).toEqual(['id,day', 'id,day,note', 'id,day']);
  const stopped = await out.run({
    all: [],
    write: 'append',
    onSchemaChange: 'stop',
    fields: [...base, { name: 'new', type: 'string', nullable: true }],
  });
  expect(stopped.error).toMatchObject({ kind: 'schema' });
});

test('rejected records are held with the commit, told by the session, and delivered once they pass', async () => {
  const out = await deliver({ format: 'csv' });
  const all = [
    { id: 1, day: day(1), note: 'good' },
    { id: 2, day: 'not a day', note: 'bad' },
  ];
  const first = await out.run({ all, write: 'append', budget: 5 });
  expect(first).toMatchObject({ state: 'succeeded', ledger: { read: 2, quarantined: 1, staged: 1 } });
  const asText = FIELDS.filter(({ name }) => ['id', 'note'].includes(name)).concat([
    { name: 'day', type: 'string', nullable: true },
  ]);
  const replayed = await out.run({ all: [], write: 'append', replay: true, fields: asText, budget: 5 });
  expect(replayed).toMatchObject({ state: 'succeeded', ledger: { inserted: 1 } });
  const again = await out.run({ all: [], write: 'append', replay: true, fields: asText, budget: 5 });
  expect(again.ledger.read).toBe(0);
});

test.each([
  [{ format: 'csv' }, 'exactly one of'],
  [{ format: 'csv', local: true, s3: { bucket: 'exports' } }, 'exactly one of'],
  [{ format: 'csv', local: true, file_name: '{streams}' }, 'knows'],
  [{ format: 'csv', local: true, file_name: '../x_{number}' }, 'below'],
  [{ format: 'csv', local: true, file_name: '{number' }, 'knows'],
])('refuses %j', (config, reason) => {
  const issues = filesConfig.safeParse(config).error?.issues.map(({ message }) => message) ?? [];
  expect(issues.join(' ')).toContain(reason);
});

test('a name without a number, a lookback and a total of texts are refused before anything is written', async () => {
  const error = async (options: Record<string, unknown>, sent: object = {}) => {
    const out = await deliver({ format: 'csv', ...options });
    return (await out.run({ all: [{ id: 1, day: day(1), note: 'x' }], write: 'append', ...sent })).error?.message;
  };
  expect(await error({ folder: 'a', file_name: '{stream}' })).toContain('no {number}');
  expect(await error({ folder: 'b', control_totals: ['note'] })).toContain('no number');
  expect(await error({ folder: 'c' }, { write: 'merge' })).toContain('cannot write by merge');
});

(canMount ? test : test.skip)(
  'a disk that is full stops the run, and once there is room the next run delivers all',
  async () => {
    const disk = await smallDisk('1m');
    try {
      const out = await deliver({ format: 'csv', folder: join(disk.path, 'out') });
      const all = Array.from({ length: 40_000 }, (_, id) => ({ id, day: day(1), note: 'x'.repeat(60) }));
      expect((await out.run({ all, write: 'append' })).error).toMatchObject({
        kind: 'destination',
        fault: 'disk_full',
      });
      expect(Object.keys(await out.read())).toEqual([]);
      expect((await out.run({ all: all.slice(0, 100), write: 'append' })).state).toBe('succeeded');
      expect(Object.values(await out.manifests())).toMatchObject([{ records: 100 }]);
    } finally {
      for (const out of opened.splice(0)) out.close();
      await disk.remove();
    }
  },
);

(canMount ? test : test.skip)('so does the disk of an SSH server, also where files are put away there', async () => {
  const server = await startSshServer();
  const disk = await smallDisk('1m');
  try {
    // The account may write there; the disk is the limit.
    mkdirSync(join(disk.path, 'in'));
    chmodSync(join(disk.path, 'in'), 0o777);
    const out = await deliveries({ sftp: server.login, folder: join(disk.path, 'in'), format: 'csv' }, folder);
    opened.push(out);
    const all = Array.from({ length: 40_000 }, (_, id) => ({ id, day: day(1), note: 'x'.repeat(60) }));
    expect((await out.run({ all, write: 'append' })).error).toMatchObject({
      kind: 'destination',
      hint: expect.stringContaining('full'),
    });
    expect((await out.run({ all: all.slice(0, 100), write: 'append' })).state).toBe('succeeded');
    writeFileSync(join(server.folder, 'a.csv'), 'id\n1\n');
    server.handOver('.');
    const config = sftp.config.parse({
      ...server.login,
      files: [{ stream: 's', path: 'a.csv', format: 'csv', processed: { archive: join(disk.path, 'in', 'done') } }],
    });
    const source = await sftp.open(config, { signal, baseFolder: folder });
    const stream = (await source.streams(() => undefined))['s'] as Extract<SourceStream, { kind: 'files' }>;
    for await (const file of stream.list(signal))
      // Another disk, to which no rename leads.
      await expect(stream.settle!(file, 'x'.repeat(64), signal)).rejects.toMatchObject({ kind: 'source' });
    await source.close();
    expect(readFileSync(join(server.folder, 'a.csv'), 'utf8')).toBe('id\n1\n');
  } finally {
    for (const out of opened.splice(0)) out.close();
    await disk.remove();
    await server.close();
  }
});
