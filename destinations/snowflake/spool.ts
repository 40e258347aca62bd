import { closeSync, openSync, symlinkSync, unlinkSync } from 'node:fs';
import { readdir, rm, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError } from '#sdk';
import { privateFolder } from '#sdk/process';
import { BLOCK_BYTES, packingThread, type PackingThread, type Task } from './packing-thread.js';

/** A folder in which files wait for their way to the stage. */
export interface SpoolFolder {
  open(name: string): SpoolFile;
  /** Closes what is still open, and ends the thread that packs. */
  remove(): Promise<void>;
}

/** One gzip'd file. `path` is what the driver reads; `bytes` are compressed. */
export interface SpoolFile {
  readonly path: string;
  readonly bytes: number;
  /** Resolves when `chunk` may be used again, before it is packed. What fails afterwards is thrown by the next call. */
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves when the file is whole. */
  end(): Promise<void>;
  remove(): Promise<void>;
}

/** True where an open file can be read by a name of the process although it has no other. */
const hasNamelessFiles = process.platform === 'linux';

/**
 * Nobody else can enter the folder. On Linux the files have no name from the start: the driver finds them by a link to what this
 * process holds open, so that they are gone with the process however that ends.
 */
export async function spoolFolder(
  parent?: string,
  temporary: string = tmpdir(),
  thread: PackingThread = packingThread(),
): Promise<SpoolFolder> {
  await removeCopies(temporary);
  const folder = privateFolder({ parent, what: 'load' });
  const files = new Set<SpoolFile>();
  let opened = 0;
  return {
    open(name) {
      const file = spoolFile(thread, (opened += 1), folder.path, name, () => files.delete(file));
      files.add(file);
      return file;
    },
    async remove() {
      await thread.stop();
      for (const file of files) await file.remove();
      folder.remove();
    },
  };
}

const DAY_MS = 86_400_000;
/** A load file of ours and a name of the driver's own. */
const COPY = /^stg_[0-9a-f]{12}_\d+_[0-9a-f]{16}_\d+\.csv\.gz#/;

/**
 * The driver uploads an encrypted copy of each file, which it writes into a folder of the system and which a process that is
 * killed leaves. Nobody has its key; it takes room. No upload takes a day.
 */
async function removeCopies(parent: string): Promise<void> {
  const folders = (await readdir(parent).catch(() => [])).filter((name) => /^tmp.{6}$/.test(name));
  for (const folder of folders.map((name) => join(parent, name))) {
    const files = await readdir(folder).catch(() => []);
    const changed = await stat(folder).catch(() => undefined);
    const isLeft = changed !== undefined && Date.now() - changed.mtimeMs > DAY_MS;
    if (isLeft && files.length > 0 && files.every((name) => COPY.test(name)))
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function spoolFile(
  thread: PackingThread,
  file: number,
  folder: string,
  name: string,
  onRemoved: () => void,
): SpoolFile {
  const path = join(folder, name);
  const fd = openedIn(folder, path);
  let bytes = 0;
  let failure: unknown;
  let isOpen = true;
  /** The answers come in the order of the tasks, and what has failed once stays failed: a file with a hole in it has no end. */
  const ask = async (task: Task) => {
    try {
      const { written, fault } = await thread.ask(task);
      if (fault !== undefined) failure ??= unwritable(folder, fault);
      bytes = written;
    } catch (error) {
      failure ??= error;
    }
    if (failure !== undefined) throw failure;
  };
  /** What comes of it is told by the next call. */
  const start = (task: Task) => void ask(task).catch(() => undefined);
  start({ doing: 'open', file, fd });
  return {
    path,
    get bytes() {
      return bytes;
    },
    async write(chunk) {
      for (let at = 0; at < chunk.byteLength; at += BLOCK_BYTES) {
        if (failure !== undefined) throw failure;
        // A copy costs less than it saves: what is written to again and again stays in the cache of this processor.
        const block = new Uint8Array(await thread.block(), 0, Math.min(BLOCK_BYTES, chunk.byteLength - at));
        block.set(chunk.subarray(at, at + BLOCK_BYTES));
        start({ doing: 'pack', file, block });
      }
    },
    end: () => ask({ doing: 'end', file }),
    async remove() {
      if (!isOpen) return;
      isOpen = false;
      // Nothing may be written to the number any more that another file gets. A thread that is gone writes nothing.
      await thread.ask({ doing: 'forget', file }).catch(() => undefined);
      await unlink(path).catch(() => undefined);
      closeSync(fd);
      onRemoved();
    },
  };
}

function openedIn(folder: string, path: string): number {
  let fd: number | undefined;
  try {
    fd = openSync(hasNamelessFiles ? `${path}.data` : path, 'wx+', 0o600);
    if (hasNamelessFiles) {
      unlinkSync(`${path}.data`);
      symlinkSync(`/proc/${process.pid}/fd/${fd}`, path);
    }
    return fd;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw unwritable(folder, (error as Error).message);
  }
}

const unwritable = (folder: string, said: string) =>
  new ConnectorError('destination', `Snowflake: a load file cannot be written in ${folder}: ${said}`, {
    hint: 'Make room or grant the right there, or lower `max_file_bytes`. Nothing of it is committed; run again.',
  });
