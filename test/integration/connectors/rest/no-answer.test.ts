import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptedApi, type Script, type ScriptedApi } from '../../../support/scripted-api.js';
import { openSource, readStream, streamsOf, syncedSource } from './reading.js';

let api: ScriptedApi;
beforeEach(async () => {
  api = await scriptedApi(paged);
});
afterEach(() => api.close());

/** Two pages of two records. */
const paged: Script = ({ query }) => {
  const isFirst = !query.some(([name, value]) => name === 'after' || (name === 'at' && value !== '1'));
  return {
    body: {
      data: (isFirst ? [1, 2] : [3, 4]).map((id) => ({ id: String(id), day: '2024-01-01' })),
      meta: { total: 4, ...(isFirst ? { next: 'b' } : {}) },
    },
  };
};

const fields = { fields: { id: 'string', day: 'date', opened: 'integer' } };
const cursor = { field: 'day', format: '%Y-%m-%d', start: '2024-01-01' };
const paging = { cursor: 'meta.next', parameter: 'after', size: 2 };
const right = { path: '/sends', records: 'data', primary_key: 'id', cursor, paging };
const config = (stream: object) => ({
  api: { endpoint: api.url, streams: { sends: { ...right, ...stream } } },
  allow: ['loopback'],
});
const synced = (options: object, names = ['sends']) => syncedSource(options, { names });

const quota = { error: 'quota exceeded', code: 17 };
const byCursor = { after: 'b' };
const pageTwo = { at: '2' };
const numbered = { paging: { page: 'at', size: 2 } };

test.each<[string, object, object, unknown, string | undefined]>([
  ['cursor', {}, byCursor, quota, 'has no `data`, .* though the page before led to it; it has: error, code'],
  ['cursor', {}, byCursor, 'null', 'has no `data`, .* though the page before led to it; it is `null`'],
  ['cursor', {}, byCursor, '', 'has no `data`, .* though the page before led to it; it is empty'],
  ['cursor', {}, byCursor, [], 'has no `data`, .* though the page before led to it; it is a list'],
  ['cursor', {}, byCursor, { data: null, meta: {} }, undefined],
  ['cursor', {}, byCursor, { data: [], meta: {} }, undefined],
  ['number', numbered, pageTwo, quota, 'has no `data`, .* and tells of a fault; it has: error, code'],
  ['number', numbered, pageTwo, { total: 4 }, 'has no `data`, .* and is not empty; it has: total'],
  ['number', numbered, pageTwo, 'null', undefined],
  ['number', numbered, pageTwo, {}, undefined],
  ['number', numbered, pageTwo, [], undefined],
  ['number', numbered, pageTwo, '', undefined],
])('by %s%j: a page %j that answers 200 with %j is the end only where it says so', async (_by, way, at, body, told) => {
  api.script = (asked, seen) => {
    const query = Object.fromEntries(asked.query);
    return Object.entries(at).every(([name, value]) => query[name] === value) ? { body } : paged(asked, seen);
  };
  const { fault, states, records } = await synced(config({ ...fields, ...way }));
  expect({ records, states }).toEqual({ records: 2, states: told === undefined ? 1 : 0 });
  if (told === undefined) expect(fault).toBeUndefined();
  else
    expect(fault).toMatchObject({
      kind: 'transient',
      message: expect.stringMatching(new RegExp(`^Stream "sends": page 2 ${told}\\.$`)),
    });
});

test.each([
  [{ Message: 'Too many requests' }, true],
  [{ errorMessage: 'quota', retryIn: 5 }, true],
  [{ success: false }, true],
  [{ OK: false, count: 0 }, true],
  [{ status: 'Error' }, true],
  [{ success: true, status: 'ok', Message: '', count: 0 }, false],
  [{ status: 200, ok: true, failure: 'none' }, false],
])('a first page that answers 200 with %j fails: %j', async (body, fails) => {
  api.script = () => ({ body });
  const { fault, records } = await synced(config(fields));
  expect(records).toBe(0);
  if (!fails) expect(fault).toBeUndefined();
  else expect(fault).toMatchObject({ kind: 'source', message: expect.stringContaining('and tells of a fault') });
});

test('an answer that says where the next page is may leave out a list that is empty', async () => {
  api.script = (asked, seen) =>
    asked.query.some(([name, value]) => name === 'after' && value === 'b')
      ? { body: { meta: { next: 'c' } } }
      : paged(asked, seen);
  expect(await synced(config(fields))).toMatchObject({ fault: undefined, states: 1, records: 4 });
});

test('what the router gives is no field of an answer that is one record', async () => {
  const one = { path: '/sends/{of}', for_each: { stream: 'sends', field: 'id', as: 'of' }, primary_key: 'of' };
  api.script = (asked, seen) =>
    asked.path.startsWith('/sends/') ? { body: { code: 'SPR24', message: 'Dear all' } } : paged(asked, seen);
  const options = config({ ...fields, cursor: undefined });
  const source = { ...options, api: { ...options.api, streams: { ...options.api.streams, one } } };
  expect(await synced(source, ['one'])).toMatchObject({ fault: undefined, records: 4 });
});

test('a record of the other stream for which 404 is answered ends the stream', async () => {
  const each = {
    path: '/sends/{of}',
    for_each: { stream: 'sends', field: 'id', as: 'of' },
    fields: { of: 'string', a: 'integer' },
  };
  api.script = (asked, seen) =>
    asked.path === '/sends/2' ? { status: 404 } : asked.path === '/sends' ? paged(asked, seen) : { body: [{ a: 1 }] };
  const options = config({ ...fields, cursor: undefined });
  const source = { ...options, api: { ...options.api, streams: { ...options.api.streams, each } } };
  expect(await synced(source, ['each'])).toMatchObject({
    records: 1,
    fault: {
      kind: 'config',
      details: {
        hint: expect.stringMatching(
          /^Check the `path` of the stream\. .* gone: a declarative manifest can pass over it/,
        ),
      },
    },
  });
});

test('a kept answer that turned out to be none is asked for again', async () => {
  const of = { path: '/sends/{of}', records: 'data', for_each: { stream: 'sends', field: 'id', as: 'of' }, ...fields };
  let fails = 1;
  api.script = (asked, seen) =>
    asked.query.some(([name]) => name === 'after') && fails-- > 0 ? { body: quota } : paged(asked, seen);
  const options = config({ ...fields, cursor: undefined });
  const source = await openSource({ ...options, api: { ...options.api, streams: { ...options.api.streams, of } } });
  const { sends } = await streamsOf(source);
  expect(await readStream(sends!)).toMatchObject({ records: 2, fault: { message: expect.stringContaining('page 2') } });
  expect(await readStream(sends!)).toMatchObject({ records: 4, fault: undefined });
  await source.close();
});

test.each([
  ['data', quota],
  ['data', { message: 'no such account' }],
  ['data', [{ errorCode: 'X', message: 'no' }]],
  ['data.items', { data: { errors: ['no'] } }],
  ['data.*.items', quota],
  ['', quota],
])('with `records: %s` an only answer of %j is a fault, not an API that has nothing', async (records, body) => {
  api.script = () => ({ body });
  const { fault, states } = await synced(config({ ...fields, records }));
  expect({ fault, states }).toMatchObject({
    fault: { kind: 'source', message: expect.stringMatching(/page 1 .* and tells of a fault; /) },
    states: 0,
  });
});

test('a list that ends in a mapping is no list any more; a mapping with the key is a record', async () => {
  const own = config({ ...fields, records: '', cursor: undefined, paging: { offset: 'at', size: 1 } });
  const bodies = [[{ id: 'a' }], { total: 1 }];
  api.script = (_asked, seen) => ({ body: bodies[seen.length] });
  expect(await synced(own)).toMatchObject({ fault: { message: expect.stringContaining('page 2 is no list, and is') } });
  api.script = () => ({ body: { id: 'a', message: 'hello' } });
  expect(await synced(config({ ...fields, records: '', cursor: undefined, paging: undefined }))).toMatchObject({
    records: 1,
    fault: undefined,
  });
});

test('a field of `for_each` that no record of the other stream has is a fault; one that is there and null is none', async () => {
  const campaigns = { path: '/campaigns', records: 'data', primary_key: 'id', ...fields };
  const each = (field: string) => ({
    api: {
      endpoint: api.url,
      streams: {
        campaigns,
        sends: { path: '/sends/{of}', records: 'data', for_each: { stream: 'campaigns', field, as: 'of' }, ...fields },
      },
    },
    allow: ['loopback'],
  });
  expect(await synced(each('idd'))).toMatchObject({
    fault: {
      kind: 'source',
      message:
        'Stream "sends": no record of "campaigns" has `idd`, which `streams.sends.for_each.field` names; it has: id, day.',
    },
    states: 0,
  });
  expect(await synced(each('id'))).toMatchObject({ records: 4, fault: undefined });
  api.script = () => ({ body: { data: [{ id: null }] } });
  expect(await synced(each('id'))).toMatchObject({ records: 0, fault: undefined });
  api.script = () => ({ body: { data: [] } });
  expect(await synced(each('idd'))).toMatchObject({ records: 0, fault: undefined });
});

describe('a full manifest', () => {
  let place: string;
  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'tributary-no-answer-'));
  });
  afterEach(() => rm(place, { recursive: true }));
  const loader = { type: 'InlineSchemaLoader', schema: { type: 'object', properties: { id: { type: 'string' } } } };
  const component = (name: string, path: string, field_path: string[], more: object, requester = {}) => ({
    type: 'DeclarativeStream',
    name,
    schema_loader: loader,
    retriever: {
      requester: { type: 'HttpRequester', url_base: api.url, path, ...requester },
      record_selector: { extractor: { field_path } },
      ...more,
    },
  });
  const read = async (stream: object, request?: object) => {
    await writeFile(
      join(place, 'full.yaml'),
      JSON.stringify({ version: '7.0.0', check: { stream_names: ['sends'] }, streams: [stream] }),
    );
    return syncedSource({ manifest: 'full.yaml', allow: ['loopback'] }, { baseFolder: place, request });
  };

  const of = (key: string, stream: object) => ({
    partition_router: {
      type: 'SubstreamPartitionRouter',
      parent_stream_configs: [{ type: 'ParentStreamConfig', parent_key: key, partition_field: 'of', stream }],
    },
  });

  test('whose records are never met warns, and is a fault where it would replace all that there is', async () => {
    const wrong = component('sends', '/sends', ['items'], {});
    const told = 'Stream "sends": no answer has `items`, which `field_path` names; it has: data, meta.';
    expect(await read(wrong, { replacesAll: false })).toMatchObject({
      records: 0,
      warnings: [expect.stringContaining(told)],
      fault: undefined,
    });
    expect(await read(wrong, { replacesAll: true })).toMatchObject({
      fault: { kind: 'source', message: told, details: { hint: expect.stringContaining('The table stays as it is.') } },
    });
    const child = component('sends', '/sends', ['data'], of('id', component('campaigns', '/campaigns', ['items'], {})));
    expect(await read(child, { replacesAll: true })).toMatchObject({
      fault: { message: told.replace('sends', 'campaigns') },
    });
    api.script = () => ({ body: { error: 'quota exceeded' } });
    expect(await read(wrong, { replacesAll: true })).toMatchObject({ fault: { kind: 'source' } });
    for (const body of [{ items: [] }, { items: null }, {}, [], 'null', '']) {
      api.script = () => ({ body });
      expect(await read(wrong, { replacesAll: true })).toMatchObject({ records: 0, warnings: [], fault: undefined });
    }
  });

  test('of which one answer has something else warns where that deletes rows', async () => {
    const child = component(
      'sends',
      '/sends/{{ stream_partition.of }}',
      ['data'],
      of('id', component('campaigns', '/campaigns', ['data'], {})),
    );
    api.script = (asked, seen) => (asked.path === '/sends/2' ? { body: { stuff: { a: 1 } } } : paged(asked, seen));
    const told =
      'Stream "sends": an answer lacks `data`, the place of the records in other answers; it has: stuff. Rows that are not read are deleted, so look at what the API says.';
    expect(await read(child, { replacesAll: true })).toMatchObject({ records: 2, warnings: [told], fault: undefined });
    expect(await read(child, { replacesAll: false })).toMatchObject({ records: 2, warnings: [], fault: undefined });
  });

  test('whose answers are all ignored warns with their number and one of them', async () => {
    const handler = {
      error_handler: {
        type: 'DefaultErrorHandler',
        response_filters: [{ type: 'HttpResponseFilter', http_codes: [404], action: 'IGNORE' }],
      },
    };
    const parent = component('campaigns', '/campaigns', ['data'], {});
    const path = '/sends/{{ stream_partition.of }}';
    const child = component('sends', path, ['data'], of('id', parent), handler);
    let found: string[] = [];
    api.script = (asked, seen) =>
      asked.path === '/campaigns' || found.includes(asked.path) ? paged(asked, seen) : { status: 404 };
    expect(await read(child)).toMatchObject({
      records: 0,
      warnings: [
        `Stream "sends": nothing was read, since each of the 2 answers was no success and the error handler ignores it, such as 404 of ${api.url}/sends/…. Look at its path, and at the rights of the credential.`,
      ],
      fault: undefined,
    });
    found = ['/sends/2'];
    expect(await read(child)).toMatchObject({ records: 2, warnings: [], fault: undefined });
    expect(await read(component('sends', '/sends', ['data'], of('idd', parent)))).toMatchObject({
      warnings: [expect.stringContaining('no record of "campaigns" has `idd`, which `parent_key` names')],
      fault: undefined,
    });
  });
});

test('a manifest goes on where the reference does, and is warned of an answer of success that tells of a fault amid its pages', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-amid-'));
  const manifest = {
    version: '7.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['sends'] },
    streams: [
      {
        type: 'DeclarativeStream',
        name: 'sends',
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', url_base: api.url, path: '/sends' },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
          paginator: {
            type: 'DefaultPaginator',
            page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'after' },
            pagination_strategy: {
              type: 'CursorPagination',
              cursor_value: "{{ response.get('meta', {}).get('next') }}",
            },
          },
        },
        schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
      },
    ],
  };
  try {
    await writeFile(join(folder, 'm.yaml'), JSON.stringify(manifest));
    const options = { manifest: 'm.yaml', allow: ['loopback'] };
    const reading = () => syncedSource(options, { baseFolder: folder, names: ['sends'] });
    expect(await reading()).toMatchObject({ records: 4, warnings: [], fault: undefined });
    api.script = (asked, seen) =>
      Object.fromEntries(asked.query)['after'] === 'b' ? { body: quota } : paged(asked, seen);
    const told =
      'Stream "sends": an answer of success has no `data`, and tells of a fault; what would have come with it and behind it is not read. Look at what the API says (`tributary connectors try`), and give the manifest a `response_filter` that names it.';
    expect(await reading()).toMatchObject({ records: 2, warnings: [told], fault: undefined });
    // One of several places is enough, whatever else stands there.
    const [stream] = manifest.streams;
    const places = ['other', 'data'].map((name) => ({ type: 'DpathExtractor', field_path: [name] }));
    const extractor = { type: 'CombinedExtractor', mode: 'union', extractors: places };
    const retriever = { ...stream!.retriever, record_selector: { type: 'RecordSelector', extractor } };
    await writeFile(join(folder, 'm.yaml'), JSON.stringify({ ...manifest, streams: [{ ...stream, retriever }] }));
    api.script = (asked, seen) => {
      const { body } = paged(asked, seen) as { body: object };
      return { body: { ...body, message: 'fine' } };
    };
    expect(await reading()).toMatchObject({ records: 4, warnings: [], fault: undefined });
  } finally {
    await rm(folder, { recursive: true });
  }
});

const sameAgain = 'paging does not end: the same answer came again under the same page token.';
test.each([
  [paging, sameAgain, '`cursor` is where the answers say what comes next, and `parameter` what asks for it'],
  [{ next_url: 'meta.url' }, sameAgain, '`next_url` is where the answers say what comes next'],
  [
    { page: 'at' },
    'paging does not end: more than 5 pages, which is what `max_pages` of the source allows.',
    '`page` is the parameter that asks for the next page',
  ],
  [
    { offset: 'at' },
    'paging does not end: more than 5 pages, which is what `max_pages` of the source allows.',
    '`offset` is the parameter that asks for the next page',
  ],
])('paging of a short form that does not end (%j) is told by what the short form has', async (way, told, why) => {
  let id = 0;
  const isCounted = 'page' in way || 'offset' in way;
  const meta = { next: 'b', url: `${api.url}/sends` };
  api.script = () => ({ body: { data: [{ id: String(isCounted ? (id += 1) : 1) }], meta } });
  const { fault } = await synced({ ...config({ paging: way, cursor: undefined, ...fields }), max_pages: 5 });
  expect(fault).toMatchObject({
    kind: 'source',
    message: `Stream "sends": ${told}`,
    details: { hint: `Look at \`streams.sends.paging\`: ${why}.` },
  });
});
