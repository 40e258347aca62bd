import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import type { Stats } from 'ssh2';
import { ConnectorError, parseDuration, type FileVersion } from '#sdk';
import { splitPattern, walk, type FolderEntry, type Folders, type WritableTransport } from '#sdk/files';
import type { SftpPlace } from './sftp.config.js';
import { answerFault, isOfConnection, STATUS } from './sftp-errors.js';
import { requestsOn, type Requests } from './sftp-requests.js';
import type { SftpSession } from './sftp-session.js';
import { makeFolders, refusedWrite, replaceFile, writeFile } from './sftp-write.js';
import type { SshConnection } from './ssh-connection.js';

/** What OpenSSH answers at once; other servers are asked again for the rest of it. */
const CHUNK_BYTES = 255 * 1024;
/** Requests under way: 4 MB hide the time of the way up to some 40 ms at 100 MB/s. */
const MOST_REQUESTS = 16;

interface OpenHandle {
  readonly connection: SshConnection;
  readonly requests: Requests;
  readonly handle: Buffer;
}

interface Entry extends FolderEntry {
  readonly attributes: Stats;
}

/** Files on an SSH server. What a dropped connection cuts off is taken up again on a new one, a file where its reading was. */
export function sftpTransport(session: SftpSession, config: SftpPlace): WritableTransport {
  const timeoutMs = parseDuration(config.timeout) as number;
  const asking = <T>(work: (requests: Requests, progressed: () => void) => Promise<T>): Promise<T> =>
    session.with((connection, progressed) => work(requestsOn(connection, timeoutMs), progressed));
  const stat = (name: string) => asking((requests) => statOf(requests, name));
  const folders: Folders<Entry> = {
    async read(folder) {
      const found = await asking((requests) => saying(`Folder "${folder}"`, requests.readFolder(folder)));
      return found.map(({ filename, attrs }) => ({
        name: filename,
        kind: attrs.isDirectory() ? 'folder' : attrs.isSymbolicLink() ? 'link' : 'file',
        attributes: attrs,
      }));
    },
    isFolder: async (path) =>
      (await asking((requests) => unlessMissing(`Folder "${path}"`, requests.stat(path))))?.isDirectory() === true,
  };
  return {
    place: `sftp://${config.username}@${config.host}:${config.port}`,
    givesChunksAway: true,
    async *list(pattern, signal) {
      // A name with brackets or the like in it may be meant as it stands.
      const itself = await stat(pattern);
      if (itself !== undefined) {
        yield itself;
        return;
      }
      const found: { readonly path: string; readonly entry: Entry }[] = [];
      for await (const file of walk(splitPattern(pattern), folders, signal)) found.push(file);
      for (const { path, entry } of found.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
        // A listing tells of a link itself, and what is read is what it leads to.
        const file = entry.attributes.isFile() ? versionOf(path, entry.attributes) : await stat(path);
        if (file !== undefined) yield file;
      }
    },
    open: (file, signal, from = 0) => readFile(session, timeoutMs, file, signal, from),
    stat,
    async move(name, to) {
      let isRepeated = false;
      await asking(async (requests) => {
        await makeFolders(requests, posix.dirname(to));
        try {
          await requests.rename(name, to);
        } catch (error) {
          if (isOfConnection(error)) {
            isRepeated = true;
            throw error;
          }
          const target = await statOf(requests, to);
          // The server had done it, and its answer was lost.
          if (isRepeated && target !== undefined && (await statOf(requests, name)) === undefined) return;
          if (target !== undefined)
            throw new ConnectorError('source', `File "${name}" is not moved: "${to}" exists already.`, {
              cause: error,
            });
          throw notAllowed(`File "${name}" cannot be moved to "${to}"`, error);
        }
      });
    },
    async remove(name) {
      await asking(async (requests) => {
        await requests.remove(name).catch((error: unknown) => {
          if ((error as { code?: unknown }).code === STATUS.noSuchFile) return;
          throw isOfConnection(error) ? error : notAllowed(`File "${name}" cannot be deleted`, error);
        });
      });
    },
    write: (name, chunks, signal) => writeFile(session, timeoutMs, name, chunks, signal),
    async claim(name, content, signal) {
      const draft = `${name}.${randomUUID()}`;
      await writeFile(session, timeoutMs, draft, only(content), signal);
      return asking(async (requests) => {
        try {
          // It fails where the name is taken (draft-ietf-secsh-filexfer-02, section 6.5).
          await requests.rename(draft, name);
          return true;
        } catch (error) {
          if (isOfConnection(error)) throw error;
          if ((await statOf(requests, name)) === undefined)
            throw refusedWrite(`File "${name}" cannot be written`, error);
          // The server had done it, and its answer was lost.
          if ((await statOf(requests, draft)) === undefined) return true;
          await requests.remove(draft).catch(() => undefined);
          return false;
        }
      });
    },
    replace: (name, to) => asking((requests) => replaceFile(requests, name, to)),
    close: () => session.close(),
  };
}

async function* only(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

/** Reads on a new connection from where it was; what was handed out already is not asked for again. */
async function* readFile(
  session: SftpSession,
  timeoutMs: number,
  file: FileVersion,
  signal: AbortSignal,
  from: number,
): AsyncGenerator<Uint8Array> {
  let position = from;
  let open: OpenHandle | undefined;
  let ahead: Promise<Buffer>[] = [];
  let asked = from;
  const next = async (connection: SshConnection): Promise<Buffer | undefined> => {
    if (open?.connection !== connection) {
      ahead = [];
      asked = position;
      open = undefined;
      const requests = requestsOn(connection, timeoutMs);
      open = { connection, requests, handle: await saying(`File "${file.name}"`, requests.open(file.name)) };
      await mustBeStill(open, file);
    }
    const { requests, handle } = open;
    while (asked < file.bytes && ahead.length < MOST_REQUESTS) {
      const bytes = Math.min(CHUNK_BYTES, file.bytes - asked);
      const answer = wholeOf(requests, handle, bytes, asked);
      // It is awaited in its turn; until then a fault of it is nobody's.
      answer.catch(() => undefined);
      ahead.push(answer);
      asked += bytes;
    }
    const chunk = await saying(`File "${file.name}"`, ahead.shift() ?? Promise.resolve(undefined));
    if (chunk === undefined) await mustBeStill(open, file);
    return chunk;
  };
  try {
    for (;;) {
      const chunk = await session.with(async (connection, progressed) => {
        try {
          const found = await next(connection);
          progressed();
          return found;
        } catch (error) {
          if (isOfConnection(error)) open = undefined;
          throw error;
        }
      });
      if (chunk === undefined) return;
      signal.throwIfAborted();
      position += chunk.byteLength;
      if (chunk.byteLength > 0) yield chunk;
    }
  } finally {
    await open?.requests.close(open.handle).catch(() => undefined);
  }
}

/** A server may answer with less than was asked for, and that is not the end. */
async function wholeOf(requests: Requests, handle: Buffer, bytes: number, position: number): Promise<Buffer> {
  const first = await requests.read(handle, bytes, position);
  if (first.byteLength === bytes || first.byteLength === 0) return first;
  const whole = Buffer.allocUnsafeSlow(bytes);
  let filled = first.copy(whole);
  while (filled < bytes) {
    const more = await requests.read(handle, bytes - filled, position + filled);
    if (more.byteLength === 0) break;
    filled += more.copy(whole, filled);
  }
  return whole.subarray(0, filled);
}

async function mustBeStill({ requests, handle }: OpenHandle, file: FileVersion): Promise<void> {
  const now = versionOf(file.name, await saying(`File "${file.name}"`, requests.statOpen(handle)));
  if (now.version !== file.version)
    throw new ConnectorError('source', `File "${file.name}" was written or replaced while it was read.`, {
      hint: 'Nothing of it was loaded; the next run reads it again. Best let it be written under another name and renamed, or set `ready`.',
    });
}

/** Times have whole seconds in this protocol, so a file of the same size that is written twice in one second is one version. */
function versionOf(name: string, { size, mtime }: Stats): FileVersion {
  return { name, bytes: size, modifiedAt: new Date(mtime * 1000).toISOString(), version: `${size}-${mtime}` };
}

async function statOf(requests: Requests, name: string): Promise<FileVersion | undefined> {
  const found = await unlessMissing(`File "${name}"`, requests.stat(name));
  return found?.isFile() === true ? versionOf(name, found) : undefined;
}

async function saying<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isOfConnection(error) ? error : answerFault(what, error);
  }
}

async function unlessMissing<T>(what: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as { code?: unknown }).code === STATUS.noSuchFile) return undefined;
    throw isOfConnection(error) ? error : answerFault(what, error);
  }
}

function notAllowed(what: string, cause: unknown): ConnectorError {
  const isDenied = (cause as { code?: unknown }).code === STATUS.permissionDenied;
  return new ConnectorError(
    isDenied ? 'auth' : 'source',
    `${what}: the server ${isDenied ? 'denies this account the right' : `answers "${(cause as Error).message}"`}.`,
    {
      cause,
      ...(isDenied ? { fault: 'permission' as const } : {}),
      hint: isDenied
        ? 'Ask who runs the server for the right to write in both folders, or set `processed: keep`.'
        : 'The disk there may be full, or both folders may lie on different ones.',
    },
  );
}
