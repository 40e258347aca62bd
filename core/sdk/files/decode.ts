import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FileVersion } from '../../protocol/index.js';
import { ConnectorError, isConnectorError } from '../errors.js';

/** What is known of a file once it was read to its end. */
export interface Identity {
  checksum: string;
  bytes: number;
}

/** A small archive that grows without end is an attack or damage: past this size the ratio is watched. */
const WATCHED_BYTES = 64 << 20;
const MAX_RATIO = 1_000;

/**
 * The bytes of a file, decompressed, with checksum and size of the file as it lies at the source. A file that changed its
 * size since it was listed, or that is cut off, throws: the end of the bytes is then not the end of the data.
 */
export async function* decoded(
  raw: AsyncIterable<Uint8Array>,
  file: FileVersion,
  compression: 'none' | 'gzip',
  identity: Identity,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  const hashed = (async function* () {
    for await (const chunk of raw) {
      hash.update(chunk);
      identity.bytes += chunk.byteLength;
      yield chunk;
    }
    identity.checksum = hash.digest('hex');
    if (identity.bytes !== file.bytes)
      throw new ConnectorError(
        'source',
        `File "${file.name}" had ${file.bytes} bytes when it was listed and gave ${identity.bytes}.`,
        {
          hint: 'It was written or replaced while it was read. Nothing of it was loaded; the next run reads it again.',
        },
      );
  })();
  yield* compression === 'gzip' ? gunzip(hashed, file, identity) : hashed;
}

async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  file: FileVersion,
  identity: Identity,
): AsyncIterable<Uint8Array> {
  const unzip = createGunzip({ chunkSize: 1 << 18 });
  const input = Readable.from(chunks, { objectMode: false, highWaterMark: 1 << 18 });
  input.on('error', (error) => unzip.destroy(error));
  input.pipe(unzip);
  let out = 0;
  try {
    for await (const chunk of unzip as AsyncIterable<Uint8Array>) {
      out += chunk.byteLength;
      if (out > WATCHED_BYTES && out > identity.bytes * MAX_RATIO)
        throw new ConnectorError('source', `File "${file.name}" unpacks to more than ${MAX_RATIO} times its size.`, {
          hint: 'This looks like an archive bomb; the file was refused.',
        });
      yield chunk;
    }
  } catch (error) {
    if (isConnectorError(error)) throw error;
    throw new ConnectorError(
      'source',
      `File "${file.name}" is no whole gzip archive (after ${identity.bytes} bytes).`,
      {
        cause: error,
        hint: 'The transfer was cut off, or the file is damaged. Nothing of it was loaded.',
      },
    );
  } finally {
    input.destroy();
    unzip.destroy();
  }
}
