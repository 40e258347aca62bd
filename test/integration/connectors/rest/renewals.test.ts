import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptedApi, type Script, type SeenRequest } from '../../../support/scripted-api.js';
import { openSource, read, readStream, streamsOf } from './reading.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-renewals-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const stream = (name: string, requester: string) => `  - name: ${name}
    type: DeclarativeStream
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", ${requester} }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [data] } }
`;

async function asked(streams: string, script: Script): Promise<readonly SeenRequest[]> {
  const manifest = join(folder, 'm.yaml');
  const head = 'version: 7.0.0\ntype: DeclarativeSource\ncheck: { type: CheckStream, stream_names: [a] }\nstreams:\n';
  await writeFile(manifest, `${head}${streams}`);
  return (await read({ manifest, script })).api.seen;
}

const count = (seen: readonly SeenRequest[], path: string) => seen.filter((one) => one.path === path).length;
const oauth =
  'authenticator: { type: OAuthAuthenticator, token_refresh_endpoint: "{{ config[\'endpoint\'] }}/token", client_id: c, client_secret: s, grant_type: client_credentials }';
const session = (how: string, more = '') =>
  `authenticator: { type: SessionTokenAuthenticator, login_requester: { type: HttpRequester, url_base: "{{ config['endpoint'] }}", path: login, http_method: POST }, session_token_path: [key], ${more} request_authentication: ${how} }`;
const busy = { status: 429, headers: { 'retry-after': '60' }, body: {} };
const page = { body: { data: [{ id: 1 }] } };

test('a session that is for one request is begun once for it, however long it waits', async () => {
  const seen = await asked(stream('a', `path: a, ${session('{ type: Bearer }')}`), ({ path }, before) =>
    path === '/login' ? { body: { key: 'k' } } : count(before, '/a') < 2 ? busy : page,
  );
  expect([count(seen, '/login'), count(seen, '/a')]).toEqual([1, 3]);
});

test.each([
  ['request_parameter', ({ query }: SeenRequest) => query.find(([name]) => name === 'key')?.[1]],
  ['body_data', ({ body }: SeenRequest) => new URLSearchParams(body).get('key')],
])('a session in the %s is the one that is good when it goes out, also after it was refused', async (place, keyIn) => {
  const how = `{ type: ApiKey, inject_into: { type: RequestOption, inject_into: ${place}, field_name: key } }`;
  const handler =
    'error_handler: { type: DefaultErrorHandler, response_filters: [{ type: HttpResponseFilter, action: REFRESH_TOKEN_THEN_RETRY, http_codes: [401] }] }';
  const requester = `path: a, http_method: POST, ${handler}, ${session(how, 'expiration_duration: PT30S,')}`;
  const seen = await asked(stream('a', requester), ({ path }, before) => {
    if (path === '/login') return { body: { key: `k${count(before, '/login')}` } };
    return [{ status: 401, body: {} }, busy, page][count(before, '/a')]!;
  });
  expect(seen.filter(({ path }) => path === '/a').map(keyIn)).toEqual(['k0', 'k1', 'k2']);
});

test('what is cached needs no token, and is the same under the next one', async () => {
  const cached = `path: a, use_cache: true, ${oauth}`;
  const seen = await asked(stream('a', cached) + stream('b', 'path: b') + stream('c', cached), ({ path }, before) => {
    if (path === '/token') return { body: { access_token: `t${count(before, '/token')}`, expires_in: 30 } };
    return path === '/b' && count(before, '/b') === 0 ? busy : page;
  });
  expect(seen.map(({ path }) => path)).toEqual(['/token', '/a', '/b', '/b']);
});

test('an attempt after a wait asks for what the first one asked for', async () => {
  const at = `path: a, request_parameters: { at: "{{ now_utc() }}" }, ${oauth}`;
  const seen = await asked(stream('a', at), ({ path }, before) => {
    if (path === '/token') return { body: { access_token: 't', expires_in: 30 } };
    return count(before, '/a') === 0 ? busy : page;
  });
  const [first, second] = seen.filter(({ path }) => path === '/a').map(({ query }) => query);
  expect(second).toEqual(first);
});

test('a token server that is down after a wait is asked as often as one that is down before', async () => {
  const failing = async (script: Script) => {
    const seen: string[] = [];
    const told: Script = (request, before) => {
      seen.push(request.path);
      return script(request, before);
    };
    await expect(asked(stream('a', `path: a, ${oauth}`), told)).rejects.toMatchObject({ kind: 'transient' });
    return seen.filter((path) => path === '/token').length;
  };
  const first = await failing(() => ({ status: 500, body: {} }));
  const later = await failing(({ path }, before) => {
    if (path === '/a') return busy;
    return count(before, '/token') === 0 ? { body: { access_token: 't', expires_in: 30 } } : { status: 500, body: {} };
  });
  expect(later).toBe(first + 1);
});

test('of streams that a token is refused to one takes the next, also for those who hear of it later', async () => {
  let renewed = () => undefined as void;
  const isRenewed = new Promise<void>((resolve) => (renewed = resolve));
  const api = await scriptedApi(async ({ path, headers }, before) => {
    if (path === '/token') return { body: { access_token: `t${count(before, '/token')}`, expires_in: 3600 } };
    if (headers['authorization'] !== 'Bearer t0') {
      renewed();
      return { body: [{ id: 1 }] };
    }
    if (path === '/b') await isRenewed;
    return { status: 401, body: {} };
  });
  const one = (path: string) => ({ path, primary_key: 'id', fields: { id: 'integer' } });
  const auth = { oauth: { token_url: `${api.url}/token`, client_id: 'c', client_secret: 's' } };
  const source = await openSource({
    api: { endpoint: api.url, auth, streams: { a: one('/a'), b: one('/b') } },
    allow: ['loopback'],
  });
  try {
    const { a, b } = await streamsOf(source);
    const ends = await Promise.all([readStream(a!), readStream(b!)]);
    expect(ends.map(({ records, fault }) => [records, fault])).toEqual([
      [1, undefined],
      [1, undefined],
    ]);
    expect(count(api.seen, '/token')).toBe(2);
  } finally {
    await source.close();
    await api.close();
  }
});
