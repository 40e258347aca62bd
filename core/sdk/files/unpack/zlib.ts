import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { ConnectorError, isConnectorError } from '../../errors.js';
import { refused } from './faults.js';
import { freeing } from './freed.js';
import type { Layer } from './layer.js';
import { zstdFrames } from './zstd-frames.js';

/** Unpacked chunks: 16 KB run at a quarter of the speed, 1 MB a tenth faster for four times the memory. */
const CHUNK_BYTES = 1 << 18;
/**
 * Chunks one by one, as they were unpacked. Node else joins those that wait, in a buffer of their own: who reads then takes the
 * one before for served and gives its memory back, while Node still unpacks into the rest of it.
 */
const SETTINGS = { chunkSize: CHUNK_BYTES, readableObjectMode: true, readableHighWaterMark: 1 };

export const gunzip: Layer = (chunks, context) => inflate(chunks, context, 'gzip', createGunzip(SETTINGS));

export const unzstd: Layer = (chunks, context) =>
  inflate(zstdFrames(chunks), { ...context, givesChunksAway: false }, 'zstd', createZstdDecompress(SETTINGS));

async function* inflate(
  chunks: AsyncIterable<Uint8Array>,
  { file, identity, givesChunksAway }: Parameters<Layer>[1],
  kind: string,
  unzip: Gunzip | ZstdDecompress,
): AsyncIterable<Uint8Array> {
  const fed = async () => {
    let given = 0;
    for await (const chunk of freeing(chunks, () => givesChunksAway)) {
      if (unzip.bytesWritten === given)
        // Called back when all of the chunk was unpacked and taken.
        await new Promise<void>((resolve, reject) =>
          unzip.write(chunk, (error) => (error ? reject(error) : resolve())),
        );
      given += chunk.byteLength;
      // At a zero after a member Node stops without a word, whatever follows. Zeros that fill up a block are no data.
      const left = Math.min(given - unzip.bytesWritten, chunk.byteLength);
      if (left > 0 && chunk.subarray(-left).some((byte) => byte !== 0))
        throw refused(file, `has other bytes after the end of its ${kind} archive`, 'Deliver it again.');
    }
    unzip.end();
  };
  const feeding = fed();
  feeding.catch((error: Error) => unzip.destroy(error));
  let unpacked = 0;
  try {
    for await (const chunk of unzip as AsyncIterable<Uint8Array>) {
      unpacked += chunk.byteLength;
      yield chunk;
    }
    await feeding;
  } catch (error) {
    throw isConnectorError(error) ? error : damaged(error);
  } finally {
    unzip.destroy();
  }

  function damaged(cause: unknown): ConnectorError {
    const { code } = cause as NodeJS.ErrnoException;
    const { name, bytes } = file;
    if (code === undefined || !code.startsWith('Z'))
      return new ConnectorError('source', `File "${name}" cannot be read to its end.`, { cause });
    const done = `(${unpacked} bytes unpacked)`;
    return code === 'Z_BUF_ERROR'
      ? new ConnectorError(
          'source',
          `File "${name}" is a ${kind} archive that is cut off after byte ${identity.bytes} of ${bytes} ${done}.`,
          {
            cause,
            fault: 'integrity',
            hint: 'The transfer did not end. Nothing of the file was loaded; deliver it again.',
          },
        )
      : new ConnectorError(
          'source',
          `File "${name}" is no ${kind} archive or is damaged between byte ${unzip.bytesWritten} and ${identity.bytes} of ${bytes} ${done}.`,
          {
            cause,
            fault: 'integrity',
            hint: 'Nothing of the file was loaded; deliver it again. If it is not compressed, set `compression: none`.',
          },
        );
  }
}
