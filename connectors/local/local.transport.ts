import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { ConnectorError, isConnectorError, type FileVersion } from '#sdk';
import { splitPattern, walk, type FolderEntry, type Folders, type WritableTransport } from '#sdk/files';

/** Large enough that a read costs little, small enough that a few in flight stay small. */
const CHUNK_BYTES = 1 << 18;

/** Files below a folder of this machine; patterns are relative to it or absolute. */
export function localTransport(baseFolder: string): WritableTransport {
  const pathOf = (name: string) => resolve(baseFolder, name);
  const nameOf = (path: string) => relative(baseFolder, path).split(sep).join('/');
  const folders: Folders<FolderEntry> = {
    async read(folder) {
      const path = pathOf(folder);
      const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
        throw unreadable(`Folder "${path}"`, cause);
      });
      return entries.map((entry) => ({
        name: entry.name,
        kind: entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'file',
      }));
    },
    isFolder: (path) => isDirectory(pathOf(path)),
  };
  return {
    place: baseFolder,
    givesChunksAway: true,
    async *list(pattern, signal) {
      const names: string[] = [];
      // A name with brackets or the like in it may be meant as it stands.
      if (await isFile(pathOf(pattern))) names.push(nameOf(pathOf(pattern)));
      else for await (const { path } of walk(splitPattern(pattern), folders, signal)) names.push(nameOf(pathOf(path)));
      for (const name of names.toSorted()) {
        const found = await versionOf(pathOf(name), name);
        if (found !== undefined) yield found;
      }
    },
    async *open(file, signal, from = 0) {
      const handle = await open(pathOf(file.name)).catch((cause: unknown) => {
        throw unreadable(`File "${file.name}"`, cause);
      });
      try {
        // The open file is the one that is read, whatever its name points to meanwhile.
        const isStill = async () => version(await handle.stat({ bigint: true })) === file.version;
        if (!(await isStill())) throw changed(file);
        for (let position = from; ;) {
          signal.throwIfAborted();
          const { bytesRead, buffer } = await handle.read(
            Buffer.allocUnsafeSlow(CHUNK_BYTES),
            0,
            CHUNK_BYTES,
            position,
          );
          if (bytesRead === 0) break;
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
        if (!(await isStill())) throw changed(file);
      } finally {
        await handle.close();
      }
    },
    stat: (name) => versionOf(pathOf(name), name),
    async move(name, to) {
      const target = pathOf(to);
      try {
        await mkdir(dirname(target), { recursive: true });
        // A link fails where a file lies already, which a rename would replace.
        await link(pathOf(name), target);
        await unlink(pathOf(name));
      } catch (cause) {
        throw unwritable(`File "${name}" cannot be moved to "${to}"`, cause);
      }
    },
    async remove(name) {
      await rm(pathOf(name), { force: true }).catch((cause: unknown) => {
        throw unwritable(`File "${name}" cannot be deleted`, cause);
      });
    },
    async write(name, chunks, signal) {
      await written(pathOf(name), chunks, signal).catch((cause: unknown) => {
        throw undelivered(`File "${name}" cannot be written`, cause, signal);
      });
    },
    async claim(name, content, signal) {
      const draft = `${pathOf(name)}.${randomUUID()}`;
      try {
        await written(draft, [content], signal);
        await link(draft, pathOf(name));
        await syncFolder(dirname(draft));
        return true;
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw undelivered(`File "${name}" cannot be written`, cause, signal);
      } finally {
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
    async replace(name, to, signal) {
      const target = pathOf(to);
      try {
        await mkdir(dirname(target), { recursive: true });
        await rename(pathOf(name), target);
        await syncFolder(dirname(target));
      } catch (cause) {
        throw undelivered(`File "${name}" cannot be moved to "${to}"`, cause, signal);
      }
    },
    close: () => undefined,
  };
}

/** What a crash of the machine must not take back is on the disk. */
async function written(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'w', 0o640);
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      for (let at = 0; at < chunk.byteLength;) at += (await handle.write(chunk, at)).bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
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
async function versionOf(path: string, name: string): Promise<FileVersion | undefined> {
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
      fault: 'permission',
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

function unwritable(what: string, cause: unknown): ConnectorError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new ConnectorError('auth', `${what}: this user lacks the right.`, {
      fault: 'permission',
      cause,
      hint: 'Give the user that runs Tributary the right to write in both folders, or set `processed: keep`.',
    });
  const hint = code === 'EXDEV' ? { hint: 'The archive must lie on the same file system.' } : {};
  return new ConnectorError('source', `${what} (${code ?? 'unknown fault'}).`, { cause, ...hint });
}

/** A fault of what is written passes on as it is. */
function undelivered(what: string, cause: unknown, signal: AbortSignal): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (isConnectorError(cause) || signal.aborted || code === undefined) return cause;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ConnectorError('destination', `${what}: the disk is full.`, {
      cause,
      fault: 'disk_full',
      hint: 'Free space; what was delivered stays, and the next run goes on from there.',
    });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new ConnectorError('auth', `${what}: this user lacks the right.`, {
      cause,
      hint: 'Give the user that runs Tributary the right to write in the folder.',
    });
  return new ConnectorError('destination', `${what} (${code}).`, { cause });
}
