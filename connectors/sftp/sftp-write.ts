import { posix } from 'node:path';
import { ConnectorError, isConnectorError } from '#sdk';
import { STATUS, isOfConnection } from './sftp-errors.js';
import { requestsOn, type Requests } from './sftp-requests.js';
import type { SftpSession } from './sftp-session.js';
import type { SshConnection } from './ssh-connection.js';

/** As much as every server takes in one request. */
const PIECE_BYTES = 32 * 1024;
/** Pieces under way together. They are kept until all are answered, so that a dropped connection costs no more than them. */
const BLOCK_BYTES = 64 * PIECE_BYTES;

/** Writes a file; what a dropped connection leaves open is written again on a new one, from where it is sure. */
export async function writeFile(
  session: SftpSession,
  timeoutMs: number,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  let open: { readonly connection: SshConnection; readonly requests: Requests; readonly handle: Buffer } | undefined;
  let position = 0;
  const onOpen = <T>(work: (requests: Requests, handle: Buffer) => Promise<T>): Promise<T> =>
    session.with(async (connection, progressed) => {
      try {
        if (open?.connection !== connection) {
          const requests = requestsOn(connection, timeoutMs);
          if (position === 0) await makeFolders(requests, posix.dirname(name));
          open = { connection, requests, handle: await requests.openToWrite(name, position === 0) };
        }
        const done = await work(open.requests, open.handle);
        progressed();
        return done;
      } catch (error) {
        if (isOfConnection(error)) open = undefined;
        throw isOfConnection(error) ? error : refusedWrite(`File "${name}" cannot be written`, error);
      }
    });
  try {
    for await (const block of blocksOf(chunks)) {
      signal.throwIfAborted();
      await onOpen(async (requests, handle) => {
        const answers = [];
        for (let at = 0; at < block.byteLength; at += PIECE_BYTES)
          answers.push(requests.write(handle, block.subarray(at, at + PIECE_BYTES), position + at));
        // Every answer is waited for, so that none comes when the block is written again.
        const [refusal] = (await Promise.allSettled(answers)).filter(({ status }) => status === 'rejected');
        if (refusal !== undefined) throw (refusal as PromiseRejectedResult).reason;
      });
      position += block.byteLength;
    }
    // Some servers tell only here that a quota is used up.
    await onOpen((requests, handle) => requests.close(handle));
    open = undefined;
  } finally {
    await open?.requests.close(open.handle).catch(() => undefined);
  }
}

async function* blocksOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < BLOCK_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  // An empty file is made, too.
  yield Buffer.concat(held);
}

/** Renames over what lies there. Where the server cannot do that in one step, the name is free for a moment. */
export async function replaceFile(requests: Requests, name: string, to: string): Promise<void> {
  await makeFolders(requests, posix.dirname(to));
  try {
    await requests.renameOver(name, to);
  } catch (error) {
    if (isOfConnection(error)) throw error;
    const { code } = error as { code?: unknown };
    if (code !== STATUS.unsupported && typeof code === 'number')
      throw refusedWrite(`File "${name}" cannot be moved to "${to}"`, error);
    await requests.remove(to).catch((cause: unknown) => {
      if ((cause as { code?: unknown }).code !== STATUS.noSuchFile) throw cause;
    });
    await requests.rename(name, to);
  }
}

export async function makeFolders(requests: Requests, folder: string): Promise<void> {
  if (folder === '.' || folder === '/' || (await isThere(requests, folder))) return;
  await makeFolders(requests, posix.dirname(folder));
  try {
    await requests.makeFolder(folder);
  } catch (error) {
    if (isOfConnection(error)) throw error;
    // Another run may have made it meanwhile.
    if (!(await isThere(requests, folder))) throw refusedWrite(`Folder "${folder}" cannot be made`, error);
  }
}

async function isThere(requests: Requests, path: string): Promise<boolean> {
  try {
    await requests.stat(path);
    return true;
  } catch (error) {
    if (isOfConnection(error)) throw error;
    return false;
  }
}

export function refusedWrite(what: string, cause: unknown): ConnectorError {
  if (isConnectorError(cause)) return cause;
  const { code, message } = cause as { code?: unknown; message?: string };
  if (code === STATUS.permissionDenied)
    return new ConnectorError('auth', `${what}: the server denies this account the right.`, {
      cause,
      hint: 'Ask who runs the server for the right to write in the folder.',
    });
  return new ConnectorError('destination', `${what}: the server answers "${message ?? String(cause)}".`, {
    cause,
    hint: 'The disk there may be full, or a quota used up. What was delivered stays; the next run goes on from there.',
  });
}
