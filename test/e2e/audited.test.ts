import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStore, type Store } from '../../core/persistence/index.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** Whatever shall be in the audit log, by the command line; what the API does, and looks at single members, are in access.test.ts
 * and login.test.ts. */

const SECRET = 'hook-secret-that-nobody-reads';
const KEY = 'member-key-that-nobody-reads';
const config = (hook: string, roles: string, extra = '') => `keys: { member_key: "\${env:MEMBER_KEY}" }
access:
  public_url: "http://localhost:8080"
  oidc: { issuer: "http://localhost:1", client_id: t, client_secret: "\${env:OIDC_SECRET}", grants: { readers: { roles: ${roles} } } }
sources: { exports: { connector: local, config: { files: [ { stream: sends, path: ./data/*.csv, format: csv } ] } } }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { sends: {} }
    protect: { sends: { member: { tokenize: member_key } } }
${extra}alerts:
  channels: { hook: { webhook: { url: "${hook}", secret: ${SECRET} } } }
  rules: [ { when: run_failed, to: [hook] } ]
`;

let project: Project;
let hook: Receiver;
let store: Store;
const env = { MEMBER_KEY: KEY, OIDC_SECRET: 'oidc-secret-that-nobody-reads' };

beforeAll(async () => {
  hook = await startReceiver();
  project = await newProject(config(hook.url, '[viewer]'));
  await project.write('data/a.csv', 'member,n\nm1,1\n');
  store = await openStore(project.storeUrl);
});
afterAll(async () => {
  await store?.close();
  await hook.close();
  await project.remove();
  await stopTestServer();
});

/** In their order. */
async function entries(action: string) {
  const found = await store.audit.list({ action, limit: 100 });
  return found.map(({ detail, ...entry }) => ({ ...entry, detail: JSON.parse(detail) })).toReversed();
}

test('a manual run, with the references of the secrets that it uses and nothing that they stand for', async () => {
  const { run } = await project.data(['sync', 'daily'], { env });
  expect(await entries('sync')).toMatchObject([{ object: 'daily', outcome: 'allowed' }]);
  expect(await entries('secrets.use')).toMatchObject([
    { object: 'daily', detail: { run, references: ['env WAREHOUSE_URL', 'env MEMBER_KEY'] } },
  ]);
});

test('a change of the configuration with what differs, secrets masked, and of roles once more by themselves', async () => {
  const [first] = await entries('configuration.change');
  expect(first!.detail).toEqual({ first: true, values: expect.any(Number) });
  const other = '  other: { source: exports, destination: warehouse, schema: raw_other, streams: { sends: {} } }\n';
  await project.configure(config(hook.url, '[viewer, phi]', other).replace(SECRET, '"${env:HOOK_SECRET}"'));
  const withHook = { env: { ...env, HOOK_SECRET: SECRET } };
  await project.data(['pause', 'daily'], withHook);
  const [, second, ...more] = await entries('configuration.change');
  expect(more).toEqual([]);
  expect(second).toMatchObject({ object: project.config, outcome: 'allowed' });
  expect(second!.detail.changes).toEqual(
    expect.arrayContaining([
      { path: 'access.oidc.grants.readers.roles[1]', to: '"phi"' },
      {
        path: 'alerts.channels.hook.webhook.secret',
        from: '"***(written in the file)"',
        to: '"***(env HOOK_SECRET, set)"',
      },
      { path: 'connections.other.schema', to: '"raw_other"' },
    ]),
  );
  expect(await entries('roles.change')).toMatchObject([
    { object: 'access.oidc.grants', detail: { changes: [{ path: 'access.oidc.grants.readers.roles[1]' }] } },
  ]);
  // Nothing has changed since.
  await project.data(['resume', 'daily'], withHook);
  expect(await entries('configuration.change')).toHaveLength(2);
  await project.configure(config(hook.url, '[viewer]'));
});

test.each([
  ['an edit of state', ['state', 'reset', 'daily', '--yes'], 'state.reset', 'daily'],
  [
    'a token, which is a role that somebody gets',
    ['tokens', 'create', 'nightly', '--role', 'viewer'],
    'tokens.create',
    'nightly',
  ],
  ['a reading of the log itself', ['audit', 'verify'], 'audit.verify', ''],
])('%s', async (_what, args, action, object) => {
  await project.data(args, { env });
  expect((await entries(action)).at(-1)).toMatchObject({ action, object, outcome: 'allowed' });
});

test('a run that could not begin was asked for, too', async () => {
  expect((await project.run(['sync', 'nothing'], { env })).code).toBe(3);
  expect((await entries('sync')).at(-1)).toMatchObject({ object: 'nothing' });
});

test('no entry holds a secret, and the whole log holds', async () => {
  const all = JSON.stringify(await store.audit.list({ limit: 1_000 }));
  for (const secret of [SECRET, ...Object.values(env)]) expect(all).not.toContain(secret);
  expect(await project.data(['audit', 'verify'], { env })).toMatchObject({ flaws: [] });
});
