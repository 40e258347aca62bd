import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../../connectors/rest/connected.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import { scriptedApi } from '../../../support/scripted-api.js';
import { read } from './reading.js';

/** How far a reading goes where an API or a manifest would have it go on. */

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-limits-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function manifestOf(retriever: object, stream: object = {}): Promise<string> {
  const path = join(folder, 'm.yaml');
  const made = {
    type: 'DeclarativeStream',
    name: 'a',
    schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url_base: "{{ config['endpoint'] }}", path: '/a' },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
      ...retriever,
    },
    ...stream,
  };
  const check = { type: 'CheckStream', stream_names: ['a'] };
  await writeFile(path, JSON.stringify({ version: '7.0.0', type: 'DeclarativeSource', check, streams: [made] }));
  return path;
}

const option = (name: string) => ({ type: 'RequestOption', inject_into: 'request_parameter', field_name: name });

test('a window that the API refuses is halved ten times, and no more', async () => {
  const filter = { type: 'HttpResponseFilter', action: 'SPLIT_REQUEST_WINDOW', http_codes: [413] };
  const manifest = await manifestOf(
    {
      requester: {
        type: 'HttpRequester',
        url_base: "{{ config['endpoint'] }}",
        path: '/a',
        error_handler: { type: 'DefaultErrorHandler', response_filters: [filter] },
      },
      request_window_splitting: { type: 'RequestWindowSplitting' },
    },
    {
      incremental_sync: {
        type: 'DatetimeBasedCursor',
        cursor_field: 'day',
        datetime_format: '%Y-%m-%d',
        start_datetime: '2010-01-01',
        end_datetime: '2023-12-31',
        step: 'P20Y',
        cursor_granularity: 'P1D',
        start_time_option: option('from'),
        end_time_option: option('to'),
      },
    },
  );
  const widths: number[] = [];
  const reading = read({
    manifest,
    script: ({ query }) => {
      const { from, to } = Object.fromEntries(query);
      widths.push((Date.parse(to!) - Date.parse(from!)) / 86_400_000 + 1);
      return { status: 413, body: {} };
    },
  });
  await expect(reading).rejects.toMatchObject({
    kind: 'transient',
    message: expect.stringContaining('refuses a window that cannot be made smaller'),
  });
  expect(widths).toHaveLength(11);
  expect([widths[0], widths[10]]).toEqual([5113, expect.any(Number)]);
  expect(widths[10]).toBeLessThan(7);
});

test.each([
  [true, ['a,b', 'c']],
  [false, ['a,a', 'b,c']],
])('groups have a value once where that is asked for: %j', async (deduplicate, expected) => {
  const manifest = await manifestOf({
    requester: {
      type: 'HttpRequester',
      url_base: "{{ config['endpoint'] }}",
      path: '/a',
      request_parameters: { of: "{{ stream_partition['of'] | join(',') }}" },
    },
    partition_router: {
      type: 'GroupingPartitionRouter',
      group_size: 2,
      deduplicate,
      underlying_partition_router: { type: 'ListPartitionRouter', cursor_field: 'of', values: ['a', 'a', 'b', 'c'] },
    },
  });
  const { api } = await read({ manifest, script: () => ({ body: [] }) });
  expect(api.seen.map(({ query }) => Object.fromEntries(query)['of'])).toEqual(expected);
});

test('nothing is kept of a window after which the stream turns out to be misnamed', async () => {
  const api = await scriptedApi(() => ({ body: { data: [{ id: '1', day: '2024-01-01' }] } }));
  const cursor = { field: 'dayy', format: '%Y-%m-%d', start: '2024-01-01', from: 'from', to: 'to', window: '7d' };
  const sends = { path: '/sends', records: 'data', primary_key: 'id', cursor, fields: { id: 'string', day: 'date' } };
  const config = restConfig.parse({ api: { endpoint: api.url, streams: { sends } }, allow: ['loopback'] });
  const source = await connect(config, { signal: new AbortController().signal, baseFolder: folder });
  const kinds: string[] = [];
  const reading = async () => {
    for await (const { kind } of (await source.streams()).get('sends')!.read({ state: undefined })) kinds.push(kind);
  };
  const fault = await reading().catch((error: unknown) => error);
  await source.close();
  await api.close();
  expect(fault).toMatchObject({ message: expect.stringContaining('no record has `dayy`') });
  expect(new Set(kinds)).toEqual(new Set(['page']));
  expect(api.seen.length).toBeGreaterThan(1);
});

test('counted pages that nothing in a request tells apart end with the second that is the same', async () => {
  const strategy = { type: 'PageIncrement', page_size: 2 };
  const reading = read({
    manifest: await manifestOf({
      paginator: {
        type: 'DefaultPaginator',
        page_size_option: option('limit'),
        pagination_strategy: strategy,
      },
    }),
    script: ({ query }) => ({ body: query.length === 1 ? [{ id: 1 }, { id: 2 }] : [] }),
  });
  await expect(reading).rejects.toMatchObject({
    kind: 'source',
    message:
      'Stream "a": paging does not end: the same answer came again, since nothing in a request tells which page is wanted.',
    details: { hint: 'Look at `page_token_option` and `page_size` of the paginator.' },
  });
});

test('a mapping is no value of a query parameter', async () => {
  const manifest = await manifestOf({
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
    paginator: {
      type: 'DefaultPaginator',
      page_token_option: option('cursor'),
      pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}' },
    },
  });
  const reading = read({ manifest, script: () => ({ body: { data: [{ id: 1 }], next: { q: 1 } } }) });
  await expect(reading).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining('The query parameter "cursor" is a mapping, which no address can hold'),
  });
});

test('an id beyond what JavaScript counts to can stand in a stream that an answer tells', async () => {
  const ID = '17841405822304914';
  const signer = {
    type: 'JwtAuthenticator',
    algorithm: 'HS256',
    secret_key: 's',
    jwt_payload: { iss: `{{ '${ID}' }}` },
  };
  const retriever = (path: string, more: object = {}) => ({
    type: 'SimpleRetriever',
    requester: {
      type: 'HttpRequester',
      url_base: "{{ config['endpoint'] }}",
      path,
      authenticator: signer,
      ...more,
    },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
    paginator: { type: 'DefaultPaginator', pagination_strategy: { type: 'PageIncrement', page_size: 9 } },
  });
  const mapping = (field_path: readonly string[], value: string) => ({
    type: 'ComponentMappingDefinition',
    field_path,
    value,
  });
  const manifest = {
    version: '7.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckDynamicStream', stream_count: 1 },
    dynamic_streams: [
      {
        type: 'DynamicDeclarativeStream',
        stream_template: {
          type: 'DeclarativeStream',
          name: 'a',
          schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
          retriever: retriever('/rows', { request_parameters: { account: '' } }),
        },
        components_resolver: {
          type: 'HttpComponentsResolver',
          retriever: retriever('/accounts'),
          components_mapping: [
            mapping(['name'], 'rows'),
            mapping(['retriever', 'requester', 'request_parameters', 'account'], "{{ components_values['id'] }}"),
          ],
        },
      },
    ],
  };
  await writeFile(join(folder, 'm.json'), JSON.stringify(manifest));
  const { records, requests, api } = await read({
    manifest: join(folder, 'm.json'),
    script: ({ path }) => ({ body: path === '/accounts' ? [{ id: ID }] : [{ id: 1 }] }),
  });
  expect(records).toEqual({ rows: [{ id: 1 }] });
  expect(requests).toContain(`GET /rows?account=${ID}`);
  const [, claims = ''] = api.seen[0]!.headers['authorization']!.split('.');
  expect(Buffer.from(claims, 'base64url').toString()).toContain(`"iss":${ID}`);
});
