import { once } from 'node:events';
import { mkdtemp, open, rm, symlink, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

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
export async function spoolFolder(parent: string = tmpdir()): Promise<SpoolFolder> {
  const folder = await mkdtemp(join(parent, 'tributary-load-'));
  return {
    open: (name) => spoolFile(folder, name),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
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
