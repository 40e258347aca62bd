import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
// Before the host: jest does not let nest-winston require a module that is being imported.
import '../../core/api/index.js';
import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation, type Installation } from '../../core/app/installation.js';
import type { Host } from '../../core/app/main.js';
import { defaultApiKey, startBrazeSimulator, type BrazeSimulator } from '../simulators/braze/server.js';
import { ask } from '../support/host.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** A source that is not in the configuration: tried by the host, and written into the file. */

const KEY = defaultApiKey.key;
const CONFIG = `new_sources: { write: true }
keys: { member_key: "\${env:SOURCE_MEMBER_KEY}" }
sources:
  exports: { connector: local, config: { files: [ { stream: sends, path: ./data/*.csv, format: csv } ] } }
connections:
  daily: { source: exports, destination: warehouse, streams: { sends: {} } }   # by hand
`;

let braze: BrazeSimulator;
let project: Project;
let installation: Installation;
let host: Host;
const env: Record<string, string> = {
  SOURCE_BRAZE_KEY: KEY,
  SOURCE_WRONG_KEY: 'geheim-geheim',
  OTHER_SECRET: 'another-secret-of-the-host',
  SOURCE_MEMBER_KEY: 'a-key-of-a-test-with-letters',
};

beforeAll(async () => {
  braze = await startBrazeSimulator({ now: '2026-11-24T15:00:00Z', start: '2026-10-01', campaigns: 4 });
  project = await newProject(CONFIG);
  await project.write('data/a.csv', 'a\n1\n');
  await project.write('outside.csv', 'a_private_header\n1\n');
  await project.write('secrets/braze', `${KEY}\n`);
  await project.write('other/key', `${KEY}\n`);
  Object.assign(env, { WAREHOUSE_URL: project.warehouseUrl, TRIBUTARY_HOME: join(project.folder, 'home') });
  installation = openInstallation(await loadConfiguration(project.config, env), () => undefined);
  const { startHost } = await import('../../core/app/main.js');
  host = await startHost(installation, { host: '127.0.0.1', port: 0, worker: 0 });
});
afterAll(async () => {
  await host?.close();
  await installation?.close();
  await braze?.close();
  await project?.remove();
  await stopTestServer();
});

const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
  const all = { 'content-type': 'application/json', ...headers };
  const answer = await ask(`${host.url}/api/new-sources/${path}`, {
    method: 'POST',
    headers: all,
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: answer.body, body: JSON.parse(answer.body) };
};
const brazeWith = (api_key: string, more: object = {}) => ({
  connector: 'braze',
  config: { endpoint: braze.url, api_key, start_date: '2026-10-01', time_zone: 'America/Chicago', ...more },
});
const connection = {
  name: 'braze_daily',
  destination: 'warehouse',
  schedule: { every: '6h' },
  streams: { campaigns: {}, campaign_data_series: { sync: 'incremental' } },
};

test('the connectors are told with the schema of their settings, and which of those are secrets', async () => {
  const { body } = await ask(`${host.url}/api/connectors`);
  const { connectors, destinations, keys, references } = JSON.parse(body);
  const found = connectors.find(({ connector }: { connector: string }) => connector === 'braze');
  expect(found.config.properties.api_key).toMatchObject({ type: 'string', secret: true });
  expect([destinations, keys, references]).toEqual([['warehouse'], ['member_key'], ['env:SOURCE_*', 'file:secrets/*']]);
});

test.each(['${env:SOURCE_BRAZE_KEY}', '${file:secrets/braze}'])(
  'a source with %s is tried, and told of in the audit log',
  async (key) => {
    expect((await post('braze/check', brazeWith(key))).body).toEqual({
      ok: true,
      faults: [],
      error: null,
      untried: null,
    });
    const found = await post('braze/streams', brazeWith(key));
    expect(found.body.streams.map(({ stream }: { stream: string }) => stream)).toContain('campaign_data_series');
    expect(found.text).not.toContain(KEY);
    const { entries } = JSON.parse((await ask(`${host.url}/api/audit?action=secrets.use&limit=1`)).body);
    expect(entries[0]).toMatchObject({
      actor: 'local',
      object: 'new source braze',
      detail: { connector: 'braze', references: [key.slice(2, -1)] },
    });
  },
);

test('what trying it met is told with its next step, and without the secret', async () => {
  const { body, text } = await post('braze/check', brazeWith('${env:SOURCE_WRONG_KEY}'));
  expect(body).toMatchObject({ ok: false, error: { kind: 'auth', hint: expect.stringMatching(/key/i) } });
  expect(text).not.toContain('geheim');
});

test.each([
  ['a secret itself', 'written-down', 'config.api_key', /is a secret: give where it lies/],
  ['one with a default', '${env:SOURCE_NONE:-written-down}', 'config.api_key', /is a secret/],
  ['a variable of the host', '${env:OTHER_SECRET}', 'config.api_key', /not tried from a page.*env:SOURCE_\*/],
  ['a file elsewhere', '${file:other/key}', 'config.api_key', /not tried from a page/],
  ['a way out of the folder', '${file:secrets/../other/key}', 'config.api_key', /not tried from a page/],
  ['a secret that the file uses', '${env:SOURCE_MEMBER_KEY}', 'config.api_key', /is a secret of keys\.member_key/],
  ['a variable that is not set', '${env:SOURCE_NONE}', 'config.api_key', /SOURCE_NONE is not set/],
])('%s is not taken, and nobody is asked with it', async (_, key, path, message) => {
  braze.requests.clear();
  const { body, text } = await post('braze/check', brazeWith(key));
  expect(body).toMatchObject({ ok: false, faults: [{ path, message: expect.stringMatching(message) }], error: null });
  expect(text).not.toMatch(/written-down|another-secret/);
  expect(braze.requests.list()).toEqual([]);
});

test('settings that the connector does not take are told at their places', async () => {
  const { body } = await post('braze/check', brazeWith('${env:SOURCE_BRAZE_KEY}', { endpoint: 'braze', stat_date: 1 }));
  expect(body.faults.map(({ path }: { path: string }) => path)).toEqual(
    expect.arrayContaining(['config.endpoint', 'config']),
  );
  expect((await post('x/check', { connector: './evil.ts', config: {} })).body.faults).toMatchObject([
    { path: 'connector' },
  ]);
  expect(await post('x/check', { connector: 'braze' })).toMatchObject({
    status: 400,
    body: { detail: expect.stringMatching(/^config/) },
  });
});

test('files of the machine are looked at in the allowed folders only', async () => {
  const files = (path: string) => ({
    connector: 'local',
    config: { files: [{ stream: 'sends', path, format: 'csv' }] },
  });
  for (const path of [
    'outside.csv',
    './outside.csv',
    '/etc/passwd',
    'data/../outside.csv',
    '*/../outside.csv',
    'tributary.yaml',
  ]) {
    const { body, text } = await post('files/streams', files(path));
    expect({ path, faults: body.faults }).toMatchObject({ path, faults: [{ path: 'config.files[0].path' }] });
    expect(text).not.toContain('a_private_header');
  }
  expect((await post('files/streams', files('./data/*.csv'))).body).toMatchObject({
    ok: true,
    streams: [{ stream: 'sends' }],
  });
});

test('a connector that runs programs is neither offered nor tried', async () => {
  const { connectors } = JSON.parse((await ask(`${host.url}/api/connectors`)).body);
  const withCommand = connectors.filter(({ config }: any) => config.properties?.command !== undefined);
  expect(withCommand.map(({ connector }: any) => connector)).toEqual([]);
  const mark = join(project.folder, 'was-run');
  const draft = { connector: 'airbyte', config: { command: ['touch', mark] } };
  expect((await post('any/check', draft)).body.faults).toMatchObject([{ path: 'connector' }]);
  await expect(readFile(mark)).rejects.toThrow('ENOENT');
});

test('a REST API brings neither programs nor files of the machine with it, and names options as secrets', async () => {
  const rest = (config: object) => post('api/check', { connector: 'rest', config });
  const { body } = await rest({
    manifest: 'outside.csv',
    modules: { 'source.Flatten': './evil.js' },
    tokens_file: 'tributary.yaml',
  });
  expect(body.faults.map(({ path }: { path: string }) => path).toSorted()).toEqual([
    'config.manifest',
    'config.modules',
    'config.tokens_file',
  ]);
  const api = (bearer: string) => ({ api: { endpoint: 'https://x.invalid', auth: { bearer }, streams: {} } });
  expect((await rest(api('written-down'))).body.faults).toMatchObject([{ path: 'config.api.auth.bearer' }]);
  const withOption = { ...api("{{ config['token'] }}"), secrets: { token: '${env:SOURCE_NONE}' } };
  expect((await rest(withOption)).body.faults).toMatchObject([{ path: 'config.secrets.token' }]);
});

test('no query is sent to a destination, and its source can be written down all the same', async () => {
  const source = {
    connector: 'warehouse',
    config: { destination: 'warehouse', streams: { one: { query: 'SELECT 1' } } },
  };
  const { body } = await post('mart/streams', source);
  expect(body).toMatchObject({ ok: true, untried: expect.stringContaining('no query'), streams: [{ stream: 'one' }] });
});

test('a page of another site is refused, and what is not JSON', async () => {
  for (const headers of [{ origin: 'http://evil.example' }, { 'content-type': 'text/plain' }] as Record<
    string,
    string
  >[])
    expect([403, 415]).toContain(
      (await post('braze/add', { ...brazeWith('${env:SOURCE_BRAZE_KEY}'), connection }, headers)).status,
    );
});

test('what is made is held against the whole file before it is written, and nothing of the file moves', async () => {
  const before = await readFile(project.config, 'utf8');
  const written = (more: object) =>
    post('braze/add', { ...brazeWith('${env:SOURCE_BRAZE_KEY}'), connection: { ...connection, ...more } });
  const wrong = await written({ destination: 'nowhere', schedule: { cron: 'daily' }, schema: 'raw_daily' });
  expect(wrong.body.faults.map(({ path }: { path: string }) => path)).toEqual(
    expect.arrayContaining(['connection.destination', 'connection.schedule.cron']),
  );
  expect((await written({ name: 'daily' })).body).toMatchObject({
    is_added: false,
    faults: [{ path: 'connection.name' }],
  });
  expect(await readFile(project.config, 'utf8')).toBe(before);

  const made = await post('braze/yaml', { ...brazeWith('${env:SOURCE_BRAZE_KEY}'), connection });
  expect(made.body).toMatchObject({
    faults: [],
    missing: [],
    is_added: false,
    cannot_add: null,
    file: 'tributary.yaml',
  });
  expect(await readFile(project.config, 'utf8')).toBe(before);
  expect((await written({})).body).toMatchObject({ is_added: true, yaml: made.body.yaml });
  const after = await readFile(project.config, 'utf8');
  expect(after).toContain('  # by hand\n');
  expect(after.length).toBe(before.length + made.body.yaml.length - 'sources:\nconnections:\n'.length);
  expect((await project.run(['validate'], { env })).code).toBe(0);
  expect(await project.data(['sync', 'braze_daily'], { env })).toMatchObject({ outcome: { state: 'succeeded' } });
  expect(await project.rows('SELECT count(*)::int AS n FROM raw_braze_daily.campaigns')).toEqual([{ n: 4 }]);
  // The host has not read it yet, and the file has it.
  expect((await written({})).body).toMatchObject({ is_added: false });
});

test('a reference that the host cannot have does not keep the text from being written', async () => {
  const { body } = await post('later/yaml', {
    ...brazeWith('${env:BRAZE_API_KEY}'),
    connection: { ...connection, name: 'later_daily' },
  });
  expect(body).toMatchObject({ faults: [], missing: [{ path: 'config.api_key' }] });
  expect(body.yaml).toContain('api_key: ${env:BRAZE_API_KEY}');
});
