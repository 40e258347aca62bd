import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordTrial, replayTrial } from '../../../../connectors/rest/trial.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';

const signal = new AbortController().signal;
let api: ScriptedApi;
let place: string;
beforeEach(async () => {
  api = await scriptedApi(() => ({ body: [{ id: 1 }] }));
  place = await mkdtemp(join(tmpdir(), 'tributary-clock-'));
});
afterEach(async () => {
  await api.close();
  await rm(place, { recursive: true });
});

/** Records a stream whose requester has this beside its address, and reads it again later. */
async function replayed(requester: string, { secrets = {}, spec = '' }: { secrets?: object; spec?: string } = {}) {
  const manifest = join(place, 'm.yaml');
  await writeFile(
    manifest,
    `version: 7.0.0
check: { stream_names: [a] }
${spec}
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      requester: { type: HttpRequester, url_base: "${api.url}", path: a, ${requester} }
      record_selector: { extractor: { field_path: [] } }
`,
  );
  const config = { manifest, secrets, allow: ['loopback'] };
  const trial = await recordTrial({ config, limit: 5, signal, baseFolder: place }, join(place, 'kept'));
  expect(trial.fault).toBeNull();
  const { now } = JSON.parse(await readFile(join(place, 'kept/recording.json'), 'utf8')) as { now: string };
  // Whatever reads the clock of the machine gets another answer from now on.
  while (Date.now() <= Date.parse(now) + 1) await new Promise(setImmediate);
  const asked = api.seen.length;
  expect(await replayTrial(join(place, 'kept'), place, signal)).toMatchObject({ records: 1, differences: [] });
  expect(api.seen).toHaveLength(asked);
  return { now, asked: api.seen.at(-1)! };
}

test.each([
  "now_utc().strftime('%Y-%m-%dT%H:%M:%S.%f')",
  "day_delta(0, '%Y-%m-%dT%H:%M:%S.%f')",
  "now_utc().utcnow().isoformat(timespec='microseconds')",
  "now_utc().now().isoformat(timespec='microseconds')",
  "now_utc().today().isoformat(timespec='microseconds')",
])('a request that tells the time by %s is read again from its recording', async (expression) => {
  const { now, asked } = await replayed(`request_parameters: { at: "{{ ${expression} }}" }`);
  expect(asked.query).toEqual([['at', `${now.slice(0, -1)}000`]]);
});

test('so is one whose names tell it, or what the configuration becomes', async () => {
  const spec = `spec:
  connection_specification: { type: object, properties: {} }
  config_normalization_rules: { transformations: [{ type: ConfigAddFields, fields: [{ path: [at], value: "{{ now_utc().isoformat(timespec='microseconds') }}" }] }] }`;
  const { now, asked } = await replayed(
    `request_headers: { "X-{{ now_utc().strftime('%f') }}": "of {{ config['at'] }}" }`,
    { spec },
  );
  expect(asked.headers[`x-${now.slice(20, 23)}000`]).toBe(`of ${now.slice(0, -1)}000+00:00`);
});

describe('a request with a signed token is read again, though no recording has the key', () => {
  const authenticator = (key: string, algorithm: string) =>
    `authenticator: { type: JwtAuthenticator, algorithm: ${algorithm}, secret_key: "${key}", jwt_payload: { iss: ann }, request_option: { type: RequestOption, inject_into: request_parameter, field_name: j } }`;
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

  test.each([
    ['HS256', "{{ config['key'] }}", 'a-key-to-sign-by'],
    ['RS256', "{{ config['key'] }}", pem],
    [
      'RS256',
      "{{ json_loads(config['key'])['private_key'] }}",
      JSON.stringify({ type: 'service_account', private_key: pem }),
    ],
  ])('%s, %s', async (algorithm, key, secret) => {
    await replayed(authenticator(key, algorithm), { secrets: { key: secret } });
    const kept = await readFile(join(place, 'kept/recording.json'), 'utf8');
    expect(kept).not.toMatch(/PRIVATE KEY|a-key-to-sign-by/);
  });
});
