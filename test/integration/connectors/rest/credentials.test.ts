import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { campaignApi } from '../../../support/campaign-api.js';
import { legacySessionToken } from '../../../../connectors/rest/auth/session.js';
import { connect } from '../../../../connectors/rest/connected.js';
import { noParts } from '../../../../connectors/rest/requests/request-option.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import { scriptedApi, type ScriptedAnswer } from '../../../support/scripted-api.js';
import { read, syncedSource } from './reading.js';

describe('a refresh token that can be used once', () => {
  const manifest = (shown: string) => `version: 7.0.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [a] }
streams:
${['a', 'b']
  .map(
    (name) => `  - name: ${name}
    type: DeclarativeStream
    $parameters: { name: ${name} }
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: /private, authenticator: { type: OAuthAuthenticator, token_refresh_endpoint: "{{ config['endpoint'] }}/token", client_id: c, client_secret: s, ${shown} } }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [data] } }
`,
  )
  .join('')}`;
  const run = async (credentials: object, shown: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-once-'));
    try {
      await writeFile(join(folder, 'm.yaml'), manifest(shown));
      const options = { tokens_file: join(folder, 'tokens.json') };
      const read1 = await read({
        manifest: join(folder, 'm.yaml'),
        config: { credentials },
        options,
        script: campaignApi,
      });
      return {
        refreshed: read1.api.seen.filter(({ path }) => path === '/token').map(({ body }) => body),
        shown: read1.api.seen.filter(({ path }) => path === '/private').map(({ headers }) => headers['authorization']),
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test('is asked for by one stream for all, from where the configuration has it', async () => {
    const { refreshed, shown } = await run({ refresh_token: 'r1' }, 'refresh_token_updater: {}');
    expect(refreshed).toEqual(['grant_type=refresh_token&client_id=c&client_secret=s&refresh_token=r1']);
    expect(shown).toEqual(['Bearer t-refresh_token', 'Bearer t-refresh_token']);
  });

  test('is asked for once where what is sent for it tells the time', async () => {
    const timed = 'refresh_token_updater: {}, refresh_request_body: { at: "{{ now_utc() }}" }';
    expect((await run({ refresh_token: 'r1' }, timed)).refreshed).toHaveLength(1);
  });

  test('is kept for later while the access token of the configuration holds', async () => {
    const at = (token_expiry_date: string) => ({ refresh_token: 'r1', access_token: 'now', token_expiry_date });
    const holds = await run(at('2024-03-11T00:00:00Z'), 'refresh_token_updater: {}');
    expect(holds).toEqual({ refreshed: [], shown: ['Bearer now', 'Bearer now'] });
    const ended = await run(at('2024-03-09T00:00:00Z'), 'refresh_token_updater: {}');
    expect(ended.shown).toEqual(['Bearer t-refresh_token', 'Bearer t-refresh_token']);
    const elsewhere = 'refresh_token_updater: { access_token_config_path: [credentials, other] }';
    expect((await run({ ...at('2024-03-11T00:00:00Z') }, elsewhere)).refreshed).toHaveLength(1);
  });
});

test('a login that failed is tried anew by who comes next, and shared by those who wait for it', async () => {
  let answers: ScriptedAnswer[] = [{ status: 401 }];
  const api = await scriptedApi(() => answers.shift() ?? { body: { key: 'fresh' } });
  const config = restConfig.parse({
    api: { endpoint: api.url, streams: { a: { path: '/a' } } },
    allow: ['loopback'],
  });
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const source = await connect(config, { signal: new AbortController().signal, baseFolder: '.', clock });
  const login = legacySessionToken(
    { header: 'X-Session', login_url: '/sessions', session_token_response_key: 'key', username: 'u', password: 'p' },
    source.environment,
    () => api.url,
  );
  const header = async () => {
    const parts = noParts();
    await login.apply(parts);
    return parts.header['X-Session'];
  };
  await expect(header()).rejects.toMatchObject({ kind: 'auth' });
  expect(await Promise.all([header(), header()])).toEqual(['fresh', 'fresh']);
  expect(api.seen).toHaveLength(2);
  // What may pass is asked for again in the same login, as often as its policy says.
  await login.renew!({});
  answers = [{ status: 503 }, { status: 503 }];
  expect(await header()).toBe('fresh');
  expect(api.seen).toHaveLength(5);
  await source.close();
  await api.close();
});

test('streams and their parents share a session of the same credential, wherever the manifest says how to begin it', async () => {
  const stream = (name: string, password: string) => `  - name: ${name}
    type: DeclarativeStream
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: /${name}, authenticator: { type: LegacySessionTokenAuthenticator, header: X-Session, login_url: /sessions, session_token: "", validate_session_url: /session, session_token_response_key: key, username: u, password: ${password} } }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [data] } }
`;
  const folder = await mkdtemp(join(tmpdir(), 'tributary-session-'));
  try {
    await writeFile(
      join(folder, 'm.yaml'),
      `version: 7.0.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [a] }
streams:
${stream('a', 'p')}${stream('b', 'p')}${stream('c', 'other')}`,
    );
    const { api } = await read({
      manifest: join(folder, 'm.yaml'),
      script: ({ path, body }) =>
        path === '/sessions' ? { body: { key: `of ${body}` } } : { body: { data: [{ id: 1 }] } },
    });
    const logins = api.seen.filter(({ path }) => path === '/sessions').map(({ body }) => body);
    expect(logins).toEqual(['{"username":"u","password":"p"}', '{"username":"u","password":"other"}']);
    const tokens = api.seen.flatMap(({ headers }) => headers['x-session'] ?? []);
    expect(tokens).toEqual([logins[0], logins[0], logins[1]].map((body) => `of ${body}`));
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('a token that is over while its request waits', () => {
  const manifest = (place: string, more = '') => `version: 7.0.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [a] }
${more}
streams:
  - name: a
    type: DeclarativeStream
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: /a, authenticator: ${place} }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [data] } }
      paginator: { type: DefaultPaginator, page_token_option: { type: RequestOption, inject_into: request_parameter, field_name: page }, pagination_strategy: { type: PageIncrement, page_size: 1 } }
`;
  const oauth = `{ type: OAuthAuthenticator, token_refresh_endpoint: "{{ config['endpoint'] }}/token", client_id: c, client_secret: s, grant_type: client_credentials }`;
  const shownBy = async (text: string, refuses: number) => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-stale-'));
    try {
      await writeFile(join(folder, 'm.yaml'), text);
      let tokens = 0;
      let refused = 0;
      const { api, waits } = await read({
        manifest: join(folder, 'm.yaml'),
        script: ({ path, query }) => {
          if (path === '/token') return { body: { access_token: `t${(tokens += 1)}`, expires_in: 30 } };
          if ((refused += 1) <= refuses) return { status: 429, headers: { 'retry-after': '60' }, body: {} };
          return { body: { data: query.some(([name]) => name === 'page') ? [] : [{ id: 1 }] } };
        },
      });
      const shown = api.seen.filter(({ path }) => path === '/a').map(({ headers }) => headers['authorization']);
      return { shown, waited: waits.reduce((sum, ms) => sum + ms, 0) };
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test('for the call budget', async () => {
    const budget =
      'api_budget: { type: HTTPAPIBudget, policies: [ { type: MovingWindowCallRatePolicy, rates: [ { type: Rate, limit: 2, interval: PT40S } ], matchers: [] } ] }';
    expect(await shownBy(manifest(oauth, budget), 0)).toEqual({ shown: ['Bearer t1', 'Bearer t2'], waited: 40_000 });
  });

  test('as the API asks', async () => {
    expect(await shownBy(manifest(oauth), 1)).toEqual({
      shown: ['Bearer t1', 'Bearer t2', 'Bearer t2'],
      waited: 60_000,
    });
  });
});

test('the short form takes a token anew once where an API refuses it before its time', async () => {
  let refused = 0;
  let most = 1;
  const api = await scriptedApi(({ path }) => {
    if (path === '/token') return { body: { access_token: `t${refused}`, expires_in: 3600 } };
    return (refused += 1) <= most ? { status: 401, body: {} } : { body: [{ id: 1 }] };
  });
  const auth = { oauth: { token_url: `${api.url}/token`, client_id: 'c', client_secret: 's' } };
  const stream = { path: '/a', primary_key: 'id', fields: { id: 'integer' } };
  const options = { api: { endpoint: api.url, auth, streams: { a: stream } }, allow: ['loopback'] };
  expect(await syncedSource(options, { names: ['a'] })).toMatchObject({ records: 1, fault: undefined });
  const shown = api.seen.flatMap(({ path, headers }) => (path === '/a' ? [headers['authorization']] : []));
  expect(shown).toEqual(['Bearer t0', 'Bearer t1']);
  most = 100;
  expect(await syncedSource(options, { names: ['a'] })).toMatchObject({ fault: { kind: 'auth' } });
  expect(api.seen.filter(({ path }) => path === '/a')).toHaveLength(4);
  await api.close();
});

describe('what every request says of who asks', () => {
  const SAID = { 'user-agent': 'tributary', accept: '*/*' };
  const stream = (name: string, more: string) =>
    `  - { type: DeclarativeStream, name: ${name}, primary_key: id, schema_loader: { type: InlineSchemaLoader, schema: {} }, retriever: { requester: { url_base: "{{ config['endpoint'] }}", ${more} }, record_selector: { extractor: { field_path: [data] } } } }`;
  const script = ({ path }: { path: string }) => ({
    body: path === '/login' ? { token: 't' } : { access_token: 't', expires_in: 3600, data: [{ id: 1 }] },
  });
  const acceptedBy = async (config: object) => {
    const api = await scriptedApi(script);
    try {
      const text = JSON.stringify(config).replaceAll('URL', api.url);
      expect((await syncedSource({ ...JSON.parse(text), allow: ['loopback'] })).fault).toBeUndefined();
      return [...new Set(api.seen.map(({ headers }) => headers['accept']))];
    } finally {
      await api.close();
    }
  };

  test('is the same for logins; a manifest takes whatever comes, a short form JSON first', async () => {
    const oauth = `authenticator: { type: OAuthAuthenticator, token_refresh_endpoint: "{{ config['endpoint'] }}/token", client_id: c, client_secret: s, refresh_token: r }`;
    const { api } = await read({
      manifest: await kept(stream('a', `path: /a, ${oauth}`)),
      script,
    });
    expect(api.seen.map(({ path, headers }) => [path, headers['user-agent'], headers['accept']])).toEqual([
      ['/token', 'tributary', 'application/json'],
      ['/a', ...Object.values(SAID)],
    ]);
    const streams = { sends: { path: '/a', records: 'data', primary_key: 'id' } };
    expect(await acceptedBy({ api: { endpoint: 'URL', streams } })).toEqual(['application/json, */*']);
  });

  test('streams that log in by the same are answered by the same parent', async () => {
    const session = `authenticator: { type: SessionTokenAuthenticator, expiration_duration: PT1H, login_requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: login, http_method: POST }, session_token_path: [token], request_authentication: { type: Bearer } }`;
    const parent = stream('a', `path: /a, use_cache: true, ${session}`);
    const child = stream('b', `path: "/b/{{ stream_partition.id }}", ${session}`).replace(
      'retriever: {',
      `retriever: { partition_router: { type: SubstreamPartitionRouter, parent_stream_configs: [{ type: ParentStreamConfig, parent_key: id, partition_field: id, stream: ${parent.trim().slice(2)} }] },`,
    );
    const { requests } = await read({ manifest: await kept(`${parent}\n${child}`), script });
    expect(requests.filter((one) => one === 'GET /a')).toHaveLength(1);
    expect(requests).toContain('GET /b/1');
  });
});

const kept = async (streams: string): Promise<string> => {
  const file = join(folder, 'm.yaml');
  await writeFile(
    file,
    `version: 7.0.0\ntype: DeclarativeSource\ncheck: { stream_names: [a] }\nstreams:\n${streams}\n`,
  );
  return file;
};
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-said-'));
});
afterEach(() => rm(folder, { recursive: true }));
