import { readFile, rm, writeFile } from 'node:fs/promises';
import { isAlive, type ProcessIdentity, thisProcess } from '../process-identity.js';

/**
 * Takes the lock under which a cluster is made or a server started; `undefined` while a living process holds it. A lock
 * whose holder died is removed. (Should two ever hold it, PostgreSQL's own postmaster.pid still lets only one start.)
 */
export async function takeStartLock(path: string): Promise<(() => Promise<void>) | undefined> {
  for (;;) {
    try {
      await writeFile(path, JSON.stringify(thisProcess()), { flag: 'wx', mode: 0o600 });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    if (!(await isStale(path, text))) return undefined;
    await removeStale(path, text);
  }
}

async function isStale(path: string, text: string): Promise<boolean> {
  const holder = parse(text);
  if (holder !== undefined) return isAlive(holder) === false;
  // Created and not yet written, or its writer died in between: only a file that stays so is stale.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return (await readFile(path, 'utf8').catch(() => undefined)) === text;
}

/** One at a time: between reading and removing, another process could have put its own lock there. */
async function removeStale(path: string, text: string): Promise<void> {
  const release = await takeStartLock(`${path}.removing`);
  if (release === undefined) return new Promise((resolve) => setTimeout(resolve, 20));
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) await rm(path, { force: true });
  } finally {
    await release();
  }
}

function parse(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
