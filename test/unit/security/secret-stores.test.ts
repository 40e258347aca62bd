import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as age from 'age-encryption';
import { secretReader } from '../../../core/security/secret-stores/index.js';
import { startVault, type VaultSimulator } from '../../simulators/vault/server.js';
import { openSecretsManager, type TestSecretsManager } from '../../support/secrets-manager.js';

const VALUE = 'value-that-nobody-reads';
let folder: string;
let vault: VaultSimulator;
let aws: TestSecretsManager;
let before: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-secrets-'));
  [vault, aws] = await Promise.all([startVault(), openSecretsManager()]);
  before = { ...process.env };
  // The client of AWS reads the environment of its process.
  Object.assign(process.env, aws.env);
});
afterAll(async () => {
  process.env = before;
  await Promise.all([vault.close(), aws.close(), rm(folder, { recursive: true, force: true })]);
});

const read = (env: Record<string, string>, reference: string) => secretReader(env, folder).read(reference);
const refused = async (env: Record<string, string>, reference: string) => {
  const error: any = await read(env, reference).then(
    () => ({ message: 'it was read' }),
    (thrown: unknown) => thrown,
  );
  expect(JSON.stringify([error.message, error.details])).not.toContain(VALUE);
  return `${error.kind}: ${error.message}`;
};

describe('Vault', () => {
  const env = () => ({ VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token });

  it('gives the newest version of a field', async () => {
    const reader = secretReader(env(), folder);
    vault.put('secret/braze', { api_key: 'one' });
    expect(await reader.read('vault:secret/braze#api_key')).toBe('one');
    vault.put('secret/braze', { api_key: 'two' });
    expect(await reader.read('vault:secret/braze#api_key')).toBe('two');
    expect(await reader.read('vault:secret/data/braze#api_key')).toBe('two');
  });

  it('logs in by AppRole, and once more where that login is over', async () => {
    vault.put('secret/braze', { api_key: VALUE });
    const { roleId, secretId } = vault.approle;
    const reader = secretReader(
      { VAULT_ADDR: vault.url, VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId, VAULT_NAMESPACE: 'team' },
      folder,
    );
    expect(await reader.read('vault:secret/braze#api_key')).toBe(VALUE);
    vault.revokeLogins();
    expect(await reader.read('vault:secret/braze#api_key')).toBe(VALUE);
    expect(vault.asked.at(-1)).toBe('team GET secret/data/braze');
  });

  it('takes a token from a file that an agent keeps fresh', async () => {
    const file = join(folder, 'token');
    const reader = secretReader({ VAULT_ADDR: vault.url, VAULT_TOKEN_FILE: file }, folder);
    await writeFile(file, 'hvs.old\n');
    await expect(reader.read('vault:secret/braze#api_key')).rejects.toMatchObject({ kind: 'auth' });
    await writeFile(file, `${vault.token}\n`);
    expect(await reader.read('vault:secret/braze#api_key')).toBe(VALUE);
  });

  it('says what is wrong by the reference and never by the value', async () => {
    vault.put('secret/braze', { api_key: VALUE, nested: { more: 1 } });
    expect(await refused(env(), 'vault:secret/brase#api_key')).toBe(
      'config: ${vault:secret/brase#api_key} is not there: Vault has no such secret, or it was deleted',
    );
    expect(await refused(env(), 'vault:secret/braze#key')).toContain('has no text in the field "key"');
    expect(await refused(env(), 'vault:secret/braze')).toContain('name a field of it after #');
    expect(await refused(env(), 'vault:secret/../sys#key')).toContain('must be written as MOUNT/PATH#FIELD');
    expect(await refused({ ...env(), VAULT_TOKEN: 'hvs.wrong' }, 'vault:secret/braze#api_key')).toMatch(
      /^auth: .*refused/,
    );
    expect(await refused({ VAULT_ADDR: vault.url }, 'vault:secret/braze#api_key')).toMatch(
      /^config: .*needs VAULT_TOKEN/,
    );
    expect(await refused({ VAULT_ADDR: 'http://vault.example.org' }, 'vault:a/b#c')).toMatch(/^config: .*https/);
    expect(await refused({ VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: 't' }, 'vault:a/b#c')).toMatch(
      /^transient: .*ECONNREFUSED/,
    );
    const role = { VAULT_ADDR: vault.url, VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: 's' };
    expect(await refused(role, 'vault:secret/braze#api_key')).toMatch(/^auth: .*does not take VAULT_ROLE_ID/);
    vault.seal(true);
    expect(await refused(env(), 'vault:secret/braze#api_key')).toMatch(/^transient: .*sealed/);
    vault.seal(false);
  });
});

describe('AWS Secrets Manager', () => {
  it('gives a text, or a field of its JSON, as it is now', async () => {
    const reader = secretReader(aws.env, folder);
    await aws.put('tributary/plain', 'one');
    await aws.put('tributary/braze', JSON.stringify({ api_key: VALUE, port: 22 }));
    expect(await reader.read('aws:tributary/plain')).toBe('one');
    expect(await reader.read('aws:tributary/braze#api_key')).toBe(VALUE);
    expect(await reader.read('aws:tributary/braze#port')).toBe('22');
    await aws.put('tributary/plain', 'two');
    expect(await reader.read('aws:tributary/plain')).toBe('two');
  });

  it('says what is wrong by the reference and never by the value', async () => {
    await aws.put('tributary/plain', VALUE);
    expect(await refused(aws.env as Record<string, string>, 'aws:tributary/nothing')).toMatch(
      /^config: \$\{aws:tributary\/nothing\} is not there/,
    );
    expect(await refused(aws.env as Record<string, string>, 'aws:tributary/plain#key')).toMatch(
      /^config: .*is no JSON/,
    );
  });
});

describe('a file that age has encrypted', () => {
  it('gives fields of YAML, armored or not, for the identities that may read it', async () => {
    const identity = await age.generateIdentity();
    const encrypter = new age.Encrypter();
    encrypter.addRecipient(await age.identityToRecipient(identity));
    const bytes = await encrypter.encrypt(`braze:\n  api_key: ${VALUE}\nplain: 007\n`);
    await writeFile(join(folder, 'secrets.yaml.age'), bytes);
    await writeFile(join(folder, 'armored.age'), age.armor.encode(bytes));
    await writeFile(join(folder, 'identity.txt'), `# created: today\n${identity}\n`);
    const env = { AGE_IDENTITY_FILE: join(folder, 'identity.txt') };
    expect(await read(env, 'age:./secrets.yaml.age#braze.api_key')).toBe(VALUE);
    expect(await read(env, 'age:armored.age#braze.api_key')).toBe(VALUE);
    expect(await refused(env, 'age:secrets.yaml.age#braze')).toContain('has no text in the field');
    expect(await refused(env, 'age:nothing.age#a')).toContain('ENOENT');
    await writeFile(join(folder, 'other.txt'), `${await age.generateIdentity()}\n`);
    expect(await refused({ AGE_IDENTITY_FILE: join(folder, 'other.txt') }, 'age:armored.age#braze.api_key')).toMatch(
      /^auth: .*cannot be decrypted/,
    );
    const changed = Buffer.from(bytes);
    changed[changed.length - 1]! ^= 1;
    await writeFile(join(folder, 'changed.age'), changed);
    expect(await refused(env, 'age:changed.age#braze.api_key')).toMatch(/^auth: .*or was changed/);
    expect(await refused({}, 'age:armored.age#a')).toContain('needs AGE_IDENTITY_FILE');
  });
});
