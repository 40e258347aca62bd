import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { recordTrial, replayTrial, tryStream } from '../../../../connectors/rest/trial.js';
import { runCli } from '../../../support/cli.js';
import { campaignApi } from '../../../support/campaign-api.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';

const signal = new AbortController().signal;
const folder = resolve('test/fixtures/manifests');
let api: ScriptedApi;
let place: string;
beforeEach(async () => {
  api = await scriptedApi(campaignApi);
  place = await mkdtemp(join(tmpdir(), 'tributary-trial-'));
});
afterEach(async () => {
  await api.close();
  await rm(place, { recursive: true });
});

const options = (manifest: string, limit: number, more: object = {}) => ({
  config: {
    manifest: join(folder, manifest),
    manifest_config: { endpoint: api.url, start_date: '2024-03-02', credentials: { kind: 'basic' } },
    secrets: { 'credentials.user': 'ann-the-analyst' },
    allow: ['loopback'],
    ...more,
  },
  limit,
  signal,
  baseFolder: folder,
});

test('a trial stops at its limit, and tells requests, answers and records', async () => {
  const trial = await tryStream(options('page-increment.yaml', 3));
  expect(trial.records.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(trial.exchanges.map(({ url, status }) => [url.replace(api.url, ''), status])).toEqual([
    ['/pages', 200],
    ['/pages?page=2', 200],
  ]);
  expect(trial.state).toBeNull();
  expect((await tryStream(options('datetime-cursor-steps.yaml', 1000))).state).toEqual({ day: '2024-03-07' });
});

test('neither a trial nor a recording holds a secret, and a replay needs no network', async () => {
  const trial = await recordTrial(options('selected-authenticator.yaml', 10), place);
  const kept =
    (await readFile(join(place, 'recording.json'), 'utf8')) + (await readFile(join(place, 'exchanges.jsonl'), 'utf8'));
  const credential = Buffer.from('ann-the-analyst:p').toString('base64');
  for (const text of [JSON.stringify(trial.exchanges), kept]) {
    expect(text).not.toContain('ann-the-analyst');
    expect(text).not.toContain(credential.slice(0, 12));
  }
  const asked = api.seen.length;
  expect(await replayTrial(place, folder, signal)).toMatchObject({ stream: 'private', records: 1, differences: [] });
  expect(api.seen.length).toBe(asked);
});

test('a replay goes by the day of its recording, and tells what comes out differently', async () => {
  await recordTrial(options('data-feed.yaml', 1000), place);
  expect(await replayTrial(place, folder, signal)).toMatchObject({ differences: [] });
  const file = join(place, 'exchanges.jsonl');
  await writeFile(file, (await readFile(file, 'utf8')).replace('\\"sent\\":59', '\\"sent\\":60'));
  expect((await replayTrial(place, folder, signal)).differences).toEqual([
    expect.stringMatching(
      /^of \d+ records the first that comes out differently, record \d+, differs in `sent`: 60, and not 59$/,
    ),
  ]);
  await writeFile(file, '');
  await expect(replayTrial(place, folder, signal)).rejects.toThrow('was not recorded');
});

test('`connectors test --replay` reads a recording, and ends with another code where it comes out differently', async () => {
  await recordTrial(options('page-increment.yaml', 3), place);
  const same = await runCli(['connectors', 'test', '--replay', place]);
  expect(same).toMatchObject({ code: 0, stdout: 'campaigns: the same 3 records and state.\n' });
  const file = join(place, 'recording.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('Campaign 1', 'Campaign one'));
  const other = await runCli(['connectors', 'test', '--replay', place]);
  expect(other).toMatchObject({ code: 5, stdout: expect.stringContaining('it comes out differently') });
  for (const args of [[], ['warehouse', '--replay', place]])
    expect(await runCli(['connectors', 'test', ...args])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('`tributary connectors test NAME`, or `tributary connectors test --replay DIR`'),
    });
});

test('an address that is secret is hidden in a recording, which can be read again all the same', async () => {
  const secret = options('page-increment.yaml', 3, {
    manifest_config: {},
    secrets: { endpoint: api.url, api_key: 'a-key-of-a-user' },
  });
  const { exchanges } = await recordTrial(secret, place);
  expect(exchanges.map(({ url }) => url)).toEqual([
    'https://hidden-1.example/pages',
    'https://hidden-1.example/pages?page=2',
  ]);
  const kept =
    (await readFile(join(place, 'recording.json'), 'utf8')) + (await readFile(join(place, 'exchanges.jsonl'), 'utf8'));
  expect(kept).not.toContain(new URL(api.url).host);
  expect(kept).not.toContain('a-key-of-a-user');
  expect(await replayTrial(place, folder, signal)).toMatchObject({ records: 3, differences: [] });
});

test('what `connectors new` writes can be validated as a folder, beside other YAML', async () => {
  const cwd = place;
  expect((await runCli(['connectors', 'new', 'own'], { cwd })).code).toBe(0);
  const { code, stdout } = await runCli(['connectors', 'validate', '.'], { cwd });
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'runnable  own/own.yaml (1 streams)\nno manifest   own/options.yaml\n1 of 1 can be run.\n',
  });
});

test('a manifest that is no YAML is told with its place, once', async () => {
  await writeFile(join(place, 'own.yaml'), 'endpoint: https://api.example\nstreams: [a\n');
  const { code, stdout } = await runCli(['connectors', 'validate', 'own.yaml'], { cwd: place });
  expect({ code, stdout }).toEqual({
    code: 3,
    stdout: expect.stringMatching(
      /^NOT RUNNABLE {2}own\.yaml\n {2}error: own\.yaml:3: Flow sequence [^:]+\. Correct the YAML\.\n0 of 1/,
    ),
  });
});

test('what `connectors new` writes runs by the commands and names that stand in it, with dashes or without', async () => {
  const cwd = place;
  const manifest = (await runCli(['connectors', 'new', 'clinic_board'], { cwd })).stdout
    .split('\n')[0]!
    .split(': ')[1]!;
  const step = /tributary (connectors try .*)/.exec(await readFile(join(cwd, manifest), 'utf8'))![1]!.split(' ');
  const options = join(cwd, step.at(-1)!);
  await writeFile(options, `${await readFile(options, 'utf8')}allow: [loopback]\n`);
  // A full page, and `next_cursor` is not what this API calls it.
  api.script = ({ query }) => ({
    body: {
      data: Array.from({ length: Number(Object.fromEntries(query)['limit']) }, (_, at) => ({ id: `${at}` })),
      next: 'b',
    },
  });
  expect(await runCli([...step, '--limit', '1000'], { cwd, env: { CLINIC_BOARD_URL: api.url } })).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('next_cursor'),
  });
  for (const name of ['clinic-board', 'clinic_site']) {
    const [file] = (await runCli(['connectors', 'new', name, '--typescript'], { cwd })).stdout
      .trim()
      .split(': ')
      .slice(1);
    await writeFile(join(cwd, 'tap.json'), JSON.stringify({ api_key: 'a-key' }));
    const tap = await runCli(['tap', `./${file!}`, '--config', 'tap.json', '--discover'], { cwd });
    expect({ code: tap.code, stderr: tap.stderr }).toEqual({ code: 0, stderr: '' });
  }
  expect((await runCli(['connectors', 'new', 'Board'], { cwd })).stderr).toContain('digits, - and _');
});

test('`connectors validate` takes the options that a connection has: modules, and what texts read', async () => {
  const text = `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    schema_loader: { type: JsonFileSchemaLoader, file_path: "schemas/{{ config['table'] }}.json" }
    retriever:
      requester: { type: HttpRequester, url_base: "https://x.example", path: a }
      record_selector: { extractor: { type: CustomRecordExtractor, class_name: source_crm.components.Rows } }
`;
  const [manifests, options] = [join(place, 'manifests'), join(place, 'options')];
  await mkdir(join(manifests, 'schemas'), { recursive: true });
  await mkdir(options);
  await writeFile(join(manifests, 'crm.yaml'), text);
  await writeFile(join(manifests, 'schemas/a.json'), '{}');
  await writeFile(join(options, 'rows.js'), 'export const Rows = () => (bodies) => bodies;');
  const validated = async (file: string) => {
    await writeFile(join(options, 'options.yaml'), file);
    return runCli(['connectors', 'validate', manifests, '--options', join(options, 'options.yaml')]);
  };
  const modules = 'modules: { source_crm.components.Rows: ./rows.js }\n';
  expect(await runCli(['connectors', 'validate', manifests])).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('which no module of `modules` takes the place of'),
  });
  expect(await validated(modules)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 of 1 can be run.') });
  expect(await validated(`${modules}manifest_config: { table: b }`)).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('the schema file "schemas/b.json" cannot be read'),
  });
  expect(await validated(modules.replace('./rows', './none'))).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('/options/none.js" cannot be loaded'),
  });
  const misspelt = { code: 3, stderr: expect.stringMatching(/^error \(config\): .*"module"/) };
  expect(await validated('module: { a: ./rows.js }')).toMatchObject(misspelt);
  const tried = ['connectors', 'try', join(manifests, 'crm.yaml'), '--options', join(options, 'options.yaml')];
  expect(await runCli(tried)).toMatchObject(misspelt);
});

test('paths of an options file, and of the configuration of `tap` and `airbyte`, begin at its folder', async () => {
  let good = 'first';
  api.script = ({ path, body }) => {
    if (path !== '/token') return { body: [{ id: 1 }] };
    if (new URLSearchParams(body).get('refresh_token') !== good)
      return { status: 400, body: { error: 'invalid_grant' } };
    good = `${good}+`;
    return { body: { access_token: 'a', refresh_token: good } };
  };
  await mkdir(join(place, 'kept'));
  await writeFile(
    join(place, 'kept/m.yaml'),
    `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    schema_loader: { type: InlineSchemaLoader, schema: { type: object, properties: { id: { type: integer } } } }
    retriever:
      requester: { type: HttpRequester, url_base: "${api.url}", path: a, authenticator: { type: OAuthAuthenticator, token_refresh_endpoint: "${api.url}/token", client_id: c, client_secret: s, refresh_token: "{{ config['token'] }}", refresh_token_updater: {} } }
      record_selector: { extractor: { field_path: [] } }
`,
  );
  const config = { secrets: { token: 'first' }, allow: ['loopback'], tokens_file: './tokens.json' };
  await writeFile(join(place, 'kept/options.yaml'), JSON.stringify(config));
  await writeFile(join(place, 'kept/config.json'), JSON.stringify({ manifest: './m.yaml', ...config }));
  const attempt = ['connectors', 'try', 'kept/m.yaml', '--options', 'kept/options.yaml'];
  const run = async (...args: string[]) => {
    const { code, stderr } = await runCli(args, { cwd: place });
    return { code, stderr };
  };
  const recording = [...attempt, '--record', 'recording'];
  expect(await run(...recording)).toEqual({ code: 0, stderr: '' });
  expect(await readFile(join(place, 'kept/tokens.json'), 'utf8')).toContain('first+');
  // No token of a recording is kept for one of the API.
  const before = await readFile(join(place, 'kept/tokens.json'), 'utf8');
  expect(await run('connectors', 'test', '--replay', 'recording')).toEqual({ code: 0, stderr: '' });
  expect(await readFile(join(place, 'kept/tokens.json'), 'utf8')).toBe(before);
  expect(await run('tap', 'rest', '--config', 'kept/config.json')).toEqual({ code: 0, stderr: '' });
  expect(await run('airbyte', 'rest', 'discover', '--config', 'kept/config.json')).toEqual({ code: 0, stderr: '' });
  expect(await run(...attempt)).toEqual({ code: 0, stderr: '' });
  // That it is refused is no fault of the manifest.
  good = 'another';
  expect(await run(...attempt)).toEqual({
    code: 4,
    stderr: expect.stringMatching(
      /^error \(auth\): .*\(invalid_grant\).*\n  next: Get a new refresh token, and put it into `secrets`/,
    ),
  });
});

test.each([
  [
    'short form',
    `endpoint: URL
streams:
  a: { path: /a, records: data, paging: { cursor: next, parameter: cursor, size: 1, size_parameter: limit }, fields: { id: integer } }
`,
  ],
  [
    'manifest',
    `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      requester: { type: HttpRequester, url_base: URL, path: a }
      record_selector: { extractor: { field_path: [data] } }
      paginator:
        type: DefaultPaginator
        page_token_option: { type: RequestOption, inject_into: request_parameter, field_name: cursor }
        pagination_strategy: { type: CursorPagination, cursor_value: "{{ response.next }}" }
`,
  ],
])(
  'a replay says first that a place is not met, and then what is asked for because of it (%s)',
  async (_form, text) => {
    api.script = ({ query }) => {
      const at = Number(Object.fromEntries(query)['cursor'] ?? 0);
      return { body: { data: [{ id: at }], next: at + 1 } };
    };
    const file = join(place, 'm.yaml');
    await writeFile(file, text.replace('URL', api.url));
    const config = { manifest: file, allow: ['loopback'] };
    await recordTrial({ config, limit: 2, signal, baseFolder: place }, join(place, 'kept'));
    await writeFile(file, text.replace('URL', api.url).replace('data', 'dat'));
    const replayed = await replayTrial(join(place, 'kept'), place, signal).then(
      ({ differences }) => differences.join(),
      (error: Error) => error.message,
    );
    expect(replayed).toMatch(/has no `dat`|no answer has `dat`/);
    expect(replayed).not.toContain('was not recorded');
  },
);

test('a secret is hidden however it is written, a replay asks for what was recorded, and numbers keep their digits', async () => {
  api.script = ({ path }) =>
    path === '/token' ? { body: { access_token: 'T0KEN', expires_in: 60 } } : { body: '[{"id":9007199254740993}]' };
  const file = join(place, 'm.yaml');
  await writeFile(
    file,
    `endpoint: ${api.url}
auth: { oauth: { token_url: ${api.url}/token, client_id: "{{ config['client'] }}", client_secret: "{{ config['secret'] }}", scope: "{{ config['scope'] }}" } }
streams:
  a: { path: /a, primary_key: id, fields: { id: integer }, parameters: { of: "{{ config['client'] }}" } }
  b: { path: "/b/{id}", primary_key: id, for_each: { stream: a, field: id, as: id }, fields: { id: integer } }
`,
  );
  const secrets = { client: 'an id!', secret: "p w!'xyz", scope: 'all of+it' };
  const config = { manifest: file, secrets, allow: ['loopback'] };
  const trial = await recordTrial({ config, stream: 'b', limit: 2, signal, baseFolder: place }, join(place, 'kept'));
  expect(trial.exchanges.at(-1)!.url).toBe(`${api.url}/b/9007199254740993`);
  const all = JSON.stringify(trial.exchanges) + (await readFile(join(place, 'kept/exchanges.jsonl'), 'utf8'));
  expect(all).toContain('9007199254740993');
  for (const hidden of ['an+id', 'an%20id', 'p+w', 'p%20w', 'all+of', 'T0KEN']) expect(all).not.toContain(hidden);
  expect(await replayTrial(join(place, 'kept'), place, signal)).toMatchObject({ stream: 'b', differences: [] });
});

test('`connectors try` says in a line that it waits for another attempt', async () => {
  const answers = [500, 503, 200];
  api.script = () => ({ status: answers.shift()!, body: [{ id: 1 }] });
  await writeFile(
    join(place, 'm.yaml'),
    `version: 7.0.0
check: { stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      requester: { type: HttpRequester, url_base: "${api.url}", path: a, error_handler: { backoff_strategies: [{ type: ConstantBackoffStrategy, backoff_time_in_seconds: 0.01 }] } }
      record_selector: { extractor: { field_path: [] } }
`,
  );
  await writeFile(join(place, 'o.yaml'), 'allow: [loopback]\n');
  const end = await runCli(['connectors', 'try', 'm.yaml', '--options', 'o.yaml'], { cwd: place });
  expect(end).toMatchObject({
    code: 0,
    stderr: `GET ${api.url}/a: answered 500; again in 0.0 s (1 of 5 repeats)\nGET ${api.url}/a: answered 503; again in 0.0 s (2 of 5 repeats)\n`,
  });
});
