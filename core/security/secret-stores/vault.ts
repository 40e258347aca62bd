import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { ConnectorError } from '../../sdk/errors.js';
import type { ReadSecret } from './index.js';

const PATIENCE_MS = 10_000;
const LOCAL = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/**
 * HashiCorp Vault and OpenBao, the engine KV version 2, by HTTP. As their own program they take `VAULT_ADDR`, `VAULT_NAMESPACE`,
 * `VAULT_CACERT`, and `VAULT_TOKEN`, or `VAULT_TOKEN_FILE`, which an agent keeps fresh, or `VAULT_ROLE_ID` and `VAULT_SECRET_ID`.
 */
export function vaultSecrets(env: Readonly<Record<string, string | undefined>>): ReadSecret {
  const address = (env['VAULT_ADDR'] ?? '').replace(/\/+$/, '');
  if (!address.startsWith('https://') && !LOCAL.test(address))
    throw new ConnectorError('config', 'needs VAULT_ADDR, an https:// address (http:// only to this machine)');
  const ca = env['VAULT_CACERT'];
  const dispatcher = new Agent({
    connect: { timeout: PATIENCE_MS, ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }) },
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
  });
  let login: string | undefined;

  return async (id) => {
    const path = dataPath(id);
    let answer = await ask('GET', path, { token: await token() });
    // A token that was logged in for may be over.
    if (answer.status === 403 && login !== undefined) {
      login = undefined;
      answer = await ask('GET', path, { token: await token() });
    }
    if (answer.status === 200) {
      const { data } = (answer.body as { data?: { data?: unknown } }).data ?? {};
      if (typeof data === 'object' && data !== null) return data;
      throw new ConnectorError('config', 'is no secret of a KV engine, version 2');
    }
    throw faultOf(answer.status);
  };

  async function token(): Promise<string> {
    const { VAULT_TOKEN, VAULT_TOKEN_FILE, VAULT_ROLE_ID, VAULT_SECRET_ID } = env;
    if (VAULT_TOKEN) return VAULT_TOKEN;
    if (VAULT_TOKEN_FILE) return readFileSync(VAULT_TOKEN_FILE, 'utf8').trim();
    if (!VAULT_ROLE_ID || !VAULT_SECRET_ID)
      throw new ConnectorError(
        'config',
        'needs VAULT_TOKEN, VAULT_TOKEN_FILE, or VAULT_ROLE_ID and VAULT_SECRET_ID in the environment',
      );
    if (login !== undefined) return login;
    const body = { role_id: VAULT_ROLE_ID, secret_id: VAULT_SECRET_ID };
    const answer = await ask('POST', 'auth/approle/login', { body });
    const given = (answer.body as { auth?: { client_token?: unknown } }).auth?.client_token;
    if (answer.status !== 200 || typeof given !== 'string')
      throw answer.status === 400
        ? new ConnectorError('auth', 'cannot be read: Vault does not take VAULT_ROLE_ID and VAULT_SECRET_ID')
        : faultOf(answer.status);
    login = given;
    return given;
  }

  async function ask(
    method: 'GET' | 'POST',
    path: string,
    { token: bearer, body }: { readonly token?: string; readonly body?: object },
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    try {
      const answer = await request(`${address}/v1/${path}`, {
        method,
        dispatcher,
        headers: {
          'x-vault-request': 'true',
          ...(bearer === undefined ? {} : { 'x-vault-token': bearer }),
          ...(env['VAULT_NAMESPACE'] ? { 'x-vault-namespace': env['VAULT_NAMESPACE'] } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.statusCode, body: await answer.body.json().catch(() => ({})) };
    } catch (cause) {
      const { code, name } = cause as { code?: string; name: string };
      throw new ConnectorError('transient', `cannot be read: Vault at VAULT_ADDR does not answer (${code ?? name})`);
    }
  }
}

/** `secret/braze` is asked for at `secret/data/braze`, as `vault kv get` does; a mount of several parts is written with its `data`. */
function dataPath(id: string): string {
  const parts = id.split('/').filter((part) => part !== '');
  if (parts.length < 2 || parts.some((part) => part === '.' || part === '..'))
    throw new ConnectorError('config', 'must be written as MOUNT/PATH#FIELD');
  const whole = parts.includes('data') && parts[0] !== 'data' ? parts : [parts[0]!, 'data', ...parts.slice(1)];
  return whole.map(encodeURIComponent).join('/');
}

function faultOf(status: number): ConnectorError {
  if (status === 404) return new ConnectorError('config', 'is not there: Vault has no such secret, or it was deleted');
  if (status === 403)
    return new ConnectorError('auth', 'is refused by Vault: its token is over, or its policy does not give this path');
  if (status === 503) return new ConnectorError('transient', 'cannot be read: Vault is sealed or in standby');
  return new ConnectorError('transient', `cannot be read: Vault answered with status ${status}`);
}
