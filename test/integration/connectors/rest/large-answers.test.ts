import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whole } from '../../../../connectors/rest/decoders/pieces.js';
import { zipEntries } from '../../../../connectors/rest/decoders/zip.js';
import { scriptedApi } from '../../../support/scripted-api.js';
import { archiveOf } from './archive.js';
import { syncedSource } from './reading.js';

/** Answers that are large, damaged, or not of the form that is due. */

const unpacked = async (archive: Buffer) => {
  const texts: string[] = [];
  for await (const entry of zipEntries(archive, 1e6)) texts.push(Buffer.from(await whole(entry, 1e6)).toString());
  return texts;
};

test.each([true, false])('an archive with another byte in it is damaged (compressed: %j)', async (isCompressed) => {
  const text = JSON.stringify(Array.from({ length: 50 }, (_, id) => ({ id, sent: 1001 })));
  const archive = await archiveOf(text, isCompressed);
  expect(await unpacked(archive)).toEqual([text]);
  const at = isCompressed ? 60 : archive.indexOf('1001') + 3;
  archive[at]! ^= 1;
  await expect(unpacked(archive)).rejects.toMatchObject({ kind: 'source', message: 'An archive is damaged.' });
});

test('an answer of very many records is read, and its columns are told by the first', async () => {
  const body = `[${Array.from({ length: 150_000 }, (_, id) => `{"id":${id}}`).join()}]`;
  const api = await scriptedApi(() => ({ body }));
  const stream = { path: '/a', primary_key: 'id' };
  const options = { api: { endpoint: api.url, streams: { a: stream } }, allow: ['loopback'] };
  expect(await syncedSource(options, { names: ['a'] })).toMatchObject({ records: 150_000, fault: undefined });
  await api.close();
});

test('a value in place of a record is told by its form, since it may be of a person', async () => {
  const api = await scriptedApi(() => ({ body: { data: ['Jane Doe, M-4471'] } }));
  const stream = { path: '/a', records: 'data', primary_key: 'id', fields: { id: 'string' } };
  const options = { api: { endpoint: api.url, streams: { a: stream } }, allow: ['loopback'] };
  const { fault } = await syncedSource(options, { names: ['a'] });
  expect((fault as Error).message).toBe(
    'Stream "a": an answer holds a value written like `aaaa aaa, a-0000` where a record is due.',
  );
  await api.close();
});

test('an option that is no JSON is not shown', async () => {
  const manifest = {
    version: '7.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['a'] },
    streams: [
      {
        type: 'DeclarativeStream',
        name: 'a',
        retriever: {
          type: 'SimpleRetriever',
          requester: {
            type: 'HttpRequester',
            url_base: 'https://api.example',
            authenticator: {
              type: 'JwtAuthenticator',
              algorithm: 'HS256',
              secret_key: "{{ json_loads(config['key'])['k'] }}",
            },
          },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
        },
        schema_loader: {
          type: 'InlineSchemaLoader',
          schema: { type: 'object', properties: { id: { type: 'string' } } },
        },
      },
    ],
  };
  const { fault } = await withManifest(manifest, { key: 's3cr3t-value' });
  expect(fault).toMatchObject({ kind: 'config', message: expect.stringContaining('is given a text that is no JSON') });
  expect((fault as Error).message).not.toContain('s3cr3t');
});

async function withManifest(manifest: object, config: object) {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-jwt-'));
  try {
    await writeFile(`${folder}/m.yaml`, JSON.stringify(manifest));
    return await syncedSource({ manifest: 'm.yaml', manifest_config: config }, { baseFolder: folder, names: ['a'] });
  } finally {
    await rm(folder, { recursive: true });
  }
}
