import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Ajv } from 'ajv';
import { local } from '../../../../connectors/local/local.source.js';
import { tellable } from '../../../../core/app/bridges/told-streams.js';
import { tapOutput } from '../../../../core/app/singer/tap-destination.js';
import { runTap, tapCatalog } from '../../../../core/app/singer/tap.js';
import { SavedState, type OpenSource, type SourceStream } from '../../../../core/protocol/index.js';

/** All that a source tells. */
async function told(source: OpenSource, catalog?: ReturnType<typeof tapCatalog>['streams']) {
  const notes: string[] = [];
  let stdout = '';
  const into = new Writable({
    write(bytes, _encoding, done) {
      stdout += String(bytes);
      done();
    },
  });
  const note = (text: string) => notes.push(text);
  const { signal } = new AbortController();
  const { exitCode, error } = await runTap({
    source,
    ...(catalog && { catalog }),
    state: undefined,
    output: tapOutput(into, note),
    note,
    signal,
  });
  const lines = stdout.split('\n').filter(Boolean);
  return { exitCode, error, notes, lines, messages: lines.map((line) => JSON.parse(line) as any) };
}

test('what is told of files without a key fits the schema that is told before it, with every digit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-tap-'));
  const decimal = '12345678901234567890.12';
  await writeFile(join(folder, 'a.csv'), `id,cost,rate,day\n1,${decimal},0.1,2026-01-02\n2,-3,,\n`);
  const files = [{ stream: 'spend', path: '*.csv', format: 'csv' }];
  const context = { signal: new AbortController().signal, baseFolder: folder };
  const source = await local.open(local.config.parse({ files }), context);
  const { exitCode, messages } = await told(source);
  const entry = tapCatalog(await source.streams(() => undefined)).streams[0]!;
  await source.close();
  expect(exitCode).toBe(0);
  const [schema, ...records] = messages.filter(({ type }) => type === 'SCHEMA' || type === 'RECORD');
  expect(schema.key_properties).toEqual(['_sdc_source_file', '_sdc_source_lineno']);
  expect([schema.key_properties, schema.schema]).toEqual([entry.key_properties, entry.schema]);
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema.schema);
  expect(records.map(({ record }) => [validate(record), validate.errors])).toEqual([
    [true, null],
    [true, null],
  ]);
  expect(records.map(({ record }) => [record.cost, record.rate])).toEqual([
    [decimal, '0.1'],
    ['-3', null],
  ]);
});

test('a catalog that chooses nothing is told, and so is what helps where too much is left out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-tap-'));
  await writeFile(join(folder, 'a.csv'), 'id\n1\nx\n');
  const files = [{ stream: 'spend', path: '*.csv', format: 'csv', columns: { id: 'integer' } }];
  const source = await local.open(local.config.parse({ files }), {
    signal: new AbortController().signal,
    baseFolder: folder,
  });
  const [entry] = tapCatalog(await source.streams(() => undefined)).streams;
  const unchosen = { ...entry!, metadata: [{ breadcrumb: [], metadata: { selected: false } }] };
  for (const catalog of [[], [unchosen]])
    expect(await told(source, catalog)).toMatchObject({
      exitCode: 0,
      notes: [expect.stringContaining('the catalog chooses no stream, so nothing is read')],
      lines: [],
    });
  const { error, notes } = await told(source);
  await source.close();
  expect(notes).toEqual([expect.stringContaining('is left out, field "id"')]);
  expect(error?.hint).toContain('What is left out is told before this');
  expect(error?.hint).not.toContain('quarantine');
});

test('a stream that hands out states, read whole, ends with the version of its table as any other', async () => {
  const stream: SourceStream = {
    kind: 'stateful',
    catalog: {
      name: 'scores',
      summary: '',
      fields: [{ name: 'id', type: 'integer', nullable: false }],
      primaryKey: ['id'],
      syncModes: ['full_refresh', 'incremental'],
    },
    async *read() {
      yield [{ id: 1 }];
      yield new SavedState({ at: 1 });
      yield [{ id: 2 }];
      yield new SavedState({ at: 2 });
    },
  };
  const source: OpenSource = {
    check: async () => undefined,
    streams: async () => ({ scores: stream }),
    close: async () => undefined,
  };
  const catalog = tapCatalog({ scores: stream });
  const whole = catalog.streams.map((entry) => ({
    ...entry,
    replication_method: 'FULL_TABLE',
    metadata: [{ breadcrumb: [], metadata: { selected: true } }],
  }));
  const { messages } = await told(source, whole);
  const [first, second, end] = messages.filter(({ type }) => type === 'RECORD' || type === 'ACTIVATE_VERSION');
  expect([first.record, second.record]).toEqual([{ id: 1 }, { id: 2 }]);
  expect(end).toEqual({ type: 'ACTIVATE_VERSION', stream: 'scores', version: expect.any(Number) });
  expect([first.version, second.version]).toEqual([end.version, end.version]);
  const parts = (await told(source, catalog.streams)).messages;
  expect(parts.filter(({ type }) => type === 'ACTIVATE_VERSION')).toEqual([]);
});

test('a stream whose key tells who a person is is not on offer, and the others are read', async () => {
  const stream = (name: string, personal: object): SourceStream => ({
    kind: 'full_refresh',
    catalog: {
      name,
      summary: '',
      fields: [
        { name: 'member', type: 'string', nullable: false, ...personal },
        { name: 'score', type: 'integer', nullable: true },
      ],
      primaryKey: ['member'],
      syncModes: ['full_refresh'],
    },
    async *read() {
      yield [{ member: 'a', score: 1 }];
    },
  });
  const streams = { members: stream('members', { personal: true }), scores: stream('scores', {}) };
  const source: OpenSource = {
    check: async () => undefined,
    streams: async () => streams,
    close: async () => undefined,
  };
  const { exitCode, notes, messages } = await told(source);
  expect(exitCode).toBe(0);
  expect(messages.filter(({ type }) => type === 'RECORD').map((message) => message.stream)).toEqual(['scores']);
  expect(notes).toEqual([
    expect.stringContaining('stream members: it is not on offer, since "member" of its key tells who a person is.'),
  ]);
  expect(tapCatalog(tellable(streams, () => undefined)).streams.map((entry) => entry.stream)).toEqual(['scores']);
});
