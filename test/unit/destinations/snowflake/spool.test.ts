import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gunzipSync, inflateRawSync } from 'node:zlib';
import { BLOCK_BYTES, packingThread } from '../../../../destinations/snowflake/packing-thread.js';
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
    const file = spool.open('stg_1.csv.gz');
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
  const file = used.open('stg_2.csv.gz');
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

test('a file is one member of gzip, however large its chunks are', async () => {
  const spool = await spoolFolder(parent);
  const file = spool.open('stg_3.csv.gz');
  const chunks = [RECORD, randomBytes(2 * BLOCK_BYTES + 7), Buffer.alloc(BLOCK_BYTES, 'x')];
  for (const chunk of chunks) await file.write(chunk);
  await file.end();
  const bytes = await readFile(file.path);
  expect(file.bytes).toBe(bytes.length);
  const plain = Buffer.concat(chunks);
  expect(inflateRawSync(bytes.subarray(10, -8)).equals(plain)).toBe(true);
  expect([bytes.readUInt32LE(bytes.length - 8), bytes.readUInt32LE(bytes.length - 4)]).toEqual([
    crc32(plain),
    plain.length,
  ]);
  await file.remove();
  await spool.remove();
});

test('a chunk may be used again as soon as it is taken', async () => {
  const spool = await spoolFolder(parent);
  const file = spool.open('stg_4.csv.gz');
  const chunk = Buffer.from(RECORD);
  await file.write(chunk);
  chunk.fill('x');
  await file.end();
  expect(gunzipSync(await readFile(file.path))).toEqual(RECORD);
  await spool.remove();
});

onLinux('a disk that is full fails the file, and no other', async () => {
  const thread = packingThread();
  const full = openSync('/dev/full', 'w');
  let isFull = false;
  const spool = await spoolFolder(parent, parent, {
    ...thread,
    ask: (task) => thread.ask(task.doing === 'open' && isFull ? { ...task, fd: full } : task),
  });
  const other = spool.open('stg_5.csv.gz');
  isFull = true;
  const file = spool.open('stg_6.csv.gz');
  const [folder = ''] = (await readdir(parent)).filter((name) => name.startsWith('tributary-load-'));
  const error = {
    kind: 'destination',
    message: expect.stringMatching(new RegExp(`cannot be written in ${join(parent, folder)}: ENOSPC`)),
    details: expect.objectContaining({ hint: expect.stringContaining('Make room') }),
  };
  await file.write(RECORD);
  await expect(file.end()).rejects.toMatchObject(error);
  await expect(file.write(RECORD)).rejects.toMatchObject(error);
  await expect(file.end()).rejects.toMatchObject(error);
  await file.remove();
  // The others of the same thread are as they were.
  await other.write(RECORD);
  await other.end();
  expect(gunzipSync(await readFile(other.path))).toEqual(RECORD);
  await spool.remove();
  closeSync(full);
});

test('a file with a hole in it has no end', async () => {
  const thread = packingThread();
  let packs = 0;
  const spool = await spoolFolder(parent, parent, {
    ...thread,
    ask: (task) => thread.ask(task.doing === 'pack' && (packs += 1) === 2 ? { ...task, file: -1 } : task),
  });
  const file = spool.open('stg_12.csv.gz');
  for (let n = 0; n < 3; n += 1) await file.write(RECORD).catch(() => undefined);
  await expect(file.end()).rejects.toMatchObject({ kind: 'destination' });
  await spool.remove();
});

test('a thread that ends fails what it had and what comes after', async () => {
  const thread = packingThread();
  const spool = await spoolFolder(parent, parent, thread);
  const file = spool.open('stg_7.csv.gz');
  await file.write(RECORD);
  const end = file.end();
  const told = expect(end).rejects.toMatchObject({
    kind: 'internal',
    message: 'Snowflake: the thread that packs load files ended.',
    details: { hint: expect.stringContaining('run again') },
  });
  await thread.stop();
  await told;
  await expect(file.write(RECORD)).rejects.toMatchObject({ kind: 'internal' });
  await expect(spool.open('stg_8.csv.gz').end()).rejects.toMatchObject({ kind: 'internal' });
  await spool.remove();
  expect(await readdir(parent)).toEqual([]);
});

test('nothing is written to a file after it was removed', async () => {
  const thread = packingThread();
  const spool = await spoolFolder(parent, parent, thread);
  const file = spool.open('stg_9.csv.gz');
  const next = Array.from({ length: 3 }, () => file.write(RECORD));
  await file.remove();
  await Promise.all(next);
  await file.write(RECORD).catch(() => undefined);
  await expect(file.end()).rejects.toMatchObject({ message: expect.stringContaining('the file was removed') });
  // Of the same number, since it is free again.
  const other = spool.open('stg_10.csv.gz');
  await file.write(RECORD).catch(() => undefined);
  await other.write(RECORD);
  await other.end();
  expect(gunzipSync(await readFile(other.path))).toEqual(RECORD);
  await spool.remove();
});

test('whoever writes waits while as much is to be packed as may be', async () => {
  const thread = packingThread();
  const blocks: ArrayBuffer[] = [];
  const taken = async () => void blocks.push(await thread.block());
  const all = Promise.all(Array.from({ length: 50 }, taken));
  all.catch(() => undefined);
  await new Promise(setImmediate);
  expect(blocks.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(10 << 20);
  const out = blocks.length;
  const [block] = blocks as [ArrayBuffer];
  // A block that comes back goes to whoever waits, also where it could not be packed.
  expect((await thread.ask({ doing: 'pack', file: 1, block: new Uint8Array(block) })).fault).toBeDefined();
  await new Promise(setImmediate);
  expect(blocks.length).toBe(out + 1);
  await thread.stop();
  await expect(all).rejects.toMatchObject({ kind: 'internal' });
});

onLinux('the thread begins with the first file, and is gone with the folder although a file was open', async () => {
  const threads = async () => {
    const ids = await readdir('/proc/self/task');
    const names = await Promise.all(ids.map((id) => readFile(`/proc/self/task/${id}/comm`, 'utf8').catch(() => '')));
    return names.filter((name) => name.startsWith('WorkerThread')).length;
  };
  const before = await threads();
  const spool = await spoolFolder(parent);
  expect(await threads()).toBe(before);
  const file = spool.open('stg_11.csv.gz');
  await file.write(RECORD);
  await file.end();
  expect(await threads()).toBe(before + 1);
  await file.write(RECORD);
  await spool.remove();
  expect(await threads()).toBe(before);
  const held = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  expect(held.filter((path) => path.includes('stg_'))).toEqual([]);
  expect(await readdir(parent)).toEqual([]);
});
