import { spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { spoolFolder } from '../../../../destinations/snowflake/spool.js';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tributary-spool-test-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const RECORD = Buffer.from('jane.doe@example.com,1980-01-01\n');
const onLinux = process.platform === 'linux' ? test : test.skip;

/** All that has a name below a folder, with what it is. */
async function named(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => [entry.name, entry.isSymbolicLink()]);
}

onLinux(
  'no byte of a file is ever where somebody could open it by a name, and nobody else may enter its folder',
  async () => {
    const spool = await spoolFolder(parent);
    const file = await spool.open('stg_1.csv.gz');
    // Before the first byte is written it has no name any more, but a link to what this process holds open.
    expect(await named(parent)).toEqual([['stg_1.csv.gz', true]]);
    expect(await readlink(file.path)).toMatch(new RegExp(`^/proc/${process.pid}/fd/\\d+$`));
    expect(await stat(file.path)).toMatchObject({ size: 0, nlink: 0 });
    await file.write(RECORD);
    await file.end();
    const { mode, nlink, size } = await stat(file.path);
    expect([mode & 0o777, nlink, size]).toEqual([0o600, 0, file.bytes]);
    expect(gunzipSync(await readFile(file.path))).toEqual(RECORD);
    expect(await named(parent)).toEqual([['stg_1.csv.gz', true]]);
    const [folder] = await readdir(parent);
    expect((await lstat(join(parent, folder!))).mode & 0o777).toBe(0o700);
    await file.remove();
    await spool.remove();
    expect(await readdir(parent)).toEqual([]);
  },
);

test('what a process that was killed has left is removed by the next one, and what others use is not', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const own = `tributary-load-${hostname().replaceAll(/[^A-Za-z0-9.]/g, '')}`;
  const left = [`${own}-${dead}-aaaaaa`, `${own}-${process.pid}-bbbbbb`];
  const kept = [`${own}-${process.ppid}-cccccc`, 'tributary-load-elsewhere-1-dddddd', 'other'];
  for (const name of [...left, ...kept]) {
    await mkdir(join(parent, name));
    await writeFile(join(parent, name, 'stg_1.csv.gz'), RECORD);
  }
  const used = await spoolFolder(parent);
  const file = await used.open('stg_2.csv.gz');
  const spool = await spoolFolder(parent);
  const names = await readdir(parent);
  expect(names).toEqual(expect.arrayContaining(kept));
  expect(names.filter((name) => left.includes(name))).toEqual([]);
  expect(names.length).toBe(kept.length + 2);
  await file.remove();
  await used.remove();
  await spool.remove();
});

test('encrypted copies that the driver of a killed process has left are removed after a day', async () => {
  const copy = 'stg_0123456789ab_7_0123456789abcdef_000001.csv.gz#6f1c.undefined';
  const old = new Date(Date.now() - 2 * 86_400_000);
  for (const [folder, name, at] of [
    ['tmpAAAAAA', copy, old],
    ['tmpBBBBBB', copy, new Date()],
    ['tmpCCCCCC', 'of somebody else', old],
  ] as const) {
    await mkdir(join(parent, folder));
    await writeFile(join(parent, folder, name), 'x');
    await utimes(join(parent, folder), at, at);
  }
  await (await spoolFolder(parent, parent)).remove();
  expect((await readdir(parent)).toSorted()).toEqual(['tmpBBBBBB', 'tmpCCCCCC']);
});
