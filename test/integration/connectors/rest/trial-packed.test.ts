import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import { zipFiles } from '../../../../connectors/rest/decoders/zip.js';
import { recordTrial, replayTrial, tryStream, type Trial } from '../../../../connectors/rest/trial.js';
import { runCli } from '../../../support/cli.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';

const signal = new AbortController().signal;
const SECRET = 'pä/s3cret-t0ken';
const HIDDEN = /s3cret|of-a-visit/;
let api: ScriptedApi;
let place: string;
beforeEach(async () => {
  api = await scriptedApi(() => ({}));
  place = await mkdtemp(join(tmpdir(), 'tributary-packed-'));
});
afterEach(async () => {
  await api.close();
  await rm(place, { recursive: true });
});

/** A manifest of one stream whose answers are this, read by this decoder. */
async function options(body: Uint8Array, decoder: string, more: object = {}) {
  api.script = () => ({ body: Buffer.from(body) });
  const file = join(place, 'm.yaml');
  await writeFile(
    file,
    `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      requester: { type: HttpRequester, url_base: ${api.url}, path: /rows, authenticator: { type: BasicHttpAuthenticator, username: "{{ config['user'] }}", password: "{{ config['pw'] }}" } }
      record_selector: { extractor: { field_path: [] } }
      decoder: ${decoder}
`,
  );
  const config = { manifest: file, allow: ['loopback'], secrets: { user: 'api', pw: SECRET }, ...more };
  return { config, limit: 10, signal, baseFolder: place };
}

/** The bytes of the first answer as they are kept, once the recording was read again. */
async function keptOf(given: Awaited<ReturnType<typeof options>>): Promise<{ bytes: Buffer; trial: Trial }> {
  const folder = join(place, 'kept');
  const trial = await recordTrial(given, folder);
  expect(await readFile(join(folder, 'recording.json'), 'utf8')).not.toMatch(HIDDEN);
  expect(await replayTrial(folder, place, signal)).toMatchObject({ differences: [] });
  const { answer, answer_encoding: encoding } = JSON.parse(await readFile(join(folder, 'exchanges.jsonl'), 'utf8'));
  return { bytes: Buffer.from(answer, encoding ?? 'utf8'), trial };
}

async function archiveOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, content] of Object.entries(files)) archive.addBuffer(Buffer.from(content as string), name);
  archive.end();
  return buffer(archive.outputStream);
}

async function filesOf(archive: Buffer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, content } of zipFiles(archive, 2 ** 20)) found[name] = (await buffer(content)).toString();
  return found;
}

const LINES = `${JSON.stringify({ id: 1, echo: SECRET })}\n{ "id": 2, "session_token": "of-a-visit" }\n`;
const SHOWN = '{"id":1,"echo":"***"}\n{"id":2,"session_token":"***"}\n';
const GZIP = '{ type: GzipDecoder, decoder: { type: JsonlDecoder } }';
const ZIP = '{ type: ZipfileDecoder, decoder: { type: JsonlDecoder } }';

describe('what is packed is recorded without secrets', () => {
  test.each([
    ['gzip', gzipSync(LINES), GZIP],
    ['gzip of several members', Buffer.concat([gzipSync(LINES.slice(0, 30)), gzipSync(LINES.slice(30))]), GZIP],
  ])('%s', async (_what, body, decoder) => {
    const { bytes, trial } = await keptOf(await options(body, decoder));
    expect(trial.records).toEqual([
      { id: 1, echo: '***' },
      { id: 2, session_token: 'of-a-visit' },
    ]);
    expect(gunzipSync(bytes).toString()).toBe(SHOWN);
  });

  test('an archive, with the names in it', async () => {
    const body = await archiveOf({ 'a.json': LINES, [`of-${SECRET}.json`]: '{"id":3}\n' });
    const { bytes } = await keptOf(await options(body, ZIP));
    expect(await filesOf(bytes)).toEqual({ 'a.json': SHOWN, 'of-***.json': '{"id":3}\n' });
  });

  test('an archive of gzip', async () => {
    const body = await archiveOf({ 'a.json.gz': gzipSync(LINES) });
    const { bytes } = await keptOf(await options(body, `{ type: ZipfileDecoder, decoder: ${GZIP} }`));
    expect(Object.keys(await filesOf(bytes))).toEqual(['a.json.gz']);
    for await (const { content } of zipFiles(bytes, 2 ** 20))
      expect(gunzipSync(await buffer(content)).toString()).toBe(SHOWN);
  });

  test('as it came, where there is none in it', async () => {
    const plain = '{ "id": 1, "api": "\\u00e4" }\n{ "id": 2 }\n';
    for (const [body, decoder] of [
      [gzipSync('{ "id": 1,\n "of": [1, 2] }\n'), GZIP.replace('Jsonl', 'Json')],
      [gzipSync('{"id": 1}\n{"id": 2}\n'), GZIP],
      [await archiveOf({ 'a.json': '{"id": 1}\n' }), ZIP],
    ] as const)
      expect((await keptOf(await options(body, decoder))).bytes.equals(body)).toBe(true);
    expect((await keptOf(await options(gzipSync(plain), GZIP))).trial.records).toHaveLength(2);
  });
});

test.each([
  ['UTF-16 with its mark', 'utf-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16 without it', 'utf-16le', (text: string) => Buffer.from(text, 'utf16le')],
  ['UTF-16, the other bytes first', 'utf-16be', (text: string) => Buffer.from(text, 'utf16le').swap16()],
])('text in %s is recorded without secrets, and shown', async (_what, encoding, written) => {
  const decoder = `{ type: CsvDecoder, encoding: ${encoding}, delimiter: ";" }`;
  const given = await options(written(`id;name\n1;${SECRET}\n`), decoder);
  const { bytes, trial } = await keptOf(given);
  expect(trial.records).toEqual([{ id: '1', name: '***' }]);
  expect(bytes.equals(written('id;name\n1;***\n'))).toBe(true);
  await writeFile(join(place, 'o.yaml'), `${JSON.stringify({ ...given.config, manifest: undefined })}\n`);
  const { stdout } = await runCli(['connectors', 'try', 'm.yaml', '--options', 'o.yaml'], { cwd: place });
  expect(stdout).toMatch(/< 200 \ufeff?id;name\n1;\*\*\*\n/);
});

test.each([
  ['another form of packing', brotliCompressSync(LINES.repeat(9)), 'neither text nor'],
  ['what is packed within what no decoder reads so', deflateSync(brotliCompressSync(LINES)), 'neither text nor'],
  ['gzip that is cut off', gzipSync(LINES).subarray(0, -9), 'damaged'],
  ['gzip of gzip without end', [1, 2, 3, 4].reduce<Buffer>((all) => gzipSync(all), gzipSync(LINES)), 'more than 4'],
  ['gzip of more than may be read', gzipSync(' '.repeat(5000)), 'larger than 2048 bytes'],
])('%s is not recorded, and not shown', async (_what, body, why) => {
  const given = await options(body, '{ type: JsonDecoder }', { max_response_bytes: 2048 });
  await expect(recordTrial(given, join(place, 'kept'))).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining(why),
    details: { hint: expect.stringContaining('--record') },
  });
  await expect(readFile(join(place, 'kept/exchanges.jsonl'))).rejects.toThrow('ENOENT');
  expect((await tryStream(given)).exchanges[0]).toMatchObject({ answer: '', answer_bytes: body.length });
  await writeFile(join(place, 'o.yaml'), `${JSON.stringify({ ...given.config, manifest: undefined })}\n`);
  const { stdout } = await runCli(['connectors', 'try', 'm.yaml', '--options', 'o.yaml'], { cwd: place });
  expect(stdout).toMatch(`< 200 (${body.length} bytes, not shown`);
});
