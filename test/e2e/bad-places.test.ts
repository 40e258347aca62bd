import { once } from 'node:events';
import { chmod, chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { canMount, smallDisk } from '../support/disk.js';
import { stopTestServer, testServer } from '../support/postgres.js';
import { atProbe, csvConnection, newProject, type Project } from './project.js';

let project: Project;

beforeAll(async () => {
  project = await newProject(csvConnection('primary_key: [id]'));
  await project.write('data/a.csv', 'id,note\n1,a\n');
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

const withHost = (url: string, change: (url: URL) => void) => {
  const changed = new URL(url);
  change(changed);
  return changed.href;
};
/** Nothing listens on the first port. */
const NOBODY = 'postgres://someone:geheim@127.0.0.1:1/nowhere';

test('an unreachable warehouse is told without its password', async () => {
  const { code, stdout, stderr } = await project.run(['sync', 'daily'], { env: { WAREHOUSE_URL: NOBODY } });
  expect(code).toBe(5);
  expect(stdout).toMatch(/^run [0-9a-f-]{36}: failed/m);
  expect(stderr).toContain('error (transient) in connection "daily"');
  expect(stderr).toContain('the connection failed (ECONNREFUSED)');
  expect(stderr).toContain('next: Check that the server of the destination is up');
  expect(stdout + stderr).not.toContain('geheim');
});

test('check tells the same, and goes on with the others', async () => {
  const { code, stdout, stderr } = await project.run(['check'], { env: { WAREHOUSE_URL: NOBODY } });
  expect(code).toBe(5);
  expect(stdout).toMatch(/^source +exports +ok$/m);
  expect(stdout).toMatch(/^destination +warehouse +failed$/m);
  expect(stderr).toContain('ECONNREFUSED');
});

test('Ctrl-C while check waits for a server that says nothing ends with 130', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const checking = project.start(['check', 'warehouse'], {
    env: { WAREHOUSE_URL: `postgres://x:y@127.0.0.1:${port}/z` },
  });
  const [socket] = (await once(silent, 'connection')) as [Socket];
  checking.child.kill('SIGINT');
  const { code, signal, stdout } = await checking.ended;
  socket.destroy();
  silent.close();
  expect({ code, signal, stdout }).toEqual({ code: 130, signal: null, stdout: '' });
});

test('a wrong password is exit code 4', async () => {
  const wrong = withHost(project.warehouseUrl, (url) => (url.password = 'geheim'));
  const { code, stderr } = await project.run(['check', 'warehouse'], { env: { WAREHOUSE_URL: wrong } });
  expect(code).toBe(4);
  expect(stderr).toContain('error (auth)');
  expect(stderr).toContain('next: Check user and password of the destination.');
  expect(stderr).not.toContain('geheim');
});

test('a database that is not there is a fault of the configuration', async () => {
  const wrong = withHost(project.warehouseUrl, (url) => (url.pathname = '/nowhere'));
  const { code, stderr } = await project.run(['check', 'warehouse'], { env: { WAREHOUSE_URL: wrong } });
  expect(code).toBe(3);
  expect(stderr).toContain('next: Create the database, or correct its name in the url.');
});

test('an unreachable store is told before anything runs', async () => {
  await project.configure(csvConnection('primary_key: [id]'));
  const file = await project.write(
    'no-store.yaml',
    `version: 1\nproject: { name: x, timezone: UTC }\nstore: ${NOBODY}\ndestinations: { warehouse: { connector: postgres, config: { url: "\${env:WAREHOUSE_URL}" } } }\n${csvConnection()}`,
  );
  const { code, stdout, stderr } = await project.run(['sync', 'daily', '--config', file]);
  expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
  expect(stderr).toContain('Check that the server of `store` is up');
  expect(stderr).not.toContain('geheim');
});

test('a file that the user may not read is exit code 4, and names it', async () => {
  const file = await project.write('data/b.csv', 'id,note\n2,b\n');
  await chmod(file, 0o000);
  // Root may read everything, so the process gives its rights away once it has begun.
  const node = process.getuid?.() === 0 ? atProbe('after_fence', 'process.seteuid(65534);') : [];
  await chmod(project.folder, 0o755);
  const { code, stderr } = await project.run(['sync', 'daily'], { node });
  await rm(file);
  expect(code).toBe(4);
  expect(stderr).toContain('error (auth) in connection "daily"');
  expect(stderr).toContain('data/b.csv');
  expect(stderr).toContain('next: Give the user that runs Tributary the right to read it.');
});

test('a place that cannot be written is told with its path, by init', async () => {
  const file = await project.write('taken', '');
  const below = await project.run(['init', '--config', join(file, 'mine.yaml')]);
  expect({ code: below.code, stdout: below.stdout }).toEqual({ code: 3, stdout: '' });
  expect(below.stderr).toMatch(/error \(config\): .*taken\/mine\.yaml cannot be written \(\w+\)\./);
  expect(below.stderr).toContain('next: A part of the path is a file: give another folder.');
  expect(below.stderr).not.toContain('    at ');
});

(canMount ? test : test.skip)('a full disk of the user is told as such, by init', async () => {
  const disk = await smallDisk('1m');
  try {
    const whole = Buffer.alloc(2 << 20);
    await expect(writeFile(join(disk.path, 'filler'), whole)).rejects.toMatchObject({ code: 'ENOSPC' });
    const { code, stderr } = await project.run(['init', '--config', join(disk.path, 'mine.yaml')]);
    expect(code).toBe(3);
    expect(stderr).toContain('mine.yaml cannot be written (ENOSPC).');
    expect(stderr).toContain('next: The disk is full');
  } finally {
    await disk.remove();
  }
});

// What the driver then says is also tested with the destination.
(canMount ? test : test.skip)(
  'a full disk at the destination is exit code 6, and the next run goes on where it stopped',
  async () => {
    const disk = await smallDisk('24m');
    const { adminUrl } = await testServer();
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    const small = await newProject(csvConnection('primary_key: [id]'));
    const database = new URL(small.warehouseUrl).pathname.slice(1);
    try {
      const { rows } = await admin.query('SHOW data_directory');
      const { uid, gid } = await stat(rows[0].data_directory);
      await chmod(disk.path, 0o755);
      await mkdir(join(disk.path, 'tables'));
      await chown(join(disk.path, 'tables'), uid, gid);
      await admin.query(`CREATE TABLESPACE small LOCATION '${join(disk.path, 'tables')}'`);
      await admin.query(`ALTER DATABASE ${database} SET default_tablespace = small`);
      await small.write('data/1.csv', 'id,note\n1,a\n');
      expect((await small.run(['sync', 'daily'])).code).toBe(0);
      const lines = Array.from({ length: 60_000 }, (_, id) => `${id + 2},${'x'.repeat(300)}`);
      await small.write('data/2.csv', `id,note\n${lines.join('\n')}\n`);
      const filler = join(disk.path, 'filler');
      await writeFile(filler, Buffer.alloc(12 << 20));
      const full = await small.run(['sync', 'daily']);
      expect(full.code).toBe(6);
      expect(full.stderr).toContain('error (destination) in connection "daily", stream "engagement"');
      expect(full.stderr).toContain('next: Free space on the database server');
      expect(await small.rows('SELECT count(*)::int AS n FROM raw.engagement')).toEqual([{ n: 1 }]);
      await rm(filler);
      await small.write('data/2.csv', `id,note\n${lines.slice(0, 5_000).join('\n')}\n`);
      const after = await small.run(['sync', 'daily']);
      expect({ code: after.code, stderr: after.stderr }).toEqual({ code: 0, stderr: '' });
      expect(await small.rows('SELECT count(*)::int AS n FROM raw.engagement')).toEqual([{ n: 5_001 }]);
    } finally {
      await small.remove();
      await admin.query('DROP TABLESPACE IF EXISTS small');
      await admin.end();
      await disk.remove();
    }
  },
);
