import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/**
 * As much of HashiCorp Vault's HTTP API as reading secrets needs: KV version 2 and AppRole, as developer.hashicorp.com describes
 * them (seen 2026-11-29): `GET /v1/MOUNT/data/PATH` answers `data.data`, 404 with no errors, 403 "permission denied", 503 when sealed.
 */
export interface VaultSimulator {
  readonly url: string;
  readonly token: string;
  readonly approle: { readonly roleId: string; readonly secretId: string };
  /** What was asked for, with the namespace. */
  readonly asked: string[];
  put(path: string, data: Readonly<Record<string, unknown>>): void;
  seal(isSealed: boolean): void;
  /** Ends every token that AppRole gave. */
  revokeLogins(): void;
  close(): Promise<void>;
}

export async function startVault(): Promise<VaultSimulator> {
  const secrets = new Map<string, { version: number; data: Readonly<Record<string, unknown>> }>();
  const asked: string[] = [];
  const token = 'hvs.root-of-a-test';
  const approle = { roleId: 'role-of-a-test', secretId: 'secret-id-of-a-test' };
  const logins = new Set<string>();
  let isSealed = false;
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const path = request.url!.replace(/^\/v1\//, '');
    asked.push(`${String(request.headers['x-vault-namespace'] ?? '')} ${request.method} ${path}`.trim());
    if (isSealed) return send(503, { errors: ['Vault is sealed'] });
    if (path === 'auth/approle/login') {
      const given = (await json(request)) as { role_id?: string; secret_id?: string };
      if (given.role_id !== approle.roleId || given.secret_id !== approle.secretId)
        return send(400, { errors: ['invalid role or secret ID'] });
      const client_token = `hvs.login-${logins.size + 1}`;
      logins.add(client_token);
      return send(200, { auth: { client_token, lease_duration: 3600, renewable: true } });
    }
    const given = String(request.headers['x-vault-token'] ?? '');
    if (given !== token && !logins.has(given)) return send(403, { errors: ['permission denied'] });
    const secret = secrets.get(path);
    if (secret === undefined) return send(404, { errors: [] });
    send(200, { data: { data: secret.data, metadata: { version: secret.version, destroyed: false } } });
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    approle,
    asked,
    put(path, data) {
      const [mount, ...rest] = path.split('/');
      const at = `${mount}/data/${rest.join('/')}`;
      secrets.set(at, { version: (secrets.get(at)?.version ?? 0) + 1, data });
    },
    seal: (sealed) => void (isSealed = sealed),
    revokeLogins: () => logins.clear(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
