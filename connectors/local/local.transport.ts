import { constants } from 'node:fs';
import { access, open, readdir, stat } from 'node:fs/promises';
import { matchesGlob, relative, resolve, sep } from 'node:path';
import { ConnectorError, type FileVersion } from '#sdk';
import type { FileTransport } from '#sdk/files';

/** Large enough that a read costs little, small enough that a few in flight stay small. */
const CHUNK_BYTES = 1 << 18;
const MAGIC = /[*?[\]{}()!]/;

/** Files below a folder of this machine; patterns are relative to it or absolute. */
export function localTransport(baseFolder: string): FileTransport {
  return {
    place: baseFolder,
    givesChunksAway: true,
    async *list(pattern, signal) {
      const names: string[] = [];
      for await (const path of matching(baseFolder, pattern, signal))
        names.push(relative(baseFolder, path).split(sep).join('/'));
      for (const name of names.toSorted()) {
        const found = await versionOf(baseFolder, name);
        if (found !== undefined) yield found;
      }
    },
    async *open(file, signal) {
      const handle = await open(resolve(baseFolder, file.name)).catch((cause: unknown) => {
        throw unreadable(`File "${file.name}"`, cause);
      });
      try {
        // The open file is the one that is read, whatever its name points to meanwhile.
        const isStill = async () => version(await handle.stat({ bigint: true })) === file.version;
        if (!(await isStill())) throw changed(file);
        for (;;) {
          signal.throwIfAborted();
          const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(CHUNK_BYTES), 0, CHUNK_BYTES);
          if (bytesRead === 0) break;
          yield buffer.subarray(0, bytesRead);
        }
        if (!(await isStill())) throw changed(file);
      } finally {
        await handle.close();
      }
    },
  };
}

/** Paths that match. A folder that cannot be looked into is an error: else a lost right would look like "no files". */
async function* matching(baseFolder: string, pattern: string, signal: AbortSignal): AsyncIterable<string> {
  const exact = resolve(baseFolder, pattern);
  if (await isFile(exact)) {
    yield exact;
    return;
  }
  const parts = pattern.split('/');
  const firstMagic = parts.findIndex((part) => MAGIC.test(part));
  const fixed = firstMagic < 0 ? parts.length - 1 : firstMagic;
  const folder = resolve(baseFolder, parts.slice(0, fixed).join('/') || (pattern.startsWith('/') ? '/' : '.'));
  const rest = parts.slice(fixed);
  const isDeep = rest.includes('**');
  const search = async function* (path: string, names: readonly string[]): AsyncIterable<string> {
    signal.throwIfAborted();
    const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
      throw unreadable(`Folder "${path}"`, cause);
    });
    for (const entry of entries) {
      const below = [...names, entry.name];
      const isHidden = entry.name.startsWith('.') && !rest.some((part) => part.startsWith('.'));
      if (isHidden) continue;
      const next = resolve(path, entry.name);
      // Links to folders are followed where the pattern says how deep, since `**` could go round in a circle.
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && !isDeep && (await isDirectory(next)));
      const mayHold = isDeep || (below.length < rest.length && matchesGlob(entry.name, rest[names.length] as string));
      if (isFolder && mayHold) yield* search(next, below);
      else if (!isFolder && matchesGlob(below.join('/'), rest.join('/'))) yield next;
    }
  };
  yield* search(folder, []);
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Nothing for what is no file, or is gone since the folder was listed. */
async function versionOf(baseFolder: string, name: string): Promise<FileVersion | undefined> {
  const path = resolve(baseFolder, name);
  try {
    const found = await stat(path, { bigint: true });
    if (!found.isFile()) return undefined;
    await access(path, constants.R_OK);
    return {
      name,
      bytes: Number(found.size),
      modifiedAt: new Date(Number(found.mtimeMs)).toISOString(),
      version: version(found),
    };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(`File "${name}"`, cause);
  }
}

const version = ({ size, mtimeNs }: { readonly size: bigint; readonly mtimeNs: bigint }) => `${size}-${mtimeNs}`;

function changed({ name }: FileVersion): ConnectorError {
  return new ConnectorError('source', `File "${name}" was written or replaced while it was read.`, {
    hint: 'Nothing of it was loaded; the next run reads it again. Best write it under another name and then rename it.',
  });
}

function unreadable(what: string, cause: unknown): ConnectorError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM')
    return new ConnectorError('auth', `${what} may not be read by this user.`, {
      cause,
      hint: 'Give the user that runs Tributary the right to read it.',
    });
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return what.startsWith('Folder')
      ? new ConnectorError('config', `${what} does not exist.`, {
          cause,
          hint: 'Correct `path`; it is taken from the folder of the configuration.',
        })
      : new ConnectorError('source', `${what} is gone.`, { cause, hint: 'It was removed after it was listed.' });
  return new ConnectorError('source', `${what} cannot be read (${code ?? 'unknown fault'}).`, { cause });
}
