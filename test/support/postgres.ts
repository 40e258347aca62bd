import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedServer, openEmbedded } from '../../core/persistence/embedded/index.js';

export interface TestDatabase {
  readonly url: string;
  /** Ends its sessions and removes it. */
  drop(): Promise<void>;
}

let home: string | undefined;
let opening: Promise<EmbeddedServer> | undefined;
let made = 0;

/** The real server of this test file, started at its first use; call `stopTestServer` in `afterAll`. */
export function testServer(): Promise<EmbeddedServer> {
  opening ??= (async () => {
    home = await mkdtemp(join(tmpdir(), 'tributary-test-'));
    // The account of the server may enter it, so what root's server holds lies in it too, and goes with it.
    await chmod(home, 0o711);
    return openEmbedded({ home });
  })();
  return opening;
}

/** An empty database of its own. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  const name = `test_${++made}`;
  await query(server.adminUrl, `CREATE DATABASE ${name}`);
  return {
    url: server.url(name),
    drop: () => query(server.adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

export async function stopTestServer(): Promise<void> {
  const server = await opening?.catch(() => undefined);
  opening = undefined;
  await server?.stopNow();
  const sockets = server && new URL(server.adminUrl).searchParams.get('host');
  if (sockets) await rm(sockets, { recursive: true, force: true });
  if (home !== undefined) await rm(home, { recursive: true, force: true });
  home = undefined;
}

export async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
