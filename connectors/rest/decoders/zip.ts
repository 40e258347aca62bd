import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { ConnectorError, isConnectorError } from '#sdk';
import { mostUnpackedBytes, tooLarge } from './pieces.js';

const MOST_ENTRIES = 10_000;

const damaged = (cause?: unknown) =>
  new ConnectorError('source', 'An archive is damaged.', { cause, hint: 'Ask for it again.' });

export interface ZippedFile {
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** What the files of an archive hold, as `zipFiles` has them. */
export async function* zipEntries(body: Uint8Array, mostBytes: number): AsyncIterable<ZippedFile['content']> {
  for await (const { content } of zipFiles(body, mostBytes)) yield content;
}

/** The files of an archive, in its order, each to be read before the next; the sum of their sizes is bounded. */
export async function* zipFiles(body: Uint8Array, mostBytes: number): AsyncIterable<ZippedFile> {
  const archive = await (promisify(fromBuffer) as (buffer: Buffer, options: object) => Promise<ZipFile>)(
    Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    {
      lazyEntries: true,
    },
  ).catch((cause: unknown) => {
    throw new ConnectorError('source', 'An answer is no zip archive, or is damaged.', { cause });
  });
  if (archive.entryCount > MOST_ENTRIES)
    throw new ConnectorError('source', `An archive has ${archive.entryCount} files, more than ${MOST_ENTRIES}.`);
  const most = mostUnpackedBytes(mostBytes);
  const size = { most, left: most };
  for (;;) {
    const entry = await nextEntry(archive);
    if (entry === undefined) return;
    if (!entry.fileName.endsWith('/')) yield { name: entry.fileName, content: contentOf(archive, entry, size) };
  }
}

async function* contentOf(
  archive: ZipFile,
  entry: Entry,
  size: { readonly most: number; left: number },
): AsyncIterable<Uint8Array> {
  const stream = (await archive.openReadStreamPromise?.(entry)) ?? (await opened(archive, entry));
  // Only the sum tells that a stored byte is another one.
  let sum = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size.left -= chunk.length;
      if (size.left < 0) throw tooLarge(`An archive unpacks to more than ${size.most} bytes.`);
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (cause) {
    throw isConnectorError(cause) ? cause : damaged(cause);
  }
  if (sum !== entry.crc32) throw damaged();
}

function opened(archive: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> {
  return new Promise((resolve, reject) =>
    archive.openReadStream(entry, (error, stream) =>
      error === null || error === undefined ? resolve(stream) : reject(error),
    ),
  );
}

function nextEntry(archive: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const done = () => {
      archive.off('entry', onEntry).off('end', onEnd).off('error', onError);
    };
    const onEntry = (entry: Entry) => {
      done();
      resolve(entry);
    };
    const onEnd = () => {
      done();
      resolve(undefined);
    };
    const onError = (cause: unknown) => {
      done();
      reject(damaged(cause));
    };
    archive.on('entry', onEntry).on('end', onEnd).on('error', onError);
    archive.readEntry();
  });
}
