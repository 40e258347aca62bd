import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oauth } from '../../../../connectors/rest/auth/oauth.js';
import { connect, type ConnectOptions } from '../../../../connectors/rest/connected.js';
import { noParts } from '../../../../connectors/rest/requests/request-option.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import { startCli } from '../../../support/cli.js';
import { scriptedApi, type Script, type ScriptedApi } from '../../../support/scripted-api.js';

/** The newest refresh token by the first one that it came from. */
let newest: Map<string, string>;
let refused: string[];
/** Called in place of an answer to the next refresh. */
let stuck: (() => void) | undefined;
let api: ScriptedApi;
let folder: string;

/** A token server that takes each refresh token once, and whose access tokens are over at once. */
const takingOnce: Script = ({ path, body }) => {
  if (path !== '/token') return { body: { data: [{ id: 1 }] } };
  if (stuck !== undefined) {
    stuck();
    return new Promise(() => undefined);
  }
  const shown = new URLSearchParams(body).get('refresh_token')!;
  const [first, used = '0'] = shown.split('+') as [string, string?];
  if ((newest.get(first) ?? first) !== shown) {
    refused.push(shown);
    return { status: 400, body: { error: 'invalid_grant' } };
  }
  newest.set(first, `${first}+${Number(used) + 1}`);
  return { body: { access_token: newest.get(first), refresh_token: newest.get(first), expires_in: 0 } };
};

beforeEach(async () => {
  newest = new Map();
  refused = [];
  stuck = undefined;
  api = await scriptedApi(takingOnce);
  folder = await mkdtemp(join(tmpdir(), 'tributary-shared-'));
});
afterEach(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

const authenticator = () => ({
  type: 'OAuthAuthenticator',
  token_refresh_endpoint: `${api.url}/token`,
  client_id: 'c',
  client_secret: 's',
  refresh_token: "{{ config['token'] }}",
  refresh_token_updater: {},
});

const config = (token: string) => ({
  allow: ['loopback'],
  tokens_file: './tokens.json',
  secrets: { token },
});

const short = () => ({ endpoint: api.url, streams: { a: { path: '/a' } } });

/** A source that fetches a token for each request. */
async function source(token: string, more: Partial<ConnectOptions> = {}) {
  const { signal } = new AbortController();
  const connected = await connect(restConfig.parse({ ...config(token), api: short() }), {
    signal,
    baseFolder: folder,
    ...more,
  });
  const login = oauth(authenticator(), { ...connected.environment, config: { token } });
  return {
    fetched: async (times: number) => {
      for (let time = 0; time < times; time += 1) await login.apply(noParts());
    },
    close: () => connected.close(),
  };
}

/** The built program, which reads streams that fetch a token for each of their requests. */
async function program(token: string, name: string, streams = 12) {
  const stream = (at: number) => ({
    type: 'DeclarativeStream',
    name: `s${at}`,
    schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: { id: { type: 'integer' } } } },
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url_base: api.url, path: `/s${at}`, authenticator: authenticator() },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
    },
  });
  const manifest = {
    version: '7.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['s0'] },
    streams: Array.from({ length: streams }, (_, at) => stream(at)),
  };
  await writeFile(join(folder, `${name}.yaml`), JSON.stringify(manifest));
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ ...config(token), manifest: `./${name}.yaml` }));
  return startCli(['tap', 'rest', '--config', `${name}.json`], { cwd: folder });
}

const kept = async () => Object.values(JSON.parse(await readFile(join(folder, 'tokens.json'), 'utf8')) as object);

test('two sources of a process take turns with a token that can be used once, and keep those of others', async () => {
  const sources = await Promise.all(['r', 'r', 'q'].map((token) => source(token)));
  await Promise.all(sources.map(({ fetched }) => fetched(10)));
  expect(refused).toEqual([]);
  expect(newest).toEqual(
    new Map([
      ['r', 'r+20'],
      ['q', 'q+10'],
    ]),
  );
  expect((await kept()).sort()).toEqual(['q+10', 'r+20']);
  expect((await readdir(folder)).sort()).toEqual(['tokens.json']);
  await Promise.all(sources.map(({ close }) => close()));
});

test('so do two processes', async () => {
  const started = await Promise.all([program('r', 'one'), program('r', 'two'), program('q', 'other')]);
  const ends = await Promise.all(started.map(({ ended }) => ended));
  expect(ends).toEqual(started.map(() => expect.objectContaining({ code: 0, stderr: '' })));
  expect(refused).toEqual([]);
  expect((await kept()).sort()).toEqual([...newest.values()].sort());
  expect(newest.get('r')).toBe('r+24');
});

test("a process that was killed while it fetched a token is in nobody's way", async () => {
  const asked = Promise.withResolvers<void>();
  stuck = asked.resolve;
  const { child } = await program('r', 'one');
  await asked.promise;
  child.kill('SIGKILL');
  await once(child, 'close');
  stuck = undefined;
  await writeFile(join(folder, 'tokens.json.new'), '{"half');
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const next = await source('r', { clock });
  await next.fetched(2);
  await next.close();
  expect(await kept()).toEqual(['r+2']);
});
