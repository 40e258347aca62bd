import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverAccount } from '../../../core/persistence/embedded/account.js';
import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { asking, sayWhatIsSkipped, VERSIONS, type VersionedServer } from '../../support/postgres-versions.js';

/** Both are for `localhost`, and each is its own authority. */
const certificate = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const context = { signal: new AbortController().signal, baseFolder: '/' };
const check = (url: string) => postgres.check({ url, metadata_schema: 'tributary' }, context);

sayWhatIsSkipped('TLS');

describe.each(VERSIONS)('TLS, on $name:', ({ start }) => {
  let server: VersionedServer;
  let folder: string;
  /** By TCP, with a way of checking who answers. */
  const url = (host: string, parameters: string) => {
    const { username, password, port } = new URL(server.adminUrl);
    return `postgres://${username}:${password}@${host}:${port}/postgres?${parameters}`;
  };
  const verify = (host: string, authority: string) =>
    url(host, `sslmode=verify-full&sslrootcert=${certificate(authority)}`);

  beforeAll(async () => {
    server = await start();
    folder = mkdtempSync(join(tmpdir(), 'tributary-tls-'));
    chmodSync(folder, 0o711);
    const { uid, gid } = serverAccount();
    for (const [from, to, mode] of [
      ['localhost.pem', 'server.pem', 0o644],
      ['localhost.key', 'server.key', 0o600],
    ] as const) {
      copyFileSync(certificate(from), join(folder, to));
      chownSync(join(folder, to), uid, gid);
      chmodSync(join(folder, to), mode);
    }
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a server without it is told, and nothing is sent in the clear', async () => {
    await expect(check(verify('localhost', 'localhost.pem'))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('does not support SSL'),
    });
  });

  it('verify-full takes the right server, and neither another name nor another authority', async () => {
    await asking(server.adminUrl, async (ask) => {
      await ask(`ALTER SYSTEM SET ssl_cert_file = '${join(folder, 'server.pem')}'`);
      await ask(`ALTER SYSTEM SET ssl_key_file = '${join(folder, 'server.key')}'`);
      await ask('ALTER SYSTEM SET ssl = on');
      await ask('SELECT pg_reload_conf()');
      while ((await ask<{ ssl: string }>('SHOW ssl'))[0]?.ssl !== 'on')
        await new Promise((resolve) => setImmediate(resolve));
    });
    await check(verify('localhost', 'localhost.pem'));
    const sql = await postgres.sql!(
      { url: verify('localhost', 'localhost.pem'), metadata_schema: 'tributary' },
      { readOnly: true, ...context },
    );
    expect(await sql.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
    await sql.close();
    // Another way to write 127.0.0.1, which the certificate does not hold.
    await expect(check(verify('127.1', 'localhost.pem'))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/127\.1.*not.*cert/i),
      details: { hint: expect.stringContaining('sslmode') },
    });
    await expect(check(verify('localhost', 'renewed.pem'))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('certificate'),
      details: { hint: expect.stringContaining('sslmode') },
    });
    await expect(check(url('localhost', 'sslmode=verify-full'))).rejects.toMatchObject({ kind: 'config' });
  });

  it('a stop reaches the server by TLS too', async () => {
    const stop = new AbortController();
    const sql = await postgres.sql!(
      { url: verify('localhost', 'localhost.pem'), metadata_schema: 'tributary' },
      { ...context, readOnly: true, signal: stop.signal },
    );
    await asking(server.adminUrl, async (ask) => {
      const asked = sql.query('SELECT pg_sleep(600)');
      asked.catch(() => undefined);
      const sleeping = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'`;
      while ((await ask(sleeping)).length === 0) await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      await expect(asked).rejects.toMatchObject({ details: { cause: { code: '57014' } } });
    });
    await sql.close();
  });

  it('a file of certificates that is not there is named', async () => {
    await expect(check(url('localhost', 'sslmode=verify-full&sslrootcert=/nowhere/ca.pem'))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('/nowhere/ca.pem'),
    });
  });
});
