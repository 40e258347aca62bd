import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ConnectorError } from '#sdk';
import type { HttpClock } from '#sdk/http';
import { isAlive } from '#sdk/process';

export interface Lock {
  /** A folder that is there while somebody holds the lock, with one file in it that names who. */
  readonly folder: string;
  /** What it guards, as a fault begins that says so. */
  readonly guards: string;
}

export interface Waiting {
  readonly clock: HttpClock;
  readonly signal: AbortSignal | undefined;
}

const POLL_MS = 50;
/** How often who holds a lock shows that it lives. */
const BEAT_MS = 1000;
/** After so much silence a lock is taken from a process that is not there. Not at once: containers may share a name, and not see each other's processes. */
const GONE_MS = 5000;
/** And from one that may be: of another machine, or another process of its number. */
const SILENT_MS = 60_000;
/** Longer than a token server may take to answer a request. */
const MOST_WAITING_MS = 6 * 60_000;

/** What a process has left that was ended while it claimed a lock, which takes no time: clocks of machines differ by less. */
const LEFT_MS = 10 * 60_000;
const DRAFT = /^\.[0-9a-f-]{36}$/;

const HOST = hostname().replaceAll(/[^A-Za-z0-9.-]/g, '');
/** Of the file that names a holder; other files in the folder say nothing. */
const HOLDER = /^[0-9a-f-]{36}\.(\d+)\.(.*)$/;

/**
 * Does work while nobody else, in this process or another, does any under the same lock. A lock whose holder died is taken over
 * by renaming the file that names the holder: its name is used once, so of many who do so one succeeds, and none takes the lock of
 * another living one.
 */
export async function alone<T>(lock: Lock, waiting: Waiting, work: () => Promise<T>): Promise<T> {
  return inTurn(lock.folder, waiting.signal, async () => {
    const own = await taken(lock, waiting);
    const beat = () => {
      const now = new Date();
      void utimes(own, now, now).catch(() => undefined);
    };
    const beating = setInterval(beat, BEAT_MS).unref();
    try {
      return await work();
    } finally {
      clearInterval(beating);
      // A folder with nobody's name is free; another may hold it by now.
      await unlink(own).catch(() => undefined);
      await rmdir(lock.folder).catch(() => undefined);
    }
  });
}

/** The end of the last one of this process by folder. */
const queues = new Map<string, Promise<void>>();

async function inTurn<T>(folder: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const before = queues.get(folder);
  const { promise, resolve: leave } = Promise.withResolvers<void>();
  // Who gives up leaves at once, and is no way around those before.
  const end = (before ?? Promise.resolve()).then(() => promise);
  queues.set(folder, end);
  void end.then(() => {
    if (queues.get(folder) === end) queues.delete(folder);
  });
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([before, aborted.promise]);
    return await work();
  } finally {
    signal?.removeEventListener('abort', onAbort);
    leave();
  }
}

interface Holder {
  readonly name: string;
  readonly pid: number;
  readonly host: string;
  readonly beat: number;
}

/** Takes the lock; gives the path of the file that names this holder. */
async function taken({ folder, guards }: Lock, { clock, signal }: Waiting): Promise<string> {
  const own = join(folder, `${randomUUID()}.${process.pid}.${HOST}`);
  let seen: Holder | undefined;
  let silentMs = 0;
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    signal?.throwIfAborted();
    const holder = await holderOf(folder).catch(unlockable(guards, folder));
    if (holder === undefined) {
      if (await isClaimed(folder, own).catch(unlockable(guards, folder))) {
        await removeDrafts(folder, clock.now());
        return own;
      }
    } else {
      // By what is seen of it, not by its time: clocks of machines differ.
      silentMs = holder.name === seen?.name && holder.beat === seen.beat ? silentMs + POLL_MS : 0;
      if (silentMs >= patienceMs(holder) && (await isMoved(join(folder, holder.name), own))) return own;
    }
    if (waitedMs >= MOST_WAITING_MS)
      throw new ConnectorError(
        'transient',
        `${guards} is in use since ${MOST_WAITING_MS / 60_000} minutes${holder === undefined ? '' : `, by process ${holder.pid} on "${holder.host}"`}.`,
        { hint: `Try again when that has ended. If nothing of Tributary runs there, remove the folder "${folder}".` },
      );
    seen = holder;
    await clock.sleep(POLL_MS, signal);
  }
}

async function holderOf(folder: string): Promise<Holder | undefined> {
  const names = await readdir(folder).catch(ifAbsent([] as string[]));
  const name = names.find((one) => HOLDER.test(one));
  if (name === undefined) return undefined;
  const [, pid, host] = HOLDER.exec(name)!;
  const found = await stat(join(folder, name)).catch(ifAbsent(undefined));
  return found && { name, pid: Number(pid), host: host!, beat: found.mtimeMs };
}

/** One of this process would have been waited for in its queue: it is of another that had this number. */
function patienceMs({ pid, host }: Holder): number {
  const isGone = host === HOST && (pid === process.pid || !isAlive(pid));
  return isGone ? GONE_MS : SILENT_MS;
}

/** The folder comes with its file, so that no lock is ever nobody's. */
async function isClaimed(folder: string, own: string): Promise<boolean> {
  const draft = `${folder}.${randomUUID()}`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(join(draft, basename(own)), '', { mode: 0o600 });
    // What a release that was cut short has left; not every file system renames over it.
    await rmdir(folder).catch(() => undefined);
    await rename(draft, folder);
    return true;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

async function removeDrafts(folder: string, now: Date): Promise<void> {
  const [place, start] = [dirname(folder), basename(folder)];
  for (const name of await readdir(place).catch(() => [])) {
    if (!name.startsWith(start) || !DRAFT.test(name.slice(start.length))) continue;
    const found = await stat(join(place, name)).catch(() => undefined);
    if (found === undefined || now.getTime() - found.mtimeMs < LEFT_MS) continue;
    await rm(join(place, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

const isMoved = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    () => false,
  );

const ifAbsent =
  <T>(otherwise: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return otherwise;
    throw error;
  };

const unlockable =
  (guards: string, folder: string) =>
  (cause: unknown): never => {
    throw new ConnectorError('config', `${guards} cannot be locked, by the folder "${folder}".`, {
      cause,
      hint: 'Give the user that Tributary runs as the right to write beside it, and look for room on its disk.',
    });
  };
