import { once } from 'node:events';
import { open, readdir, rm, stat, symlink, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { privateFolder } from '#sdk/process';

/** Fast rather than small: the files are read once, and the faster half of the levels loses a tenth in size. */
export const GZIP = { level: 3, chunkSize: 1 << 18, memLevel: 9 };
/** What is packed and not on disk yet may be so much before the packing waits. */
const AHEAD_BYTES = 1 << 20;
/** Streams take these, and the types of zlib leave them out. */
const AHEAD = { readableHighWaterMark: AHEAD_BYTES };

/** A folder in which files wait for their way to the stage. */
export interface SpoolFolder {
  open(name: string): Promise<SpoolFile>;
  remove(): Promise<void>;
}

/** One gzip'd file. `path` is what the driver reads; `bytes` are compressed. */
export interface SpoolFile {
  readonly path: string;
  readonly bytes: number;
  /** Resolves when `chunk` may be used again. */
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
  remove(): Promise<void>;
}

/** True where an open file can be read by a name of the process although it has no other. */
const hasNamelessFiles = process.platform === 'linux';

/**
 * Nobody else can enter the folder. On Linux the files have no name from the start: the driver finds them by a link to what this
 * process holds open, so that they are gone with the process however that ends.
 */
export async function spoolFolder(parent?: string, temporary: string = tmpdir()): Promise<SpoolFolder> {
  await removeCopies(temporary);
  const folder = privateFolder({ parent, what: 'load' });
  return {
    open: (name) => spoolFile(folder.path, name),
    async remove() {
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

async function spoolFile(folder: string, name: string): Promise<SpoolFile> {
  const path = join(folder, name);
  const handle: FileHandle = await open(hasNamelessFiles ? `${path}.data` : path, 'wx+', 0o600);
  if (hasNamelessFiles) {
    await unlink(`${path}.data`);
    await symlink(`/proc/${process.pid}/fd/${handle.fd}`, path);
  }
  const gzip = createGzip({ ...GZIP, ...AHEAD });
  const file = handle.createWriteStream({ autoClose: false, highWaterMark: AHEAD_BYTES });
  const written = finished(gzip.pipe(file));
  // Whoever writes or ends next hears of it.
  written.catch(() => undefined);
  let failure: Error | undefined;
  gzip.on('error', (error) => (failure = error));
  file.on('error', (error: Error) => {
    failure = error;
    gzip.destroy(error);
  });
  return {
    path,
    get bytes() {
      return file.bytesWritten;
    },
    async write(chunk) {
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve, reject) => {
        gzip.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
      if (file.writableNeedDrain) await Promise.race([written, once(file, 'drain')]);
    },
    async end() {
      if (failure !== undefined) throw failure;
      gzip.end();
      await written;
    },
    async remove() {
      gzip.destroy();
      file.destroy();
      await unlink(path).catch(() => undefined);
      await handle.close().catch(() => undefined);
    },
  };
}
