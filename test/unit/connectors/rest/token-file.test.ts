import { spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { alone } from '../../../../connectors/rest/auth/file-lock.js';
import { tokenFile } from '../../../../connectors/rest/auth/token-file.js';
import type { TokenStore } from '../../../../connectors/rest/run/environment.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-tokens-'));
  path = join(folder, 'tokens.json');
});
afterEach(() => rm(folder, { recursive: true }));

const { signal } = new AbortController();
const now = () => new Date();
const impatient = { now, sleep: () => Promise.reject(new Error('waited')) };
/** Waits no longer than others need to go on; counts what it would have waited. */
const counting = (meanwhile: () => Promise<unknown> = turn) => {
  const clock = {
    waitedMs: 0,
    now,
    sleep: async (ms: number) => {
      clock.waitedMs += ms;
      await meanwhile();
    },
  };
  return clock;
};

const kept = async () => JSON.parse(await readFile(path, 'utf8')) as unknown;
const next = (store: TokenStore, name: string) =>
  store.exclusively(name, (token, keep) => keep(String(Number(token ?? 0) + 1)));

const dead = () => spawnSync(process.execPath, ['-e', '']).pid;
/** A lock as a process leaves it that does not come back to it. */
async function locked(lock: string, pid: number, host = hostname()): Promise<string> {
  const holder = join(lock, `0b0b0b0b-0000-4000-8000-000000000000.${pid}.${host}`);
  await mkdir(lock);
  await writeFile(holder, '');
  return holder;
}

test('many who keep tokens at once lose none, whether of one name or of several', async () => {
  const stores = Array.from({ length: 4 }, () => tokenFile(path, { clock: impatient, signal }));
  const names = Array.from({ length: 8 }, (_, at) => `name-${at}`);
  await Promise.all(stores.flatMap((store) => names.map((name) => next(store, name))));
  expect(await kept()).toEqual(Object.fromEntries(names.map((name) => [name, '4'])));
  expect(await readdir(folder)).toEqual(['tokens.json']);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('whoever uses one token is no hindrance to those who use another', async () => {
  const store = tokenFile(path, { clock: impatient, signal });
  await store.exclusively('slow', async (_token, keep) => {
    await next(store, 'other');
    await keep('1');
  });
  expect(await kept()).toEqual({ slow: '1', other: '1' });
});

test('a draft that was left is harmless, and the file of a link is written through it', async () => {
  await mkdir(join(folder, 'kept'));
  await writeFile(join(folder, 'kept/tokens.json'), '{"a":"6"}');
  await symlink(join(folder, 'kept/tokens.json'), path);
  await writeFile(`${path}.new`, '{"half');
  await next(tokenFile(path, { clock: impatient, signal }), 'a');
  expect(await kept()).toEqual({ a: '7' });
  expect((await lstat(path)).isSymbolicLink()).toBe(true);
});

describe('a lock that is left', () => {
  test.each<[string, () => number, string | undefined, number]>([
    ['by a process that is not there', dead, undefined, 5000],
    ['by an earlier process of the same number', () => process.pid, undefined, 5000],
    ['by a process whose number another one has', () => process.ppid, undefined, 60_000],
    ['by one of another machine', dead, 'elsewhere.example', 60_000],
  ])('%s is taken over', async (_left, pid, host, afterMs) => {
    await locked(`${path}.a.lock`, pid(), host);
    await locked(`${path}.lock`, pid(), host);
    const clock = counting();
    await next(tokenFile(path, { clock, signal }), 'a');
    expect(clock.waitedMs).toBe(2 * afterMs);
    expect(await kept()).toEqual({ a: '1' });
    expect(await readdir(folder)).toEqual(['tokens.json']);
  });

  test('half made goes with the next one once it is old, and nothing else does', async () => {
    const lock = `${path}.a.lock`;
    const [old, young] = [
      `${lock}.0b0b0b0b-0000-4000-8000-000000000000`,
      `${lock}.0c0c0c0c-0000-4000-8000-000000000000`,
    ];
    const others = [`${path}.b.lock.0b0b0b0b-0000-4000-8000-000000000000`, `${lock}.kept`];
    await locked(old, dead());
    await Promise.all([young, ...others].map((one) => mkdir(one)));
    for (const one of [old, ...others]) await utimes(one, 0, 0);
    await utimes(young, now(), new Date(Date.now() - 9 * 60_000));
    await next(tokenFile(path, { clock: impatient, signal }), 'a');
    const left = [young, ...others, path].map((one) => one.slice(folder.length + 1));
    expect((await readdir(folder)).toSorted()).toEqual(left.toSorted());
  });

  test('is free where nobody stands in it', async () => {
    await mkdir(`${path}.a.lock`);
    await next(tokenFile(path, { clock: impatient, signal }), 'a');
    expect(await readdir(folder)).toEqual(['tokens.json']);
  });

  test('is taken over by one of many', async () => {
    await mkdir(join(folder, 'place'));
    await locked(join(folder, 'place/lock'), dead());
    let inside = 0;
    let most = 0;
    // By links, so that they have no queue in common, as if they were processes.
    const works = Array.from({ length: 20 }, async (_, at) => {
      await symlink(join(folder, 'place'), join(folder, `link-${at}`));
      const lock = { folder: join(folder, `link-${at}/lock`), guards: 'It' };
      await alone(lock, { clock: counting(), signal }, async () => {
        most = Math.max(most, (inside += 1));
        for (let time = 0; time < 5; time += 1) await turn();
        inside -= 1;
      });
    });
    await Promise.all(works);
    expect(most).toBe(1);
    expect(await readdir(join(folder, 'place'))).toEqual([]);
  });
});

test('a process that lives keeps its lock, and whoever waits for it in vain is told by whom, and what to do', async () => {
  const holder = await locked(`${path}.a.lock`, process.ppid);
  let beats = 0;
  const clock = counting(() => utimes(holder, 0, (beats += 1)));
  const store = tokenFile(path, { clock, signal });
  await expect(next(store, 'a')).rejects.toMatchObject({
    kind: 'transient',
    message: `The file of tokens "${path}" is in use since 6 minutes, by process ${process.ppid} on "${hostname()}".`,
    details: { hint: expect.stringContaining(`remove the folder "${path}.a.lock"`) },
  });
  expect(clock.waitedMs).toBe(360_000);
});

test('who holds a lock shows that it lives', async () => {
  await alone({ folder: join(folder, 'lock'), guards: 'It' }, { clock: impatient, signal }, async () => {
    const [name] = await readdir(join(folder, 'lock'));
    expect(name).toMatch(new RegExp(`\\.${process.pid}\\.${hostname()}$`));
    const holder = join(folder, 'lock', name!);
    await utimes(holder, 0, 0);
    while ((await stat(holder)).mtimeMs === 0) await turn();
  });
});

test('whoever is stopped while it waits lets nobody in before those who are there', async () => {
  const lock = { folder: join(folder, 'lock'), guards: 'It' };
  const stop = new AbortController();
  const done: string[] = [];
  let after: Promise<unknown> | undefined;
  await alone(lock, { clock: impatient, signal }, async () => {
    const stopped = alone(lock, { clock: impatient, signal: stop.signal }, () => Promise.resolve(done.push('stopped')));
    after = alone(lock, { clock: impatient, signal }, () => Promise.resolve(done.push('after')));
    stop.abort(new Error('stopped'));
    await expect(stopped).rejects.toThrow('stopped');
    await expect(alone(lock, { clock: impatient, signal: stop.signal }, turn)).rejects.toThrow('stopped');
    for (let time = 0; time < 50; time += 1) await turn();
    done.push('first');
  });
  await after;
  expect(done).toEqual(['first', 'after']);

  await locked(lock.folder, process.ppid);
  const later = new AbortController();
  const clock = counting(() => Promise.resolve(later.abort(new Error('stopped'))));
  await expect(alone(lock, { clock, signal: later.signal }, turn)).rejects.toThrow('stopped');
});

test('a token that was got is kept also where the run was stopped meanwhile', async () => {
  const stop = new AbortController();
  const store = tokenFile(path, { clock: impatient, signal: stop.signal });
  await store.exclusively('a', async (_token, keep) => {
    stop.abort(new Error('stopped'));
    await keep('1');
  });
  expect(await kept()).toEqual({ a: '1' });
});

test.each(['{"half', 'null', '[]'])('a file with %j is none of tokens, and stays', async (text) => {
  await writeFile(path, text);
  const fault = { kind: 'config', message: expect.stringContaining('is no file of tokens') };
  await expect(next(tokenFile(path, { clock: impatient, signal }), 'a')).rejects.toMatchObject(fault);
  expect(await readFile(path, 'utf8')).toBe(text);
});

test('where nothing can be written, no token is used', async () => {
  let used = 0;
  const use = (at: string) =>
    tokenFile(at, { clock: impatient, signal }).exclusively('a', () => Promise.resolve((used += 1)));
  await writeFile(join(folder, 'file'), '');
  await expect(use(join(folder, 'file/tokens.json'))).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('cannot be written'),
  });
  await writeFile(`${path}.a.lock`, '');
  await expect(use(path)).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining(`cannot be locked, by the folder "${path}.a.lock"`),
  });
  expect(used).toBe(0);
});
