import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { snowflake } from '../../../../destinations/snowflake/snowflake.destination.js';
import { defaultUser, startSnowflakeSimulator, type SnowflakeSimulator } from '../../../simulators/snowflake/server.js';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: typeof keys) => key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const sealed = (key: typeof keys) =>
  key.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'a phrase' }).toString();

let account: SnowflakeSimulator;
beforeAll(async () => {
  account = await startSnowflakeSimulator({
    users: [{ ...defaultUser, publicKeys: [pem(keys), pem(next)] }],
    oauthTokens: { 'a-token': defaultUser.name },
  });
});
afterAll(() => account.close());

const check = (config: object) =>
  snowflake.check(
    snowflake.config.parse({
      account: account.account,
      endpoint: account.url,
      username: defaultUser.name,
      warehouse: 'LOADING',
      database: 'ANALYTICS',
      ...config,
    }),
    { signal: new AbortController().signal, baseFolder: '/' },
  );
const password = defaultUser.password!;

it('logs in by password, OAuth token, and either of two keys, of which one has a passphrase', async () => {
  await check({ password });
  await check({ username: undefined, oauth_token: 'a-token' });
  await check({ private_key: sealed(keys), passphrase: 'a phrase' });
  await check({ private_key: next.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
});

it.each([
  ['a wrong password', { password: 'wrong-password' }, 'auth', /password/],
  ['a wrong token', { username: undefined, oauth_token: 'another-token' }, 'auth', /token/i],
  [
    'a key that is not the user’s',
    {
      private_key: generateKeyPairSync('rsa', { modulusLength: 2048 })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    },
    'auth',
    /JWT/,
  ],
  ['a sealed key without its passphrase', { private_key: sealed(keys) }, 'config', /private_key/],
  ['a warehouse that is not there', { password, warehouse: 'NOWHERE' }, 'config', /warehouse "NOWHERE"/],
  ['a database that is not there', { password, database: 'NOWHERE' }, 'config', /database "NOWHERE"/],
])('tells %s, without the secret', async (_what, config, kind, message) => {
  const error = (await check(config).catch((reason: unknown) => reason)) as Error;
  expect(error).toMatchObject({ kind, message: expect.stringMatching(message) });
  expect(JSON.stringify([error, String(error.cause)])).not.toMatch(/wrong-password|another-token|PRIVATE KEY/);
});
