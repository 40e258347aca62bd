import { createHash } from 'node:crypto';
import type { FileVersion } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';
import { unbzip2 } from './unpack/bzip2.js';
import { refused } from './unpack/faults.js';
import type { Layer } from './unpack/layer.js';
import { decrypting, type PgpRules } from './unpack/pgp-message.js';
import { zipEntries } from './unpack/zip.js';
import { gunzip, unzstd } from './unpack/zlib.js';

/** What is known of a file once it was read to its end. */
export interface Identity {
  checksum: string;
  bytes: number;
  /** Set with the first chunk: true where what is handed out was unpacked from what came. */
  isPacked?: boolean;
  /** Set with it: true where the memory of a chunk may be given back once it has served. */
  givesChunksAway?: boolean;
}

export const PACKINGS = ['gzip', 'zip', 'bzip2', 'zstd', 'pgp'] as const;
export type Packing = (typeof PACKINGS)[number];
/** `auto` goes by the endings of the name and by the first bytes; a list names every packing, the outermost first. */
export type Compression = 'auto' | 'none' | Packing | readonly Packing[];

export interface DecodeRules {
  readonly compression: Compression;
  /** True for a format that is a zip archive itself (XLSX), which only a name's ending then makes a packing. */
  readonly isZipItself?: boolean;
  readonly pgp?: PgpRules;
  /** Which entries of an archive are read, by a glob; absent: all. */
  readonly entries?: string;
  readonly maxEntries: number;
  readonly maxRatio: number;
  readonly maxUnpackedBytes: number;
}

/** The bytes of one file, unpacked: the file itself, or an entry of the archive that it is. */
export interface Part {
  readonly name: string;
  /** True where nobody else holds the memory of its chunks, so that who reads them may give it back. */
  readonly givesChunksAway: boolean;
  /** True for an entry of an archive, of which there may be several. */
  readonly isEntry: boolean;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Exports shrink to a tenth or a fiftieth; below this size a file that shrank to less is no danger. */
const WATCHED_BYTES = 64 << 20;
const MAX_LAYERS = 8;
/** As much of the beginning as tells a packing. */
const HEAD_BYTES = 10;

const ENDINGS: readonly (readonly [RegExp, Packing])[] = [
  [/\.gz$/i, 'gzip'],
  [/\.zip$/i, 'zip'],
  [/\.bz2$/i, 'bzip2'],
  [/\.zst$/i, 'zstd'],
  [/\.(pgp|gpg|asc)$/i, 'pgp'],
];
const HEADS: readonly (readonly [string, Packing])[] = [
  ['\x1f\x8b', 'gzip'],
  ['PK\x03\x04', 'zip'],
  ['PK\x05\x06', 'zip'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['-----BEGIN', 'pgp'],
];
const BZIP2_HEAD = /^BZh[1-9]1AY&SY/;

/**
 * The bytes of a file with every packing taken off, with checksum and size of the file as it lies at the source. A file
 * that is cut off, damaged, or of another size than it was listed with, throws: the end of the bytes is then not the end of
 * the data. Reads no further than the caller pulls; a part is to be read to its end before the next is asked for.
 */
export async function* decodedParts(
  raw: AsyncIterable<Uint8Array>,
  file: FileVersion,
  rules: DecodeRules,
  identity: Identity,
  givesChunksAway = false,
): AsyncGenerator<Part> {
  const context = { file, identity, givesChunksAway };
  const chunks = measured(raw, file, identity);
  const counts: number[] = [];
  const bomb = (what: string) =>
    new ConnectorError('source', `File "${file.name}" unpacks to more than ${what}.`, {
      hint: 'This looks like an archive bomb; the file was refused. If it is right, raise `max_ratio` or `max_unpacked_bytes`.',
    });
  // Counted over all entries of an archive, and layer by layer: a bomb may hide behind an inner one.
  const watched = async function* (unpacked: AsyncIterable<Uint8Array>, depth: number) {
    for await (const chunk of unpacked) {
      const bytes = (counts[depth] ?? 0) + chunk.byteLength;
      counts[depth] = bytes;
      if (bytes > WATCHED_BYTES && bytes > identity.bytes * rules.maxRatio)
        throw bomb(`${rules.maxRatio} times its size`);
      if (bytes > rules.maxUnpackedBytes) throw bomb(`${rules.maxUnpackedBytes} bytes`);
      yield chunk;
    }
  };
  async function* opened(part: Part, depth: number, wasDecrypted: boolean): AsyncGenerator<Part> {
    const { head, all } = await withHead(part.chunks);
    try {
      const packing = packingOf(part.name, head, depth, wasDecrypted);
      if (packing === undefined) {
        if (rules.pgp !== undefined && !wasDecrypted)
          throw refused(file, 'is not encrypted, which `pgp` asks for', 'Ask who sent it.');
        identity.isPacked ??= depth > 0;
        identity.givesChunksAway = part.givesChunksAway;
        yield { ...part, chunks: all };
        return;
      }
      if (depth >= MAX_LAYERS) throw refused(file, `is packed more than ${MAX_LAYERS} times`, 'Ask who made it.');
      identity.isPacked = true;
      if (packing === 'zip') {
        for await (const entry of zipEntries(all, context, rules))
          yield* opened(
            { name: entry.name, isEntry: true, givesChunksAway: false, chunks: watched(entry.chunks, depth) },
            depth + 1,
            wasDecrypted,
          );
        return;
      }
      const inner = part.name.replace(ENDINGS.find(([, kind]) => kind === packing)?.[0] as RegExp, '');
      const unpacked = layerOf(packing)(all, { ...context, givesChunksAway: part.givesChunksAway });
      yield* opened(
        { ...part, name: inner, givesChunksAway: packing !== 'bzip2', chunks: watched(unpacked, depth) },
        depth + 1,
        wasDecrypted || packing === 'pgp',
      );
    } finally {
      await all.return(undefined);
    }
  }
  function packingOf(name: string, head: string, depth: number, wasDecrypted: boolean): Packing | undefined {
    const { compression, pgp } = rules;
    if (compression === 'none') return undefined;
    if (compression !== 'auto') return typeof compression === 'string' ? [compression][depth] : compression[depth];
    const byName = ENDINGS.find(([ending]) => ending.test(name))?.[1];
    const byHead = BZIP2_HEAD.test(head) ? 'bzip2' : HEADS.find(([bytes]) => head.startsWith(bytes))?.[1];
    const found = byName ?? (byHead === 'zip' && rules.isZipItself === true ? undefined : byHead);
    return found ?? (pgp !== undefined && !wasDecrypted ? 'pgp' : undefined);
  }
  function layerOf(packing: Exclude<Packing, 'zip'>): Layer {
    if (packing === 'gzip') return gunzip;
    if (packing === 'zstd') return unzstd;
    if (packing === 'bzip2') return unbzip2;
    if (rules.pgp === undefined)
      throw new ConnectorError('config', `File "${file.name}" is encrypted by PGP, and the stream has no \`pgp\`.`, {
        hint: 'Give `pgp: { private_key: "${file:/run/secrets/key.asc}" }`.',
      });
    return decrypting(rules.pgp);
  }
  try {
    yield* opened({ name: file.name, isEntry: false, givesChunksAway, chunks }, 0, false);
    if (identity.checksum === '')
      throw refused(file, 'has bytes after the end of what is packed in it', 'Deliver it again.');
  } finally {
    await chunks.return(undefined);
  }
}

/** The first bytes, as characters, and all of them. */
async function withHead(chunks: AsyncIterable<Uint8Array>) {
  const iterator = chunks[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    seen.push(value);
    head = Buffer.concat([head, value.subarray(0, HEAD_BYTES)]);
  }
  const all = (async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* seen;
      yield* { [Symbol.asyncIterator]: () => iterator };
    } finally {
      await iterator.return?.();
    }
  })();
  return { head: head.toString('latin1'), all };
}

async function* measured(
  raw: AsyncIterable<Uint8Array>,
  file: FileVersion,
  identity: Identity,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of raw) {
    hash.update(chunk);
    identity.bytes += chunk.byteLength;
    if (identity.bytes > file.bytes) throw changed(file, `gave at least ${identity.bytes}`);
    yield chunk;
  }
  if (identity.bytes < file.bytes) throw changed(file, `gave ${identity.bytes}`);
  identity.checksum = hash.digest('hex');
}

function changed(file: FileVersion, what: string): ConnectorError {
  return new ConnectorError('source', `File "${file.name}" had ${file.bytes} bytes when it was listed and ${what}.`, {
    hint: 'It was written or replaced while it was read. Nothing of it was loaded; the next run reads it again.',
  });
}
