import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { recordTrial, replayTrial, tryStream } from '../../../../connectors/rest/trial.js';
import { runCli } from '../../../support/cli.js';
import { scriptedApi, type Script, type ScriptedApi } from '../../../support/scripted-api.js';

const signal = new AbortController().signal;
let api: ScriptedApi;
let place: string;
beforeEach(async () => {
  api = await scriptedApi(() => ({}));
  place = await mkdtemp(join(tmpdir(), 'tributary-tokens-'));
});
afterEach(async () => {
  await api.close();
  await rm(place, { recursive: true });
});

/** A manifest of one stream, read by this authenticator; `URL` in it is the address of the API. */
async function options(authenticator: string, more: object = {}) {
  const file = join(place, 'm.yaml');
  const text = `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      requester: { type: HttpRequester, url_base: URL, path: /rows, http_method: POST, authenticator: ${authenticator} }
      record_selector: { extractor: { field_path: [rows] } }
      paginator: { type: DefaultPaginator, page_token_option: { type: RequestPath }, pagination_strategy: { type: CursorPagination, cursor_value: "{{ response.next }}" } }
`;
  await writeFile(file, text.replaceAll('URL', api.url));
  const config = { manifest: file, allow: ['loopback'], ...more };
  return { config, limit: 10, signal, baseFolder: place };
}

const LOGIN = `login_requester: { type: HttpRequester, url_base: URL, path: /login, http_method: POST }, session_token_path: [id], expiration_duration: PT1H`;
const session = (how: string) =>
  `{ type: SessionTokenAuthenticator, ${LOGIN}, request_authentication: { type: ApiKey, ${how} } }`;
const inQuery = 'inject_into: { type: RequestOption, inject_into: request_parameter, field_name: sid }';

const HOSTS_OWN = new Set(['content-length', 'host', 'connection']);
/** Answers logins with this, and other requests with rows in which all that was sent stands. */
const answering =
  (login: unknown): Script =>
  ({ path, query, headers, body }) => {
    if (path === '/valid') return { status: 401 };
    if (path !== '/rows') return { headers: { 'x-made': JSON.stringify(login) }, body: login };
    const heard = Object.entries(headers).filter(([name]) => !HOSTS_OWN.has(name));
    const isSecond = query.some(([name]) => name === 'page');
    const next = `${api.url}/rows?${new URLSearchParams([...query.map((pair) => [...pair]), ['page', '2']] as [string, string][]).toString()}`;
    return { body: { rows: [{ id: isSecond ? 2 : 1, query, heard, body }], ...(isSecond ? {} : { next }) } };
  };

const PROOF = `export const Proof = () => ({
  apply: ({ header }) => Object.assign(header, { 'X-Proof': 'Own pr00f-of-it', Accept: 'application/json' }),
});`;
const TOKEN = "f3tched~t'oken/0=";

test.each([
  ['a session token in a query', session(inQuery), { id: TOKEN }, [TOKEN]],
  ['a session token that is a number', session(inQuery), { id: 481516234299, of: { id: 1 } }, ['481516234299']],
  [
    'a session token within a text that is coded',
    session(`api_token: "{{ ('ann:' ~ session_token) | base64encode }}", ${inQuery}`),
    { id: TOKEN },
    [TOKEN, Buffer.from(`ann:${TOKEN}`).toString('base64')],
  ],
  [
    'a session token in a body',
    session('inject_into: { type: RequestOption, inject_into: body_json, field_path: [of, sid] }'),
    { id: TOKEN, users: { [TOKEN]: 'ann' } },
    [TOKEN],
  ],
  [
    'a legacy session token',
    '{ type: LegacySessionTokenAuthenticator, header: X-Sid, login_url: /login, session_token: "an-0ld-one", validate_session_url: /valid, session_token_response_key: id, username: ann, password: p4ssw0rd }',
    { id: TOKEN },
    [TOKEN],
  ],
  [
    'tokens of OAuth',
    '{ type: OAuthAuthenticator, token_refresh_endpoint: URL/login, client_id: c, client_secret: s, access_token_name: id, refresh_token: first-0ne, refresh_token_name: r, refresh_token_updater: { refresh_token_name: afterwards } }',
    { id: TOKEN, afterwards: 'the-n3xt-one' },
    [TOKEN, 'the-n3xt-one', 'first-0ne'],
  ],
  [
    'a signed token',
    '{ type: JwtAuthenticator, secret_key: "{{ config[\'key\'] }}", algorithm: HS256, request_option: { type: RequestOption, inject_into: request_parameter, field_name: j } }',
    {},
    ['eyJ0eXAiOiJKV1Qi'],
  ],
  [
    'an API key that the configuration has in the open',
    `{ type: ApiKeyAuthenticator, api_token: "{{ config['open'] }}", ${inQuery} }`,
    {},
    ['an-0pen-key'],
  ],
  [
    'what a module of the configuration makes',
    '{ type: CustomAuthenticator, class_name: source_x.components.Proof }',
    {},
    ['pr00f-of-it'],
  ],
])('%s stands neither in a trial nor in a recording, and it can be read again', async (_what, auth, login, hidden) => {
  api.script = answering(login);
  const more = {
    secrets: { key: 'a-key-to-sign-by' },
    manifest_config: { open: 'an-0pen-key' },
    tokens_file: join(place, 'tokens.json'),
    modules: { 'source_x.components.Proof': join(place, 'proof.js') },
  };
  await writeFile(join(place, 'proof.js'), PROOF);
  const trial = await recordTrial(await options(auth, more), join(place, 'kept'));
  expect(trial).toMatchObject({ fault: null, records: [{ id: 1 }, { id: 2 }] });
  const kept = (await readFile(join(place, 'kept/recording.json'), 'utf8')).replace(/"manifest":"[^"]*"/, '');
  const all = [JSON.stringify(trial), kept, await readFile(join(place, 'kept/exchanges.jsonl'), 'utf8')].join('\n');
  const forms = hidden.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
  ]);
  for (const form of forms) expect(all).not.toContain(form);
  expect(all).toContain('application/json');
  const asked = api.seen.length;
  expect(await replayTrial(join(place, 'kept'), place, signal)).toMatchObject({ records: 2, differences: [] });
  expect(api.seen.length).toBe(asked);
});

test('a token that any text may hold takes nothing out', async () => {
  api.script = answering({ id: 'true' });
  const trial = await tryStream(await options(session(inQuery)));
  expect(trial.records[0]!['query']).toEqual([['sid', 'true']]);
  expect(trial.exchanges[0]!.answer).toBe('{"id":"true"}');
});

test('what an API says of a fetched token is told without it, and no part of it is left where the text is cut', async () => {
  api.script = ({ path }) =>
    path === '/rows'
      ? { status: 400, body: { message: `${'No row '.repeat(27)}${TOKEN} is over` } }
      : { body: { id: TOKEN } };
  await options(session(inQuery));
  await writeFile(join(place, 'o.yaml'), 'allow: [loopback]\n');
  const { stdout, stderr } = await runCli(['connectors', 'try', 'm.yaml', '--options', 'o.yaml'], { cwd: place });
  expect(stderr).toContain('answered 400');
  expect(stdout + stderr).not.toContain('f3tched');
});

describe('what ends a trial before a record is read is told without secrets', () => {
  const told = async (text: string, config: object) => {
    await writeFile(join(place, 'm.yaml'), text.replaceAll('URL', api.url));
    await writeFile(join(place, 'o.yaml'), JSON.stringify({ allow: ['loopback'], ...config }));
    const end = await runCli(['connectors', 'try', 'm.yaml', '--options', 'o.yaml', '--json'], { cwd: place });
    return { code: end.code, all: end.stdout + end.stderr };
  };
  const stream = (more: string) =>
    `{ type: DeclarativeStream, name: a, retriever: { requester: { type: HttpRequester, url_base: URL, path: a }, record_selector: { extractor: { field_path: [] } } }, ${more} }`;

  test('where the API does not say what streams there are', async () => {
    api.script = () => ({ status: 404 });
    const { code, all } = await told(
      `version: 7.0.0
check: { stream_names: [a] }
dynamic_streams:
  - type: DynamicDeclarativeStream
    stream_template: ${stream('')}
    components_resolver:
      type: HttpComponentsResolver
      retriever: { requester: { type: HttpRequester, url_base: URL, path: "of/{{ config['key'] }}" }, record_selector: { extractor: { field_path: [] } } }
      components_mapping: [{ type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values.name }}" }]
`,
      { secrets: { key: 'a-key-in-a-path' } },
    );
    expect(all).toContain('/of/***: answered 404');
    expect({ code, all }).toMatchObject({ code: 3, all: expect.not.stringContaining('a-key-in-a-path') });
  });

  test('where a module fails over what the `spec` says is secret, or has a fault of its own', async () => {
    const manifest = (type: string) => `version: 7.0.0
check: { stream_names: [a] }
spec:
  connection_specification: { type: object, properties: { key: { type: string, airbyte_secret: true } } }
  config_normalization_rules: { transformations: [${type}] }
streams:
  - ${stream('schema_loader: { type: CustomSchemaLoader, class_name: source_x.components.Failing }')}
`;
    api.script = () => ({ body: [{ id: 1 }] });
    await writeFile(
      join(place, 'failing.js'),
      `export const Failing = ({ type }, { config }) => type === 'CustomSchemaLoader'
  ? () => { throw new Error('no schema for ' + config.key); }
  : (given) => { throw new Error('no rule for ' + given.key); };`,
    );
    const config = {
      manifest_config: { key: 'an-0pen-secret' },
      modules: { 'source_x.components.Failing': './failing.js' },
    };
    for (const [type, fault] of [
      ['{ type: CustomConfigTransformation, class_name: source_x.components.Failing }', 'no rule for ***'],
      ['', 'no schema for ***'],
    ] as const) {
      const { all } = await told(manifest(type), config);
      expect(all).toContain(fault);
      expect(all).not.toContain('an-0pen-secret');
    }
  });
});

test('a field that is hidden for its name comes out the same when its recording is read again', async () => {
  api.script = () => ({ body: { rows: [{ id: 1, session_id: 'of-a-visit', of: { token: 'of-a-device' } }] } });
  await recordTrial(await options('{ type: NoAuth }'), join(place, 'kept'));
  expect(await readFile(join(place, 'kept/recording.json'), 'utf8')).not.toMatch(/of-a-(visit|device)/);
  expect(await replayTrial(join(place, 'kept'), place, signal)).toMatchObject({ records: 1, differences: [] });
});

test('what is no UTF-8 is recorded as it came, without secrets, and what the open options call secret is not kept', async () => {
  const secret = 'pä/ss"w0rd';
  const rows = gzipSync(`{"id":1}\n${'{"id":2}\nno record\n'}`);
  const latin1 = Buffer.from(`id;name\n1;Björn ${secret}\n`, 'latin1');
  for (const [decoder, body, records] of [
    ['{ type: GzipDecoder, decoder: { type: JsonlDecoder } }', rows, [{ id: 1 }, { id: 2 }]],
    ['{ type: CsvDecoder, encoding: latin-1, delimiter: ";" }', latin1, [{ id: '1', name: 'Björn ***' }]],
  ] as const) {
    api.script = () => ({ body });
    const given = await options(
      '{ type: BasicHttpAuthenticator, username: ann, password: "{{ config[\'password\'] }}" }',
      {
        manifest_config: { password: secret },
        secrets: { other: secret },
      },
    );
    const text = await readFile(given.config.manifest, 'utf8');
    await writeFile(
      given.config.manifest,
      text
        .replace(/ {6}paginator: .*\n/, `      decoder: ${decoder}\n`)
        .replace('field_path: [rows]', 'field_path: []'),
    );
    const trial = await recordTrial(given, join(place, 'r'));
    expect(trial.records).toEqual(records);
    expect(trial.warnings).toEqual(
      body === rows ? [expect.stringContaining('one of its records cannot be read, and would go to quarantine')] : [],
    );
    for (const name of ['recording.json', 'exchanges.jsonl'])
      expect(await readFile(join(place, 'r', name), 'utf8')).not.toMatch(/w0rd/);
    expect(await replayTrial(join(place, 'r'), place, signal)).toMatchObject({ differences: [] });
  }
});

test.each([
  ['as JSON writes it', (text: string) => text],
  ['with marks that some put before others', (text: string) => text.replaceAll('/', '\\/')],
  ['in ASCII', (text: string) => text.replaceAll('/', '\\/').replaceAll('ä', '\\u00e4')],
])('a secret in JSON within JSON is hidden: %s', async (_how, written) => {
  const secret = 'pä/ss"w0rd';
  const nested = written(JSON.stringify({ echo: secret }));
  api.script = () => ({ body: written(JSON.stringify({ rows: [{ id: 1, nested }] })), headers: { 'x-echo': nested } });
  const given = await options('{ type: BearerAuthenticator, api_token: "{{ config[\'password\'] }}" }', {
    secrets: { password: secret },
  });
  const { exchanges } = await tryStream(given);
  expect(JSON.stringify(exchanges)).not.toMatch(/w0rd/);
});
