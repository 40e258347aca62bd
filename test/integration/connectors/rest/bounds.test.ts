import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { deflateSync, gzipSync } from 'node:zlib';
import { csvRows } from '../../../../connectors/rest/decoders/csv.js';
import { decoderOf } from '../../../../connectors/rest/decoders/decoder.js';
import { rowsOf, textsIn } from '../../../../connectors/rest/decoders/pieces.js';
import { reportRows } from '../../../../connectors/rest/decoders/report.js';
import { Answer, Headers } from '../../../../connectors/rest/requests/answer.js';
import type { Environment } from '../../../../connectors/rest/run/environment.js';
import { scriptedApi } from '../../../support/scripted-api.js';
import { archiveOf } from './archive.js';
import { read } from './reading.js';

/** What a small answer may cost: bounds of memory and of work, and answers that are larger than memory. */

const MIB = 2 ** 20;
const [JSON_, XML, JSONL, CSV, LINES] = [
  'JsonDecoder',
  'XmlDecoder',
  'JsonlDecoder',
  'CsvDecoder',
  'IterableDecoder',
].map((type) => ({ type })) as [object, object, object, object, object];
const gzipOf = (decoder: object) => ({ type: 'GzipDecoder', decoder });
const zipOf = (decoder: object) => ({ type: 'ZipfileDecoder', decoder });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-bounds-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function manifestOf(decoder: object) {
  const path = join(folder, 'm.yaml');
  const stream = {
    type: 'DeclarativeStream',
    name: 'a',
    retriever: {
      type: 'SimpleRetriever',
      decoder,
      requester: { type: 'HttpRequester', url_base: "{{ config['endpoint'] }}", path: '/a' },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
    },
    schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
  };
  const check = { type: 'CheckStream', stream_names: ['a'] };
  await writeFile(path, JSON.stringify({ version: '7.0.0', type: 'DeclarativeSource', check, streams: [stream] }));
  return path;
}

/** Lines of nothing, of more bytes than are unpacked of an answer of at most one MiB. */
const BLANKS = `${' '.repeat(1023)}\n`.repeat(65 * 1024);

const readWith = async (decoder: object, body: string | Uint8Array) =>
  read({
    manifest: await manifestOf(decoder),
    script: () => ({ body }),
    options: { max_response_bytes: MIB },
  });

test.each([
  ['JSON that is all lists', JSON_, '['.repeat(MIB - 10), /has more than 131072 lists/],
  ['a list of very many mappings', JSON_, `[${'{},'.repeat(300_000)}{}]`, /has more than 131072 lists/],
  ['XML that is all elements', XML, `<a>${'<b/>'.repeat(200_000)}</a>`, /has more than 131072 lists/],
  ['XML that is deep', XML, '<a>'.repeat(2000), /elements in more than 1000 others/],
  ['a CSV of very many columns', CSV, `${'a,'.repeat(20_000)}a\n1\n`, /more than 10000 columns/],
  ['packed JSON that is all lists', gzipOf(JSON_), gzipSync('['.repeat(MIB)), /has more than 131072 lists/],
  ['a packed document that is too large', gzipOf(JSON_), gzipSync(`"${'a'.repeat(2 * MIB)}"`), /larger than 1048576/],
  ['a packed line that is too long', gzipOf(JSONL), gzipSync('a'.repeat(2 * MIB)), /row .* longer than 1048576/],
  [
    'a packed field that does not end',
    gzipOf(CSV),
    gzipSync(`a\n"${'b'.repeat(2 * MIB)}`),
    /row .* longer than 1048576/,
  ],
  ['a line of very many lists', gzipOf(JSONL), gzipSync(`${'['.repeat(MIB - 10)}\n`), /has more than 131072 lists/],
  ['a bomb', gzipOf(JSONL), gzipSync(BLANKS), /unpacks to more than 67108864 bytes/],
  ['a packed document that is none', gzipOf(JSON_), gzipSync('{"a": Jane Doe}'), /^A document that .* is no JSON\.$/],
])('%s is refused, by a clear error', async (_what, decoder, body, message) => {
  await expect(readWith(decoder, body)).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringMatching(message),
    details: { hint: expect.any(String) },
  });
});

test('the end of an element is none that counts', async () => {
  const { records } = await readWith(XML, `<a>${'<b>1</b>'.repeat(MIB / 10)}</a>`);
  expect(records['a']).toHaveLength(1);
});

test('the files of an archive are bounded together', async () => {
  const archive = await archiveOf(BLANKS, true);
  await expect(readWith(zipOf(JSONL), archive)).rejects.toThrow('An archive unpacks to more than 67108864 bytes.');
});

const valuesIn = async (decoder: object, body: Uint8Array, maxResponseBytes = MIB) => {
  const lots: (readonly unknown[])[] = [];
  const decode = decoderOf(decoder as never, { maxResponseBytes } as Environment);
  for await (const lot of decode(new Answer(200, new Headers({}), body, undefined))) lots.push(lot);
  return lots;
};

test.each([JSONL, CSV, LINES])('rows come in lots, each whole and in its order (%j)', async (decoder) => {
  const ids = Array.from({ length: 10_000 }, (_, id) => `ä${id}${'x'.repeat(50)}`);
  const rows = ids.map((id) => (decoder === JSONL ? `{"id":"${id}"}` : id));
  const written = `${decoder === CSV ? 'id\r\n' : ''}${rows.join(decoder === CSV ? '\r\n' : '\n')}`;
  const expected = ids.map((id) => ({ [decoder === LINES ? 'record' : 'id']: id }));
  for (const [kind, body] of [
    [decoder, Buffer.from(written)],
    [gzipOf(decoder), gzipSync(written)],
    [gzipOf(decoder), Buffer.from(written)],
    [zipOf(decoder), await archiveOf(written, true)],
    [zipOf(gzipOf(decoder)), await archiveOf(written, true)],
  ] as const) {
    const lots = await valuesIn(kind, body);
    expect(lots.length).toBeGreaterThan(1);
    expect(lots.flat()).toEqual(expected);
  }
});

test('rows are the same wherever the pieces end', async () => {
  const written = '\ufeffa,b\r\n1,"x ""y"",\r\nz"\r\n\r\n2,\r3,"q"r\n,\n"",4\n5';
  const expected = [
    { a: '1', b: 'x "y",\r\nz' },
    { a: '2', b: '' },
    { a: '3', b: 'qr' },
    { a: '', b: '' },
    { a: '', b: '4' },
    { a: '5', b: null },
  ];
  for (let size = 1; size <= written.length; size += 1) {
    const texts = Array.from({ length: Math.ceil(written.length / size) }, (_, at) =>
      written.slice(at * size, at * size + size),
    );
    const rows: unknown[] = [];
    for await (const lot of rowsOf(texts, csvRows(',', new Set()), 1000, 1)) rows.push(...lot);
    expect(rows).toEqual(expected);
  }
});

test('a letter that two pieces share is one letter', async () => {
  const bytes = Buffer.from('aä€😀');
  let made = '';
  for await (const part of textsIn(
    Array.from(bytes, (byte) => Uint8Array.of(byte)),
    'utf-8',
  ))
    made += part;
  expect(made).toBe('aä€😀');
  await expect(valuesIn(JSONL, bytes.subarray(0, 2))).rejects.toThrow('An answer is not text in utf-8.');
});

test.each([
  ['plain', (written: string) => Buffer.from(written)],
  ['gzip', gzipSync],
  ['zlib', deflateSync],
])('a report comes in lots too, without what is no text (%s)', async (_how, packed) => {
  const written = `id,note\r\n${Array.from({ length: 10_000 }, (_, id) => `${id},${'N\0/A'.repeat(40)}\r\n`).join('')}`;
  const lots: (readonly unknown[])[] = [];
  for await (const lot of reportRows(packed(written), true, MIB)) lots.push(lot);
  expect(lots.length).toBeGreaterThan(1);
  expect(lots.flat()).toEqual(Array.from({ length: 10_000 }, (_, id) => ({ id: `${id}`, note: 'N/A'.repeat(40) })));
});

test('short rows of a wide CSV come in small lots', async () => {
  const header = Array.from({ length: 5000 }, (_, at) => `c${at}`).join();
  const lots = await valuesIn(CSV, Buffer.from(`${header}\n${'1\n'.repeat(500)}`));
  expect(Math.max(...lots.map(({ length }) => length))).toBe(50);
  expect(lots.flat()).toHaveLength(500);
});

const CHILD = `
const dist = process.argv[1];
const { connect } = await import(dist + '/connectors/rest/connected.js');
const { restConfig } = await import(dist + '/connectors/rest/rest.config.js');
const [manifest, endpoint] = process.argv.slice(2);
const config = restConfig.parse({ manifest, manifest_config: { endpoint }, allow: ['loopback'] });
const source = await connect(config, { signal: new AbortController().signal, baseFolder: '/' });
let records = 0;
let largest = 0;
for (const stream of (await source.streams()).values())
  for await (const step of stream.read({ state: undefined }))
    if (step.kind === 'page') {
      records += step.page.records.length;
      largest = Math.max(largest, step.page.records.length);
    }
await source.close();
console.log(JSON.stringify({ records, largest }));
`;

const ROWS = 400_000;

test.each([
  ['rows of JSON', gzipOf(JSONL), `{"day":"2024-03-01","sent":100000,"opened":10000}\n`.repeat(ROWS)],
  ['a CSV', gzipOf(CSV), `day,sent,opened\n${'2024-03-01,100000,10000\n'.repeat(ROWS)}`],
])('what is larger than memory is read all the same: %s', async (_what, decoder, written) => {
  const body = gzipSync(written);
  const api = await scriptedApi(() => ({ body }));
  const dist = pathToFileURL('dist').href;
  const child = spawn(process.execPath, [
    '--max-old-space-size=40',
    '--input-type=module',
    '-e',
    CHILD,
    dist,
    await manifestOf(decoder),
    api.url,
  ]);
  const [out, fault, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  await api.close();
  expect([fault, code]).toEqual(['', 0]);
  const { records, largest } = JSON.parse(out) as { records: number; largest: number };
  expect(records).toBe(ROWS);
  expect(largest).toBeLessThanOrEqual(20_000);
});
