import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { serverAccount } from '../../core/persistence/embedded/account.js';
import { spawnAs } from '../../core/persistence/embedded/postmaster.js';
import { freePort } from './free-port.js';

const PROGRAM = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path));

/** Why it cannot be started; undefined: it can. */
export const noPgbouncer: string | undefined =
  PROGRAM === undefined ? 'there is no pgbouncer; .ci/run installs it where Debian packages can be' : undefined;

/** PgBouncer in transaction mode before one database: a session of the server serves a client for one transaction. */
export interface Pooler {
  readonly url: string;
  close(): Promise<void>;
}

/** `size`: sessions of the server. It does not tell one client from another, so whoever connects is the user of `databaseUrl`. */
export async function startPgbouncer(databaseUrl: string, { size }: { readonly size: number }): Promise<Pooler> {
  const { port, username, password, pathname } = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), 'tributary-pgbouncer-'));
  chmodSync(folder, 0o755);
  const own = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const login = password === '' ? '' : ` password=${decodeURIComponent(password)}`;
  writeFileSync(
    file,
    `[databases]
* = host=127.0.0.1 port=${port} user=${username}${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${size}
`,
  );
  const log = openSync(join(folder, 'pgbouncer.log'), 'a');
  const child = spawnAs(serverAccount(), PROGRAM!, [file], log);
  closeSync(log);
  const url = `postgres://${username}@127.0.0.1:${own}${pathname}`;
  const ended = once(child, 'exit');
  for (let attempt = 0; !(await answers(url)); attempt += 1) {
    if (child.exitCode !== null || attempt > 200)
      throw new Error(`pgbouncer does not start: ${readFileSync(join(folder, 'pgbouncer.log'), 'utf8')}`);
    await wait(50);
  }
  return {
    url,
    async close() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
