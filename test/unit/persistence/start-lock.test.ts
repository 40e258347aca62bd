import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeStartLock } from '../../../core/persistence/embedded/start-lock.js';
import { isAlive, thisProcess } from '../../../core/persistence/process-identity.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('is held by one until it is given back', async () => {
  const path = join(folder, 'lock');
  const release = await takeStartLock(path);
  expect(await takeStartLock(path)).toBeUndefined();
  await release!();
  expect(await takeStartLock(path)).toBeDefined();
});

test('is given to exactly one of many that ask at once, also when a dead process left it', async () => {
  const path = join(folder, 'lock');
  await writeFile(path, JSON.stringify({ host: hostname(), pid: process.pid, started: 'another process of this pid' }));
  const taken = await Promise.all(Array.from({ length: 20 }, () => takeStartLock(path)));
  expect(taken.filter((release) => release !== undefined)).toHaveLength(1);
});

test('is taken from a process that died before it wrote its name', async () => {
  const path = join(folder, 'lock');
  await writeFile(path, '');
  expect(await takeStartLock(path)).toBeDefined();
});

test('a process is told apart from a later one of its pid, and one of another host is not judged', () => {
  const self = thisProcess();
  expect(isAlive(self)).toBe(true);
  if (process.platform === 'linux') expect(isAlive({ ...self, started: '1' })).toBe(false);
  expect(isAlive({ ...self, host: 'elsewhere.invalid' })).toBeUndefined();
});
