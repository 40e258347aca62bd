import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { campaignApi } from '../../../support/campaign-api.js';
import { CAMPAIGNS, RESULTS } from '../../../support/campaigns.js';
import { claimsOf, SIGNERS } from '../../../support/demanding-api.js';
import { connect } from '../../../../connectors/rest/connected.js';
import { incremental } from '../../../../connectors/rest/cursors/incremental.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import { tryStream } from '../../../../connectors/rest/trial.js';
import { rest } from '../../../../connectors/rest/rest.source.js';
import { scriptedApi, type Script } from '../../../support/scripted-api.js';
import { read } from './reading.js';

const rows = Array.from({ length: 5 }, (_, at) => ({ id: at + 1, name: `n${at}`, ok: at % 2 === 0 ? true : null }));

test('offsets, a key in a header, parameters and a filter', async () => {
  const { records, requests, api } = await read({
    manifest: 'offset-pages-api-key.yaml',
    config: { api_key: 'k-1', kind: 'a b', start_date: '2024-01-01' },
    script: ({ query }) => {
      const { offset, limit } = Object.fromEntries(query);
      return { body: { data: { rows: rows.slice(Number(offset), Number(offset) + Number(limit)) } } };
    },
  });
  expect(records).toEqual({ items: [rows[0], rows[4]].map((row) => ({ ...row })) });
  expect(requests).toEqual(
    ['0', '2', '4'].map((offset) => `GET /items?kind=a b&day=2024-01-01&offset=${offset}&limit=2`),
  );
  expect(api.seen.map(({ headers }) => headers['x-api-key'])).toEqual(['k-1', 'k-1', 'k-1']);
});

test('a page is the last one by the size that it was asked for, whatever the size of the next', async () => {
  const { records, waits } = await read({ manifest: 'heavy-pages.yaml', script: campaignApi });
  const ids = RESULTS.slice(0, 9).map(({ id }) => id);
  expect(records['smaller']!.map(({ id }) => id)).toEqual(ids);
  expect(records['for_a_page']!.map(({ id }) => id)).toEqual(ids);
  // The manifest's 10 ms, twice that the second time in a row.
  expect(waits).toEqual([10, 10, 10, 10, 10, 20, 10, 20]);
});

test('signed tokens say their type, and live as long as the manifest says', async () => {
  const { records, api } = await read({
    manifest: 'signed-requests.yaml',
    config: { ...SIGNERS, api_key: 'k', kind: 'a' },
    script: campaignApi,
    now: new Date().toISOString(),
  });
  expect(records['shared']).toEqual([{ id: 1, by: 'HS256', lives: 120 }]);
  expect(records['private']).toEqual([{ id: 1, by: 'ES256', lives: 600 }]);
  expect(claimsOf(api.seen[0]!.headers['authorization']!.split(' ')[1]!)?.header).toEqual({
    typ: 'JWT',
    kid: 'k',
    cty: 'JWT',
    place: 'a',
    alg: 'HS256',
  });
});

test.each([
  ["{{ config['tables'] }}", undefined],
  ["{{ config['kind'] }}", 'the configuration'],
])('a rule about the value %s is judged', async (value, refused) => {
  const manifest = `version: 7.0.0
check: { stream_names: [a] }
streams:
  - { name: a, type: DeclarativeStream, retriever: { requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: /pages }, record_selector: { extractor: { field_path: [items] } } } }
spec:
  type: Spec
  connection_specification: { type: object, properties: {} }
  config_normalization_rules:
    type: ConfigNormalizationRules
    validations: [ { type: PredicateValidator, value: "${value}", validation_strategy: { type: ValidateAdheresToSchema, base_schema: { type: array } } } ]
`;
  const folder = await mkdtemp(join(tmpdir(), 'tributary-rule-'));
  try {
    await writeFile(join(folder, 'm.yaml'), manifest);
    const reading = read({
      manifest: join(folder, 'm.yaml'),
      config: { tables: [1], kind: 'a' },
      script: campaignApi,
    });
    if (refused === undefined) expect((await reading).records['a']).toHaveLength(2);
    else await expect(reading).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining(refused) });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a stream that begins now has a window, since now is told after its start', async () => {
  const busy = "{% for at in '0' * 100000 %}{% endfor %}";
  const manifest = `version: 7.0.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: /pages }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [items] } }
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: at
      datetime_format: "%Y-%m-%dT%H:%M:%S.%f%z"
      start_datetime: "${busy}{% set now = now_utc() %}${busy}{{ now.strftime('%Y-%m-%dT%H:%M:%S.%f%z') }}"
`;
  const folder = await mkdtemp(join(tmpdir(), 'tributary-now-'));
  try {
    await writeFile(join(folder, 'm.yaml'), manifest);
    const connected = await connect(
      restConfig.parse({ manifest: join(folder, 'm.yaml'), manifest_config: { endpoint: 'https://x.example' } }),
      { signal: new AbortController().signal, baseFolder: folder },
    );
    const node = (connected.manifest.root['streams'] as Record<string, Record<string, unknown>>[])[0]!;
    const cursor = incremental('sends', node['incremental_sync']!, undefined, connected.environment).cursor({});
    const slices = [];
    for await (const slice of cursor.slices()) slices.push(slice);
    expect(slices).toHaveLength(1);
    await connected.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what is left out and has a default in the spec is filled in, unless an older form had it or its own schema refuses it', async () => {
  const manifest = `version: 7.0.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: "/{{ config.where }}/{{ config.given }}/{{ config.group.size }}/{{ config.other }}/{{ config.place }}/{{ config.limit }}/{{ config.get('year', 'none') }}" }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [data] } }
spec:
  type: Spec
  connection_specification:
    type: object
    required: [where]
    properties:
      where: { type: string, default: campaigns }
      given: { type: string, default: other }
      group: { type: object, properties: { size: { type: integer, default: 5 } } }
      other: { type: object, properties: { size: { type: integer, default: 5 } } }
      place: { type: string, default: here }
      limit: { type: integer, default: "10" }
      year: { type: string, pattern: "^[0-9]{4}$", default: "" }
  config_normalization_rules:
    type: ConfigNormalizationRules
    config_migrations:
      - type: ConfigMigration
        transformations:
          - type: ConfigAddFields
            condition: "{{ 'place' not in config }}"
            fields: [{ type: AddedFieldDefinition, path: [place], value: "{{ config.former }}" }]
`;
  const folder = await mkdtemp(join(tmpdir(), 'tributary-defaults-'));
  try {
    await writeFile(join(folder, 'm.yaml'), manifest);
    const config = { given: 'own', group: {}, former: 'there' };
    const { api } = await read({ manifest: join(folder, 'm.yaml'), config, script: campaignApi });
    expect(api.seen[0]?.path).toBe('/campaigns/own/5/there/10/none');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a field that is called type is sent like any other, in the query, in headers and in a form', async () => {
  const { api } = await read({
    manifest: 'bodies.yaml',
    config: { kind: 'a', start_date: '2024-03-02' },
    script: campaignApi,
  });
  const { query, headers, body } = api.seen.at(-1)!;
  expect({ query, type: headers['type'], body }).toEqual({
    query: [
      ['type', 'Todo'],
      ['sort', 'id'],
    ],
    type: 'Header',
    body: 'type=Form&kind=a',
  });
});

test('a kept answer stays as it came: its records are changed once for each stream, and paging looks at what was sent', async () => {
  const { records, requests } = await read({ manifest: 'changed-records.yaml', script: campaignApi });
  const changed = CAMPAIGNS.map(({ id, name, details, ...rest }) => ({
    ...rest,
    campaign: id,
    name: `of ${name}`,
    details: details.owner,
  }));
  expect(records['campaigns']).toEqual(changed);
  expect(new Set(records['results']!.map((row) => row['campaign_name']))).toEqual(
    new Set(RESULTS.map(({ campaign_id }) => `of ${CAMPAIGNS.find(({ id }) => id === campaign_id)!.name}`)),
  );
  // Two files, of which each is the same.
  expect(records['report']).toEqual([...CAMPAIGNS, ...CAMPAIGNS].map(({ id: _, ...row }) => row));
  const pages = ['GET /cursor', 'GET /cursor?after=2', 'GET /cursor?after=4'];
  expect(requests.filter((request) => request.startsWith('GET /cursor'))).toEqual([...pages, ...pages, ...pages]);
});

/** A stream of pages that are kept. */
const kept = (
  name: string,
  { requester = {}, selector = {}, strategy, decoder }: Record<string, object | undefined>,
) => ({
  type: 'DeclarativeStream',
  name,
  primary_key: 'id',
  schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object' } },
  retriever: {
    type: 'SimpleRetriever',
    requester: {
      type: 'HttpRequester',
      url_base: "{{ config['endpoint'] }}",
      path: '/cursor',
      use_cache: true,
      ...requester,
    },
    ...(decoder === undefined ? {} : { decoder }),
    record_selector: {
      type: 'RecordSelector',
      extractor: { type: 'DpathExtractor', field_path: ['data'] },
      ...selector,
    },
    paginator: {
      type: 'DefaultPaginator',
      page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'after' },
      pagination_strategy: strategy ?? {
        type: 'CursorPagination',
        cursor_value: "{{ response['data'][-1]['id'] }}",
        stop_condition: '{{ response.meta.next is none }}',
      },
    },
  },
});
const written = (...streams: object[]) =>
  JSON.stringify({ version: '7.0.0', check: { type: 'CheckStream', stream_names: ['own'] }, streams });
const own = (kind: string) => ({ type: kind, class_name: 'source.Own' });

test.each([
  [
    'extractor, by bodies',
    { selector: { extractor: own('CustomRecordExtractor') } },
    '(bodies) => bodies.flatMap(({ data }) => data.splice(0))',
  ],
  [
    'extractor, by the answer',
    { selector: { extractor: own('CustomRecordExtractor') } },
    '(_, answer) => answer.json().data.splice(0)',
  ],
  [
    'decoder',
    { decoder: own('CustomDecoder') },
    '(answer) => { const { data, meta } = answer.json(); return [{ data: data.splice(0), meta }]; }',
  ],
  [
    'filter',
    { selector: { record_filter: own('CustomRecordFilter') } },
    '(record) => { record.name = 1; return true; }',
  ],
  [
    'filter that is a template',
    { selector: { record_filter: { type: 'RecordFilter', condition: "{{ record.update({'name': 1}) is none }}" } } },
    'undefined',
  ],
  [
    'pagination strategy',
    { strategy: own('CustomPaginationStrategy') },
    '({ next: ({ answer }) => { const { data, meta } = answer.json(); data.splice(0); return meta.next; } })',
  ],
])('a module that changes what it is given changes nothing that others see (%s)', async (_of, parts, module) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-module-'));
  const [path, manifest] = [join(folder, 'own.mjs'), join(folder, 'm.yaml')];
  try {
    await writeFile(path, `export const Own = () => ${module};`);
    await writeFile(manifest, written(kept('own', parts), kept('plain', {})));
    const options = { modules: { 'source.Own': path } };
    const { records, requests } = await read({ manifest, script: campaignApi, options });
    expect(records['plain']).toEqual(CAMPAIGNS);
    expect(records['own']!.map(({ id }) => id)).toEqual(CAMPAIGNS.map(({ id }) => id));
    expect(requests).toHaveLength(3);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Reads a manifest with a module in place of `source.Own`. */
async function withModule(manifest: string, module: string, script: Script) {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-own-'));
  try {
    await writeFile(join(folder, 'own.mjs'), `export const Own = (node) => ${module};`);
    await writeFile(join(folder, 'm.yaml'), manifest);
    return await read({
      manifest: join(folder, 'm.yaml'),
      script,
      options: { modules: { 'source.Own': join(folder, 'own.mjs') } },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a module in place of an error handler says what becomes of an answer, and the fields beside it what it does not say', async () => {
  const handler = {
    ...own('CustomErrorHandler'),
    word: 'later',
    response_filters: [{ type: 'HttpResponseFilter', http_codes: [404], action: 'IGNORE' }],
    backoff_strategies: [own('CustomBackoffStrategy')],
  };
  const manifest = written(kept('own', { requester: { path: '/own', error_handler: handler } }));
  // One module for both: a strategy has no word to look for.
  const module = `node.word ? (answer) => (answer.json().error === node.word ? { action: 'RETRY' } : undefined) : (_, attempt) => 7 * attempt`;
  const answers = [
    { status: 400, body: { error: 'later' } },
    { body: { error: 'later' } },
    { body: { data: [{ id: 1 }], meta: { next: 1 } } },
    { status: 404, body: {} },
  ];
  const { records, waits } = await withModule(manifest, module, () => answers.shift()!);
  expect({ records, waits }).toEqual({ records: { own: [{ id: 1 }] }, waits: [7000, 14_000] });
  const wrong = withModule(manifest, `() => ({ action: 'WAIT' })`, () => ({ body: {} }));
  await expect(wrong).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('"WAIT"') });
});

test('a module that casts the values of records is asked for those of reports too', async () => {
  const manifest = (await readFile('test/fixtures/manifests/changed-records.yaml', 'utf8')).replace(
    'record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }',
    'record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] }, schema_normalization: { type: CustomSchemaNormalization, class_name: source.Own } }',
  );
  const { records } = await withModule(manifest, '(record, schema) => (record.name = schema.type)', campaignApi);
  expect(new Set(records['report']!.map(({ name }) => name))).toEqual(new Set(['object']));
});

test('numbers beyond 2^53 lead to pages and partitions, and are told apart', async () => {
  const ids = ['9007199254740992', '9007199254740993', '9007199254740994'];
  const next = (after: string | undefined) => ids[after === undefined ? 0 : ids.indexOf(after) + 1];
  const script: Script = ({ path, query }) => {
    const id = next(Object.fromEntries(query)['after']);
    const rows = id === undefined ? '' : `{"id":${id}}`;
    return { body: path === '/ids' ? `{"data":[${rows}],"meta":{"next":${id ?? 'null'}}}` : { data: [{ of: path }] } };
  };
  const parent = kept('ids', {
    requester: { path: '/ids' },
    strategy: { type: 'CursorPagination', cursor_value: '{{ response.meta.next }}' },
  });
  const parents = [{ type: 'ParentStreamConfig', parent_key: 'id', partition_field: 'id', stream: parent }];
  const substream = { type: 'SubstreamPartitionRouter', parent_stream_configs: parents };
  const own = kept('own', { requester: { path: "/{{ stream_partition['id'] | join('-') }}" } });
  const router = { type: 'GroupingPartitionRouter', group_size: 1, underlying_partition_router: substream };
  const { records } = await withModule(
    written({ ...own, retriever: { ...own.retriever, partition_router: router, paginator: { type: 'NoPagination' } } }),
    '0',
    script,
  );
  expect(records['own']!.map(({ of }) => of)).toEqual(ids.map((id) => `/${id}`));
  const cursor = {
    type: 'DatetimeBasedCursor',
    cursor_field: 'day',
    datetime_format: '%Y-%m-%d',
    start_datetime: '2024-01-01',
  };
  const each = {
    ...own,
    incremental_sync: cursor,
    retriever: { ...own.retriever, partition_router: substream, paginator: { type: 'NoPagination' } },
  };
  const { states } = await withModule(written(each).replace(" | join('-')", ''), '0', script);
  const stored = JSON.parse(JSON.stringify(states['own'])) as { states: { partition: { id: unknown } }[] };
  expect(stored.states.map(({ partition }) => String(partition.id))).toEqual(ids);
});

test('a request with two bodies is refused', async () => {
  const two = { path: '/posted', http_method: 'POST', request_body_json: { a: 1 }, request_body_data: { b: 2 } };
  const reading = withModule(written(kept('own', { requester: two })), '0', campaignApi);
  await expect(reading).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('two bodies') });
});

test('records that are put together from chunks of their fields are changed for no other stream', async () => {
  const fields = {
    type: 'QueryProperties',
    property_list: ['a', 'b'],
    property_chunking: { type: 'PropertyChunking', property_limit_type: 'property_count', property_limit: 1 },
  };
  const folder = await mkdtemp(join(tmpdir(), 'tributary-chunks-'));
  const manifest = join(folder, 'm.yaml');
  try {
    const [chunked, plain] = [fields, 'a'].map((value) => ({ requester: { request_parameters: { fields: value } } }));
    await writeFile(manifest, written(kept('own', chunked!), kept('plain', plain!)));
    const { records, requests } = await read({
      manifest,
      script: ({ query }) => ({ body: { data: [{ id: 1, [query[0]![1]]: 2 }], meta: { next: null } } }),
    });
    expect(records).toEqual({ own: [{ id: 1, a: 2, b: 2 }], plain: [{ id: 1, a: 2 }] });
    expect(requests).toHaveLength(2);
    // A chunk that is ignored is none of the answers that say what comes next.
    const error_handler = {
      type: 'DefaultErrorHandler',
      response_filters: [{ type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [404] }],
    };
    const lacking = { requester: { request_parameters: { fields }, error_handler } };
    await writeFile(manifest, written(kept('own', lacking)));
    const again = await read({
      manifest,
      script: ({ query }) => {
        const { fields: asked, after } = Object.fromEntries(query);
        if (asked === 'b') return { status: 404 };
        return { body: { data: [{ id: after === undefined ? 1 : 2, a: 2 }], meta: { next: after ? null : 1 } } };
      },
    });
    expect(again.records['own']).toHaveLength(2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a check names secrets that stand in the open', async () => {
  const api = await scriptedApi(() => ({ body: { data: [{ id: 1 }] } }));
  const notes = async (config: object, secrets: object) => {
    const given = { manifest: 'offset-pages-api-key.yaml', manifest_config: { endpoint: api.url, ...config }, secrets };
    const told: string[] = [];
    const source = await rest.open(rest.config.parse({ ...given, allow: ['loopback'] }), {
      signal: new AbortController().signal,
      baseFolder: 'test/fixtures/manifests',
    });
    await source.check((text) => told.push(text));
    await source.close();
    return told.filter((note) => note.includes('is a secret by'));
  };
  expect(await notes({ api_key: 'k-1' }, {})).toEqual([
    "`manifest_config.api_key` is a secret by the manifest's `spec`; under `secrets` it is masked wherever the configuration is shown.",
  ]);
  expect(await notes({}, { api_key: 'k-1' })).toEqual([]);
  await api.close();
});

test('a stop condition that asks what a value cannot do is met, and told', async () => {
  const api = await scriptedApi(campaignApi);
  try {
    const { records, warnings } = await tryStream({
      config: { manifest: 'cursor-pagination.yaml', manifest_config: { endpoint: api.url }, allow: ['loopback'] },
      stream: 'ends_by_a_fault',
      limit: 100,
      signal: new AbortController().signal,
      baseFolder: 'test/fixtures/manifests',
    });
    expect(records).toHaveLength(CAMPAIGNS.length);
    expect(warnings).toEqual([
      expect.stringMatching(
        /its stop condition ".*" cannot be told of an answer \(None cannot be iterated\) and counts as met/,
      ),
    ]);
  } finally {
    await api.close();
  }
});

test.each([
  ['7', 7000],
  ['Sun, 10 Mar 2024 12:00:20 GMT', 20_000],
  // A date that is over leaves the wait to the client.
  ['Sun, 10 Mar 2024 11:00:00 GMT', 1000],
  ['soon', 1000],
])('`Retry-After: %s` is kept to where the manifest says nothing of waits', async (asked, ms) => {
  let first = true;
  const { waits } = await read({
    manifest: 'page-increment.yaml',
    script: () => {
      if (!first) return { body: {} };
      first = false;
      return { status: 429, headers: { 'retry-after': asked, date: 'Sun, 10 Mar 2024 12:00:00 GMT' }, body: {} };
    },
  });
  expect(waits).toEqual([ms]);
});

test('429 that says nothing of waits is asked again as often and after as long as in the reference', async () => {
  const waits: number[] = [];
  const reading = read({ manifest: 'page-increment.yaml', script: () => ({ status: 429, body: {} }), waits });
  await expect(reading).rejects.toMatchObject({ kind: 'rate_limit', message: expect.stringContaining('(6 attempts)') });
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
});

test('a longer wait than a request waits itself is told to who tries again', async () => {
  const script: Script = () => ({ status: 429, headers: { 'retry-after': '7200' }, body: {} });
  await expect(read({ manifest: 'page-increment.yaml', script })).rejects.toMatchObject({
    kind: 'rate_limit',
    details: { retryAfterMs: 7_200_000 },
  });
});
