import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadManifest, problemText } from '../../../../connectors/rest/manifest/load.js';
import { pathOfTemplate } from '../../../../connectors/rest/streams/sightings.js';
import { recordTrial, replayTrial, tryStream } from '../../../../connectors/rest/trial.js';
import { runCli } from '../../../support/cli.js';
import { scriptedApi, type Script, type ScriptedApi } from '../../../support/scripted-api.js';
import { openSource, syncedSource } from './reading.js';

const signal = new AbortController().signal;
let api: ScriptedApi;
let place: string;
beforeEach(async () => {
  api = await scriptedApi(paged);
  place = await mkdtemp(join(tmpdir(), 'tributary-places-'));
});
afterEach(async () => {
  await api.close();
  await rm(place, { recursive: true });
});

/** Two pages of two records for each window of days. */
const paged: Script = ({ query }) => {
  const { from = '2024-01-01', after } = Object.fromEntries(query);
  const ids = after === undefined ? [1, 2] : [3, 4];
  return {
    body: {
      data: ids.map((id) => ({ id: `${from}-${id}`, day: from, opened: 7 })),
      meta: { total: 4, ...(after === undefined ? { next: 'b' } : {}) },
    },
  };
};

const cursor = { field: 'day', format: '%Y-%m-%d', start: '2024-01-01', from: 'from', to: 'to', window: 'P10D' };
const paging = { cursor: 'meta.next', parameter: 'after', size: 2, size_parameter: 'limit' };
const right = { path: '/sends', records: 'data', primary_key: 'id', cursor, paging };
const config = (stream: object, more: object = {}) => ({
  api: { endpoint: api.url, streams: { sends: { ...right, ...stream } } },
  allow: ['loopback'],
  ...more,
});

const opened = (options: object) => openSource(options, place);
const synced = (options: object, names = ['sends']) => syncedSource(options, { baseFolder: place, names });
const fields = { fields: { id: 'string', day: 'date', opened: 'integer' } };

test.each([
  ['records', { records: 'items' }, 'no answer has `items`, which `streams.sends.records` names; it has: data, meta'],
  [
    'paging',
    { paging: { ...paging, cursor: 'meta.nxt' } },
    'no answer has `meta.nxt`, which `streams.sends.paging` names, though a page was full; `meta` has: total, next',
  ],
  [
    'cursor',
    { cursor: { ...cursor, field: 'dya' } },
    'no record has `dya`, which `streams.sends.cursor.field` names; they have: id, day, opened',
  ],
  [
    'cursor.format',
    { cursor: { field: 'day', format: '%m/%d/%Y', start: '01/01/2024' } },
    'a record has its `day` written like `0000-00-00`, which does not fit `%m/%d/%Y`, as `streams.sends.cursor.format` has it',
  ],
])('a name of `%s` that the answers do not have ends a run before its bookmark moves', async (_of, wrong, message) => {
  const { fault, states } = await synced(config({ ...wrong, ...fields }));
  expect(fault).toMatchObject({ kind: 'source', message: expect.stringContaining(message) });
  expect(states).toBe(0);
  const trial = await tryStream({ config: config({ ...wrong, ...fields }), limit: 1, signal, baseFolder: place });
  expect(trial).toMatchObject({ fault: { kind: 'source', message: expect.stringContaining(message) } });
  expect(trial.exchanges.length).toBeGreaterThan(0);
});

test('one value of the cursor that does not fit is enough, a missing one is none; it is told without what it says', async () => {
  const format = '%m/%d/%Y';
  const own = { ...fields, cursor: { field: 'day', format, start: '01/01/2024' } };
  const days = (...list: unknown[]) =>
    void (api.script = () => ({ body: { data: list.map((day, id) => ({ id: String(id), day })), meta: {} } }));
  days('02/12/2024', null, '');
  expect(await synced(config({ ...own, paging: undefined }))).toMatchObject({
    records: 3,
    states: 1,
    fault: undefined,
  });
  // Days before months: the ones that fit are read wrongly, and would move the bookmark too far.
  days('02/12/2024', '25/12/2024 of Ann', null);
  const { fault, states } = await synced(config({ ...own, paging: undefined }));
  expect({ fault, states }).toMatchObject({
    fault: { message: expect.stringContaining('written like `00/00/0000 aa aaa`') },
    states: 0,
  });
  days(20240101);
  expect((await synced(config({ ...own, paging: undefined }))).fault).toMatchObject({
    message: expect.stringContaining('written like `00000000`'),
  });
});

test('`check` says the same', async () => {
  const source = await opened(config({ records: 'items' }));
  await expect(source.check(() => undefined)).rejects.toThrow('it has: data, meta');
  await source.close();
});

test('where all places are met there is nothing to say, were the lists empty', async () => {
  expect(await synced(config(fields))).toMatchObject({ states: 1, warnings: [], fault: undefined });
  api.script = () => ({ body: { data: [], meta: {} } });
  expect(await synced(config(fields))).toMatchObject({ records: 0, states: 1, warnings: [], fault: undefined });
  // Nothing at all, as some APIs say it.
  api.script = () => ({ body: {} });
  expect(await synced(config(fields))).toMatchObject({ records: 0, states: 1, warnings: [], fault: undefined });
});

test('pages that are not known to be full make a warning, once', async () => {
  const unsized = { paging: { cursor: 'nxt', parameter: 'after' }, ...fields };
  const { warnings, states, fault } = await synced(config(unsized));
  expect({ states, fault }).toEqual({ states: 1, fault: undefined });
  expect(warnings).toEqual([expect.stringContaining('no answer has `nxt`')]);
});

test.each([
  ['dya', '`dya`'],
  ['id', 'a record has its `id` written like `0000-00-00-0`'],
])('a manifest goes on where the reference does, with a warning for each place (%s)', async (field, told) => {
  await writeFile(
    join(place, 'full.yaml'),
    `version: 7.0.0
check: { stream_names: [sends] }
streams:
  - type: DeclarativeStream
    name: sends
    primary_key: id
    incremental_sync:
      { type: DatetimeBasedCursor, cursor_field: ${field}, datetime_format: "%Y-%m-%d", start_datetime: "2024-01-01" }
    schema_loader: { type: InlineSchemaLoader, schema: { type: object, properties: { id: { type: string } } } }
    retriever:
      requester: { type: HttpRequester, url_base: "${api.url}", path: /sends }
      paginator:
        type: DefaultPaginator
        page_token_option: { type: RequestOption, inject_into: request_parameter, field_name: after }
        pagination_strategy: { type: CursorPagination, cursor_value: "{{ response['meta']['nxt'] }}", page_size: 2 }
      record_selector: { extractor: { field_path: [data] } }
`,
  );
  const { fault, states, warnings } = await synced({ manifest: 'full.yaml', allow: ['loopback'] });
  expect({ fault, states }).toEqual({ fault: undefined, states: 1 });
  expect(warnings).toEqual([expect.stringContaining('`meta.nxt`'), expect.stringContaining(told)]);
});

test('a parent whose records are not met fails the stream that depends on it', async () => {
  const both = {
    campaigns: { path: '/campaigns', records: 'items', primary_key: 'id', ...fields },
    sends: {
      path: '/sends/{of}',
      records: 'data',
      for_each: { stream: 'campaigns', field: 'id', as: 'of' },
      ...fields,
    },
  };
  const { fault } = await synced({ api: { endpoint: api.url, streams: both }, allow: ['loopback'] });
  expect(fault).toMatchObject({ message: expect.stringContaining('`streams.campaigns.records`') });
});

test('records of a parent that lack what it is asked for by are counted, since nothing is asked for them', async () => {
  const campaigns = [{ id: 'a' }, { id: null }, { name: 'c' }, { id: 'd' }];
  api.script = ({ path }) => ({ body: path === '/campaigns' ? campaigns : [{ id: 1 }] });
  const streams = {
    campaigns: { path: '/campaigns', ...fields },
    sends: { path: '/sends/{of}', for_each: { stream: 'campaigns', field: 'id', as: 'of' } },
  };
  const run = () => synced({ api: { endpoint: api.url, streams }, allow: ['loopback'] });
  const told = (lacking: string) =>
    `Stream "sends": ${lacking} no \`id\`, which \`streams.sends.for_each.field\` names. Nothing is asked for of such a record; look at those of "campaigns", or name a field that each of them has.`;
  expect(await run()).toMatchObject({
    records: 2,
    fault: undefined,
    warnings: [told('2 of 4 records of "campaigns" have')],
  });
  campaigns.splice(0, 4, { id: null });
  expect(await run()).toMatchObject({
    records: 0,
    fault: undefined,
    warnings: [told('1 of 1 records of "campaigns" has')],
  });
  campaigns.splice(0, 1, { id: 'a' });
  expect(await run()).toMatchObject({ records: 1, warnings: [] });
});

test('lines of a parent that are no JSON make a warning, since nothing is asked for that depends on them', async () => {
  api.script = ({ path }) => ({ body: path === '/lines' ? '{"id":1}\n{"id":\n' : { data: [{ id: 1 }] } });
  const requester = (path: string) => ({ type: 'HttpRequester', url_base: api.url, path });
  const loader = { type: 'InlineSchemaLoader', schema: { type: 'object', properties: { id: { type: 'integer' } } } };
  const stream = (name: string, path: string, field_path: string[], more: object) => ({
    type: 'DeclarativeStream',
    name,
    schema_loader: loader,
    retriever: { requester: requester(path), record_selector: { extractor: { field_path } }, ...more },
  });
  const lines = stream('lines', '/lines', [], { decoder: { type: 'JsonlDecoder' } });
  const parents = [{ type: 'ParentStreamConfig', parent_key: 'id', partition_field: 'of', stream: lines }];
  const router = { type: 'SubstreamPartitionRouter', parent_stream_configs: parents };
  const sends = stream('sends', '/sends/{{ stream_partition.of }}', ['data'], { partition_router: router });
  await writeFile(
    join(place, 'full.yaml'),
    JSON.stringify({ version: '7.0.0', check: { stream_names: ['sends'] }, streams: [sends] }),
  );
  const { records, warnings, fault } = await synced({ manifest: 'full.yaml', allow: ['loopback'] });
  expect({ records, fault }).toEqual({ records: 1, fault: undefined });
  expect(warnings).toEqual([expect.stringMatching(/^Stream "lines": 1 of its records cannot be read/)]);
});

test.each([
  ['download_target_extractor', 'links'],
  ['download_extractor', 'rows'],
])('a report whose %s finds nothing makes a warning', async (part, wrong) => {
  const text = await readFile('test/fixtures/manifests/changed-records.yaml', 'utf8');
  await writeFile(
    join(place, 'full.yaml'),
    text
      .replace('name: report', 'name: sends')
      .replace(new RegExp(`(${part}: .*field_path: )\\[\\w+\\]`), `$1[${wrong}]`),
  );
  api.script = ({ path }) => ({
    body:
      path === '/cursor' ? { data: [{ id: 1 }], meta: { next: null } } : { job: { id: 1 }, state: 'DONE', urls: ['x'] },
  });
  const options = { manifest: 'full.yaml', manifest_config: { endpoint: api.url }, allow: ['loopback'] };
  const { records, warnings, fault } = await synced(options);
  expect({ records, fault }).toEqual({ records: 0, fault: undefined });
  expect(warnings).toEqual([expect.stringContaining(`Stream "sends": no answer has \`${wrong}\``)]);
});

test('a wrong name is told where a stream before has read the same answer by a right one', async () => {
  const path = '/sends';
  const of = (stream: string) => ({ path, records: 'data', for_each: { stream, field: 'id', as: 'of' }, ...fields });
  const streams = {
    campaigns: { path, records: 'data', primary_key: 'id', ...fields },
    lists: { path, records: 'items', primary_key: 'id', ...fields },
    // Answers of what others depend on are kept.
    of_campaigns: of('campaigns'),
    of_lists: of('lists'),
  };
  const options = { api: { endpoint: api.url, streams }, allow: ['loopback'] };
  const { records, fault } = await synced(options, ['campaigns', 'lists']);
  expect(records).toBe(2);
  expect(api.seen).toHaveLength(1);
  expect(fault).toMatchObject({
    message: expect.stringContaining('`streams.lists.records` names; it has: data, meta'),
  });
});

test('keys that look like no names are not told', async () => {
  api.script = () => ({ body: { 'ann@example.com': [1], M0012345: [2], total: 2 } });
  const { fault } = await synced(config({ records: 'items', ...fields }));
  expect((fault as Error).message).toContain('it has: total, 2 others.');
});

test.each([
  ["{{ response.get('meta', {}).get('next') }}", ['meta', 'next']],
  ['{{ response.meta.next }}', ['meta', 'next']],
  ['{{ response["next"] }}', ['next']],
  ["{{ response['a'] or response['b'] }}", undefined],
  ["{{ headers['link'] }}", undefined],
])('%s is the path %j', (template, path) => {
  expect(pathOfTemplate(template)).toEqual(path);
});

const refusing: Script = () => ({
  status: 400,
  body: { error: { message: 'from: 2024-01-01 lies before 2024-02-01; ask ann@example.com, key s3cret-of-ours' } },
});

test('what an API says of a fault is shown by `try` and told by `check`, not by a run; without secrets and addresses', async () => {
  api.script = refusing;
  const options = config(fields, { secrets: { key: 's3cret-of-ours' } });
  const said = /answered 400\. from: 2024-01-01 lies before 2024-02-01; ask \*\*\*,? key \*\*\*/;
  const trial = await recordTrial({ config: options, limit: 1, signal, baseFolder: place }, join(place, 'kept'));
  expect(trial.fault?.message).toMatch(said);
  expect(trial.exchanges).toMatchObject([
    { method: 'GET', status: 400, answer: expect.stringContaining('lies before') },
  ]);
  const kept = await readFile(join(place, 'kept/recording.json'), 'utf8');
  expect(JSON.parse(kept)).toMatchObject({ fault: { message: trial.fault?.message } });
  expect(kept).not.toContain('s3cret');
  const source = await opened(options);
  await expect(source.check(() => undefined)).rejects.toThrow(said);
  await source.close();
  const { fault } = await synced(options);
  expect((fault as Error).message).toMatch(/answered 400$/);
});

test('`connectors try` prints the exchange before the fault, and a recording can be read where it was moved to', async () => {
  api.script = refusing;
  await writeFile(join(place, 'own.yaml'), JSON.stringify(config(fields).api));
  await writeFile(join(place, 'options.yaml'), 'allow: [loopback]');
  const cli = (...args: string[]) => runCli(['connectors', ...args], { cwd: place });
  const { code, stdout, stderr } = await cli('try', 'own.yaml', '--options', 'options.yaml', '--record', 'kept');
  expect(code).toBe(5);
  expect(stdout).toMatch(/GET .*\/sends\?.*limit=2.*\n {2}< 400 .*lies before/);
  expect(stderr).toMatch(/error \(source\): .*answered 400\. from: 2024-01-01 lies before/);
  expect(JSON.parse(await readFile(join(place, 'kept/recording.json'), 'utf8'))).toMatchObject({
    config: { manifest: '../own.yaml' },
  });
  const moved = `${place}-moved`;
  await rename(place, moved);
  try {
    const fault = expect.stringContaining('answered 400. from: 2024-01-01 lies before');
    expect(await replayTrial(join(moved, 'kept'), moved, signal)).toMatchObject({ fault, differences: [] });
    const again = () => runCli(['connectors', 'test', '--replay', join(moved, 'kept')]);
    expect(await again()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^sends: the same 0 records, state and fault: GET .*answered 400/),
    });
    const file = join(moved, 'kept/recording.json');
    const recording = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...recording, fault: null }));
    expect(await again()).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/it ends with the fault "GET .*"; the recording ends without a fault\n$/),
    });
  } finally {
    await rename(moved, place);
  }
});

test('`connectors try` says which records a run would reject, and resolves modules beside the options', async () => {
  await writeFile(join(place, 'own.yaml'), JSON.stringify(config({ fields: { id: 'string', opened: 'boolean' } }).api));
  await writeFile(join(place, 'options.yaml'), 'allow: [loopback]');
  const cli = (...args: string[]) => runCli(['connectors', ...args], { cwd: place });
  const { code, stdout } = await cli('try', 'own.yaml', '--options', 'options.yaml', '--limit', '2');
  expect(code).toBe(0);
  expect(stdout).toMatch(/2 of 2 would go to quarantine:\n {2}record 1: .*opened.* \(not_a_boolean\)/);
  await mkdir(join(place, 'below'));
  await writeFile(join(place, 'below/options.yaml'), 'allow: [loopback]\nmodules: { a.B: ./missing.ts }\n');
  const missing = await cli('try', 'own.yaml', '--options', 'below/options.yaml');
  expect(missing).toMatchObject({ code: 3, stderr: expect.stringContaining('/below/missing.ts" cannot be loaded') });
});

test('an option that a template reads and nobody gives is told with its line', async () => {
  const secrets = { token: 'a-token-of-ours' };
  const wrong = {
    parameters: { a: "{{ config['tokn'] }}", b: "{{ config['token'] }}", c: "{{ config.get('d', 1) }}" },
  };
  await expect(opened(config({ ...wrong, ...fields }, { secrets }))).rejects.toThrow(
    /^api:\d+: config\['tokn'\]: neither `manifest_config` nor `secrets` has "tokn"; they have: token$/,
  );
  // The reference takes it for nothing, so a manifest goes on; who asks whether it is there has asked.
  const manifest = `version: 7.0.0
check: { stream_names: [a] }
spec: { connection_specification: { type: object, properties: { known: { type: string } } } }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      requester:
        url_base: "{{ config['known'] }}"
        path: '/{{ config[''strat_date''] }}'
        request_parameters: { a: "{{ config['b'] or 'c' }}", d: "{{ config.e | default('f') }}" }
      record_selector: { extractor: { field_path: [] } }
`;
  await writeFile(join(place, 'crm.yaml'), manifest);
  await writeFile(
    join(place, 'options.yaml'),
    '# ${env:NOT_SET_HERE}\nmanifest_config:\n  start: "${env:A_START:-x}"\n',
  );
  const validate = () => runCli(['connectors', 'validate', 'crm.yaml', '--options', 'options.yaml'], { cwd: place });
  const { code, stdout } = await validate();
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /^runnable .*\n {2}warning: crm\.yaml:10: config\['strat_date'\]: neither .* has "strat_date"; they have: start, known\n1 of 1/,
    ),
  });
  await writeFile(
    join(place, 'options.yaml'),
    '# ${env:NOT_SET_HERE}\nmanifest_config:\n  start: "${env:NOT_SET_HERE}"\n',
  );
  expect((await validate()).stderr).toContain(
    'options.yaml:3:10: manifest_config.start: environment variable NOT_SET_HERE is not set;',
  );
});

const judged = (text: string) =>
  loadManifest(text, { name: 'own.yaml' }).problems.map((one) => problemText('own.yaml', one));
const written = (more: string) => `endpoint: https://api.example\n${more}\nstreams:\n  sends:\n    path: /sends\n`;

test.each([
  [written('auth: { beerer: x }'), 'own.yaml:2: auth.beerer: "beerer" is none of its ways; did you mean "bearer"?'],
  [
    written('auth: { of: x, value: y }'),
    'own.yaml:2: auth: "of", "value" is none of its ways: it has one of `bearer`, `basic`, `header`, `query` or `oauth`',
  ],
  [
    `${written('')}    paging: { pages: n, start: 1, size: 3, size_parameter: m }\n`,
    'own.yaml:6: streams.sends.paging.pages: "pages" is none of its ways; did you mean "page"?',
  ],
  [
    `${written('')}    paging: { size: 3 }\n`,
    'own.yaml:6: streams.sends.paging: it has none of its ways: it has one of `page`, `offset`, `cursor` or `next_url`',
  ],
  [
    `${written('')}    cursor: { field: day, format: YYYY-MM-DD, start: "2024-01-01", window: 31d, from: f, to: t }\n`,
    'own.yaml:6: streams.sends.cursor.format: "YYYY-MM-DD" has no directive',
  ],
  [
    written('auth: { bearer: x, query: { name: a, value: b } }'),
    'own.yaml:2: auth: it has `bearer` and `query`, and is one of ',
  ],
  [written('auth: { basic: { password: x } }'), 'own.yaml:2: auth.basic.username: it is missing'],
  [
    written('auth: { oauth: { tokenurl: a, client_id: b, client_secret: c } }'),
    'own.yaml:2: auth.oauth.tokenurl: "tokenurl" is nothing that the short form has; did you mean "token_url"?',
  ],
  [
    `${written('')}    cursor: { field: day, start: "2024-01-01", windows: 3d }\n`,
    'own.yaml:6: streams.sends.cursor.windows: "windows" is nothing that the short form has; did you mean "window"?',
  ],
  [
    `${written('')}    paging: { page: n, sise: 3 }\n`,
    'own.yaml:6: streams.sends.paging.sise: "sise" is nothing that the short form has; did you mean "size"?',
  ],
  [written('headrs: {}'), 'own.yaml:2: headrs: "headrs" is nothing that the short form has; did you mean "headers"?'],
  [
    `${written('')}    fields:\n      day: { tpye: date }\n`,
    'own.yaml:7: streams.sends.fields.day.tpye: "tpye" is nothing that a field has; did you mean "type"?',
  ],
  [`${written('')}    fields:\n      day: { type: dat }\n`, 'own.yaml:7: streams.sends.fields.day.type: '],
  [
    `${written('')}    cursor:\n      field: day\n      start: "2024-01-01"\n      window: monthly\n`,
    'own.yaml:9: streams.sends.cursor.window: must be a duration such as `31d` or `P31D`',
  ],
  [
    `${written('')}    cursor: { field: day, start: "2024-01-01", lookback: -P2D }\n`,
    'own.yaml:6: streams.sends.cursor.lookback: must be a duration such as `31d` or `P31D`',
  ],
  ['endpoint: https://api.example\nheaders: {}\n', 'own.yaml:1: streams: it is missing'],
])('what is wrong with a short form is named with its line and what there is instead', (text, message) => {
  expect(judged(text)).toEqual([expect.stringContaining(message)]);
});

test('a short form whose `endpoint` is written wrong is none the less one, and told once', () => {
  const streams = 'streams:\n  sends: { path: /sends }\n';
  const unknown = (key: string) => `own.yaml:1: ${key}: "${key}" is nothing that the short form has; `;
  expect(judged(`endpont: https://api.example\n${streams}`)).toEqual([`${unknown('endpont')}did you mean "endpoint"?`]);
  expect(judged(`url: https://api.example\n${streams}`)).toEqual([
    'own.yaml:1: endpoint: it is missing',
    expect.stringContaining(`${unknown('url')}allowed: endpoint, auth, `),
  ]);
  // A manifest has a list of streams.
  expect(judged('endpont: https://api.example\nstreams: []\n')[0]).toContain('DeclarativeSource needs "check"');
});

test('durations of a short form are written as elsewhere, or as manifests write them', () => {
  for (const [given, made] of [
    ['31d', 'P31D'],
    ['6h', 'PT6H'],
    ['P1M', 'P1M'],
  ]) {
    const cursorText = `    cursor: { field: day, start: "2024-01-01", from: since, to: until, window: ${given} }\n`;
    const { root, problems } = loadManifest(written('') + cursorText, { name: 'own.yaml' });
    expect(problems).toEqual([]);
    expect((root['streams'] as object[])[0]).toMatchObject({ incremental_sync: { step: made } });
  }
});

test('a Python class without a module is told with the line to write', () => {
  const text = `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      requester: { type: HttpRequester, url_base: "https://api.example" }
      record_selector: { extractor: { type: CustomRecordExtractor, class_name: source_crm.components.SplitName } }
`;
  expect(judged(text)).toEqual([
    expect.stringContaining('`modules: { source_crm.components.SplitName: ./split-name.ts }`'),
  ]);
});

test('a pattern that an option gives, and RE2 does not take, is a fault of the configuration', async () => {
  const manifest = `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      requester: { type: HttpRequester, url_base: "${api.url}", path: a, error_handler: { backoff_strategies: [{ type: WaitTimeFromHeader, header: x-wait, regex: "{{ config['pattern'] }}" }] } }
      record_selector: { extractor: { field_path: [] } }
`;
  api.script = () => ({ status: 429, headers: { 'x-wait': 'ab' } });
  await writeFile(join(place, 'm.yaml'), manifest);
  const config = { manifest: join(place, 'm.yaml'), manifest_config: { pattern: '(?<=a)b' }, allow: ['loopback'] };
  expect(
    (await tryStream({ config, limit: 1, signal: new AbortController().signal, baseFolder: place })).fault,
  ).toMatchObject({
    kind: 'config',
    message: expect.stringContaining('"regex" of WaitTimeFromHeader: the pattern "(?<=a)b" is not one of RE2'),
  });
});
