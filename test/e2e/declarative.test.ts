import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { CAMPAIGNS, RESULTS } from '../support/campaigns.js';
import { campaignApi } from '../support/campaign-api.js';
import { stopTestServer } from '../support/postgres.js';
import { scriptedApi, type Script, type ScriptedApi } from '../support/scripted-api.js';
import { newProject, type Project } from './project.js';

let project: Project;
let api: ScriptedApi;
beforeAll(async () => {
  project = await newProject();
});
beforeEach(async () => {
  api = await scriptedApi(campaignApi);
});
afterEach(() => api.close());
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

/** A source `crm` and its connection, into a schema of its own. */
const configured = (schema: string, stream: string, more = '') =>
  project.configure(`sources:
  crm:
    connector: rest
    config: { manifest: ./${schema}.yaml, manifest_config: { endpoint: "${api.url}" }, allow: [loopback]${more} }
connections:
  ${schema}: { source: crm, destination: warehouse, schema: ${schema}, streams: { ${stream.includes(':') ? stream : `${stream}: {}`} } }
`);
const stream = (name: string, path: string, records: string, more: string, authenticator = '') => `version: 7.0.0
check: { stream_names: [${name}] }
streams:
  - type: DeclarativeStream
    name: ${name}
    primary_key: id
    retriever:
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: ${path}${authenticator} }
      record_selector: { extractor: { field_path: [${records}] } }
${more}`;
/** A block of code of the guide. */
async function block(language: string, start: string): Promise<string> {
  const guide = await readFile('docs/custom-api.md', 'utf8');
  const found = [...guide.matchAll(/```(\w+)\n([^]*?)```/g)].find(
    ([, kind, text]) => kind === language && text!.includes(start),
  );
  return found![2]!;
}

test('the module of docs/custom-api.md takes the place of a Python class, and what a manifest has too much is told once a run', async () => {
  const more = (await block('yaml', 'CustomTransformation')).trimEnd().replace(/^/gm, '    ');
  await project.write('names.yaml', `${stream('campaigns', '/campaigns', 'data', more)}\n    warp: 9\n`);
  await project.write('split-name.ts', await block('ts', 'SplitName'));
  await configured('names', 'campaigns');
  const refused = await project.run(['sync', 'names']);
  expect(refused).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/names\.yaml:\d+: .*source_crm\.components\.SplitName/),
  });
  expect(api.seen).toEqual([]);

  await configured('names', 'campaigns', ', modules: { source_crm.components.SplitName: ./split-name.ts }');
  const synced = await project.run(['sync', 'names']);
  expect({ code: synced.code, stderr: synced.code === 0 ? '' : synced.stderr }).toEqual({ code: 0, stderr: '' });
  expect(await project.rows('SELECT id::int, first_name, last_name FROM names.campaigns ORDER BY id')).toEqual(
    CAMPAIGNS.map(({ id }) => ({ id, first_name: 'Campaign', last_name: String(id) })),
  );
  const told = (text: string) => text.match(/DeclarativeStream has no field "warp"; it is ignored/g);
  expect(told(synced.stdout + synced.stderr)).toHaveLength(1);
  const checked = await project.run(['check', 'crm']);
  expect(checked.code).toBe(0);
  expect(told(checked.stdout + checked.stderr)).toHaveLength(1);
});

test('an overwritten table stays where no answer has the records, and `runs show` says what emptied it', async () => {
  await configured('replaced', 'campaigns: { write: overwrite }');
  const sync = async (records: string) => {
    const schema = `{ type: InlineSchemaLoader, schema: { type: object, properties: { id: { type: integer } } } }`;
    await project.write('replaced.yaml', stream('campaigns', '/campaigns', records, `    schema_loader: ${schema}\n`));
    const { code, stdout, stderr } = await project.run(['sync', 'replaced']);
    const [{ count } = {}] = await project.rows('SELECT count(*)::int AS count FROM replaced.campaigns');
    return { code, stderr, count, run: /run (\S+):/.exec(stdout)?.[1] ?? '' };
  };
  // An API may leave out a list that is empty, and there is nothing to lose yet, also the second time.
  for (let time = 1; time <= 2; time += 1)
    expect(await sync('items')).toMatchObject({
      code: 0,
      count: 0,
      stderr: expect.stringContaining('no answer has `items`'),
    });
  expect(await sync('data')).toMatchObject({ code: 0, count: CAMPAIGNS.length });
  expect(await sync('items')).toMatchObject({
    code: 5,
    count: CAMPAIGNS.length,
    stderr: expect.stringContaining('no answer has `items`, which `field_path` names; it has: data'),
  });
  api.script = () => ({ body: { data: [] } });
  const { run, ...emptied } = await sync('data');
  expect(emptied).toMatchObject({ code: 0, count: 0 });
  expect((await project.run(['runs', 'show', run])).stdout).toContain(
    'warning (campaigns): The source had no records, so the table was emptied.',
  );
});

test('a page that answers 200 with a quota is asked for again by the run, and no page is lost', async () => {
  await project.configure(`sources:
  crm:
    connector: rest
    config:
      api:
        endpoint: "${api.url}"
        streams:
          sends:
            path: /sends
            records: data
            primary_key: id
            paging: { cursor: next, parameter: after }
            cursor: { field: day, format: "%Y-%m-%d", start: "2024-01-01" }
            fields: { id: integer, day: date }
      allow: [loopback]
connections:
  quota: { source: crm, destination: warehouse, schema: quota, streams: { sends: {} } }
`);
  let fails = 1;
  api.script = ({ query }) => {
    const isFirst = !query.some(([name]) => name === 'after');
    if (!isFirst && fails-- > 0) return { body: { error: 'quota exceeded', code: 17 } };
    const ids = isFirst ? [1, 2] : [3, 4];
    return { body: { data: ids.map((id) => ({ id, day: `2024-01-0${id}` })), next: isFirst ? 'b' : null } };
  };
  const { code, stdout, stderr } = await project.run(['sync', 'quota']);
  expect(stdout + stderr).toContain('page 2 has no `data`');
  expect({ code, rows: await project.rows('SELECT id::int FROM quota.sends ORDER BY id') }).toEqual({
    code: 0,
    rows: [1, 2, 3, 4].map((id) => ({ id })),
  });
});

test('days that a person asks for are read in place of what the state says, which stays', async () => {
  await project.write(
    'days.yaml',
    stream(
      'results',
      '/results',
      'data',
      `    schema_loader: { type: InlineSchemaLoader, schema: { type: object, properties: { id: { type: integer }, day: { type: string, format: date } } } }\n    incremental_sync: { type: DatetimeBasedCursor, cursor_field: day, datetime_format: "%Y-%m-%d", start_datetime: "2024-03-05", end_datetime: "2024-03-07", step: P1D, cursor_granularity: P1D, start_time_option: { type: RequestOption, inject_into: request_parameter, field_name: from }, end_time_option: { type: RequestOption, inject_into: request_parameter, field_name: to } }\n`,
    ),
  );
  await configured('days', 'results');
  const days = () =>
    api.seen
      .splice(0)
      .map(({ query }) => Object.fromEntries(query))
      .filter(({ from }) => from !== undefined);
  await project.data(['sync', 'days']);
  expect(days().at(-1)).toEqual({ from: '2024-03-06', to: '2024-03-07' });
  const state = await project.data(['state', 'show', 'days']);
  await project.data(['sync', 'days', '--from', '2024-03-02', '--to', '2024-03-03']);
  const asked = days();
  expect(asked.length).toBeGreaterThan(0);
  for (const { from, to } of asked) expect([from! >= '2024-03-02', to! <= '2024-03-03']).toEqual([true, true]);
  expect(await project.data(['state', 'show', 'days'])).toEqual(state);
  const expected = RESULTS.filter(({ day }) =>
    ['2024-03-02', '2024-03-03', '2024-03-05', '2024-03-06', '2024-03-07'].includes(day),
  );
  expect(await project.rows('SELECT id::int FROM days.results ORDER BY id')).toEqual(
    expected.map(({ id }) => ({ id })),
  );
  await project.data(['sync', 'days']);
  expect(days().every(({ from }) => from! >= '2024-03-07')).toBe(true);
});

test('a refresh token that can be used once outlives a crash between its refresh and its next use', async () => {
  let good = 'first';
  let refreshes = 0;
  let stuck: (() => void) | undefined;
  const rotating: Script = ({ path, body, headers }) => {
    if (path === '/token') {
      if (new URLSearchParams(body).get('refresh_token') !== good)
        return { status: 400, body: { error: 'invalid_grant' } };
      refreshes += 1;
      good = `token-${refreshes}`;
      return { body: { access_token: `access-${refreshes}`, refresh_token: good, expires_in: 3600 } };
    }
    if (headers['authorization'] !== `Bearer access-${refreshes}`) return { status: 401, body: {} };
    // The first process never gets its answer.
    return stuck === undefined ? { body: { data: CAMPAIGNS } } : (stuck(), new Promise(() => undefined));
  };
  api.script = rotating;
  await project.write(
    'tokens.yaml',
    stream(
      'campaigns',
      '/campaigns',
      'data',
      '',
      `, authenticator: { type: OAuthAuthenticator, token_refresh_endpoint: "{{ config['endpoint'] }}/token", client_id: c, client_secret: s, refresh_token: "{{ config['refresh_token'] }}", refresh_token_updater: {} }`,
    ),
  );
  const secret = (token: string) => `, tokens_file: ./tokens/kept.json, secrets: { refresh_token: ${token} }`;
  await configured('tokens', 'campaigns', secret('first'));
  const asked = Promise.withResolvers<void>();
  stuck = asked.resolve;
  const { child } = project.start(['sync', 'tokens']);
  await asked.promise;
  child.kill('SIGKILL');
  await once(child, 'close');
  stuck = undefined;
  expect(refreshes).toBe(1);

  await project.data(['sync', 'tokens']);
  expect(refreshes).toBeGreaterThan(1);
  expect(await project.rows('SELECT count(*)::int AS rows FROM tokens.campaigns')).toEqual([{ rows: 5 }]);
  // Another token of a person is no older one.
  good = 'another';
  await configured('tokens', 'campaigns', secret('another'));
  await project.data(['sync', 'tokens']);
});
