import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { createGzip, createZstdCompress } from 'node:zlib';
import { ConnectorError } from '#sdk';
import type { WritableTransport } from '#sdk/files';
import type { FilesConfig } from './files.config.js';

const CHUNK_BYTES = 1 << 18;

/** One file on its way: what is written is packed, encrypted, hashed and sent as it comes. */
export interface Output {
  /** Bytes that were written, before they are packed. */
  readonly written: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves once the file is whole at the place, and of the size that was sent. */
  end(): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** Gives the file up. */
  fail(): Promise<void>;
}

export function openOutput(place: WritableTransport, name: string, config: FilesConfig, signal: AbortSignal): Output {
  const source = new PassThrough({ highWaterMark: 4 * CHUNK_BYTES });
  // Given up before anything reads from it, its error is nobody's, and would end the process.
  source.on('error', () => undefined);
  const hash = createHash('sha256');
  let bytes = 0;
  let written = 0;
  let fault: unknown;
  const measured = async function* () {
    for await (const chunk of encrypted(packed(source, config), config)) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  };
  const sending = place.write(name, measured(), signal).catch((error: unknown) => {
    fault = error;
    source.destroy();
  });
  return {
    get written() {
      return written;
    },
    async write(piece) {
      if (fault !== undefined) throw fault;
      written += piece.byteLength;
      if (!source.write(piece)) await Promise.race([once(source, 'drain').catch(() => undefined), sending]);
      if (fault !== undefined) throw fault;
    },
    async end() {
      source.end();
      await sending;
      if (fault !== undefined) throw fault;
      const found = await place.stat(name, signal);
      if (found?.bytes !== bytes)
        throw new ConnectorError(
          'destination',
          `File "${name}" has ${found?.bytes ?? 'no'} bytes in ${place.place}, and ${bytes} were sent.`,
          {
            fault: 'integrity',
            hint: 'The disk there may be full. Nothing of it counts; the next run writes it again.',
          },
        );
      return { bytes, sha256: hash.digest('hex') };
    },
    async fail() {
      source.destroy(new Error('given up'));
      await sending;
      await place.remove(name, signal).catch(() => undefined);
    },
  };
}

function packed(source: Readable, { compression, format }: FilesConfig): Readable {
  if (compression === 'none' || format === 'parquet') return source;
  const zip =
    compression === 'gzip' ? createGzip({ chunkSize: CHUNK_BYTES }) : createZstdCompress({ chunkSize: CHUNK_BYTES });
  source.on('error', (error) => zip.destroy(error));
  source.on('close', () => source.readableEnded || zip.destroy());
  return source.pipe(zip);
}

async function* encrypted(chunks: AsyncIterable<Uint8Array>, { pgp }: FilesConfig): AsyncGenerator<Uint8Array> {
  if (pgp === undefined) {
    yield* chunks;
    return;
  }
  const openpgp = await import('openpgp');
  const { encryptionKeys, signingKeys } = await keysOf(pgp);
  const stream = await openpgp.encrypt({
    message: await openpgp.createMessage({ binary: ReadableStream.from(chunks) as never }),
    encryptionKeys,
    ...(signingKeys === undefined ? {} : { signingKeys }),
    format: pgp.armor ? 'armored' : 'binary',
  } as never);
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array | string>)
    yield typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
}

/** Keys are looked at before anything is written, too: `check` and each run ask for them. */
export async function keysOf(pgp: NonNullable<FilesConfig['pgp']>) {
  const openpgp = await import('openpgp');
  const bad = (what: string, hint: string) => (cause: unknown) => {
    throw new ConnectorError('config', what, { hint, cause });
  };
  const encryptionKeys = [];
  for (const armoredKeys of pgp.public_keys)
    encryptionKeys.push(
      ...(await openpgp
        .readKeys({ armoredKeys })
        .catch(bad('`pgp.public_keys` holds what is no armored PGP public key.', 'Ask who reads the files for it.'))),
    );
  for (const key of encryptionKeys)
    await key
      .getEncryptionKey()
      .catch(
        bad('A key of `pgp.public_keys` cannot encrypt, or has expired.', 'Ask who reads the files for a new one.'),
      );
  if (pgp.private_key === undefined) return { encryptionKeys };
  const sealed = await openpgp
    .readPrivateKey({ armoredKey: pgp.private_key })
    .catch(bad('`pgp.private_key` is no armored PGP private key.', 'Export it by `gpg --armor --export-secret-keys`.'));
  if (sealed.isDecrypted()) return { encryptionKeys, signingKeys: sealed };
  const signingKeys = await openpgp
    .decryptKey({ privateKey: sealed, passphrase: pgp.passphrase ?? '' })
    .catch(bad('The passphrase does not open the PGP private key.', 'Correct `pgp.passphrase`.'));
  return { encryptionKeys, signingKeys };
}
