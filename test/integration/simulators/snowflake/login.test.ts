import { generateKeyPairSync } from 'node:crypto';
import { defaultUser, startSnowflakeSimulator, type SnowflakeSimulator } from '../../../simulators/snowflake/server.js';
import { connectSnowflake } from '../../../support/snowflake.js';

const keyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
const [current, next, foreign] = [keyPair(), keyPair(), keyPair()];
let simulator: SnowflakeSimulator;
const login = async (options: Parameters<typeof connectSnowflake>[1]) => {
  const session = await connectSnowflake(simulator, options);
  const [[who]] = await session.values("SELECT CURRENT_USER() || '/' || CURRENT_ROLE()");
  await session.close();
  return who;
};
const byKey = (privateKey: string, more = {}) =>
  login({ authenticator: 'SNOWFLAKE_JWT', privateKey, password: undefined, ...more });

beforeAll(async () => {
  simulator = await startSnowflakeSimulator({
    users: [
      { ...defaultUser, publicKeys: [current.publicKey, next.publicKey] },
      { name: 'OTHER', publicKeys: [foreign.publicKey], roles: ['READER'] },
    ],
    oauthTokens: { 'good-token': 'OTHER' },
  });
});
afterAll(() => simulator.close());

describe('logins of the simulated Snowflake', () => {
  it('takes a key pair, also the second key while it is rotated', async () => {
    expect(await byKey(current.privateKey)).toBe('TRIBUTARY/SYSADMIN');
    expect(await byKey(next.privateKey)).toBe('TRIBUTARY/SYSADMIN');
  });
  it('refuses the key of another, and a key for another account', async () => {
    await expect(byKey(foreign.privateKey)).rejects.toMatchObject({ code: '390144' });
    await expect(byKey(current.privateKey, { account: 'elsewhere' })).rejects.toMatchObject({ code: '390144' });
  });
  it('takes a password and an OAuth token, and refuses wrong ones', async () => {
    expect(await login({})).toBe('TRIBUTARY/SYSADMIN');
    expect(await login({ authenticator: 'OAUTH', token: 'good-token', role: undefined })).toBe('OTHER/READER');
    await expect(login({ password: 'wrong' })).rejects.toMatchObject({ code: '390100' });
    await expect(login({ authenticator: 'OAUTH', token: 'bad-token' })).rejects.toMatchObject({ code: '390303' });
  });
  it('refuses a role that the user lacks', async () => {
    await expect(login({ role: 'ACCOUNTADMIN' })).rejects.toMatchObject({ code: '390189' });
  });
  it('lets a session in without a database or warehouse that does not exist, which fails only when it is needed', async () => {
    const session = await connectSnowflake(simulator, { database: 'NOPE', warehouse: 'NOPE' });
    await expect(session.run('CREATE TABLE t (a INT)')).rejects.toMatchObject({ code: '090105' });
    await session.run('USE DATABASE ANALYTICS');
    await session.run('CREATE TABLE t (a INT)');
    await expect(session.run('INSERT INTO t VALUES (1)')).rejects.toMatchObject({ code: '000606' });
    await session.close();
  });
  it('says goodbye to sessions', async () => {
    const session = await connectSnowflake(simulator);
    const before = simulator.sessions();
    await session.close();
    expect(simulator.sessions()).toBe(before - 1);
  });
});
