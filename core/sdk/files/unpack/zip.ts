import { matchesGlob } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { ConnectorError, isConnectorError } from '../../errors.js';
import { refused } from './faults.js';
import type { LayerContext } from './layer.js';
import { spooled, zipIn, type Spool } from './spool.js';

export interface ZipRules {
  /** Which entries are read, by a glob; absent: all. */
  readonly entries?: string;
  readonly maxEntries: number;
}

export interface ZipEntry {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const LINK = 0o120000;
const KIND = 0o170000;

/** The entries of an archive by their names. It is put on disk first, since its table of contents stands at its end. */
export async function* zipEntries(
  chunks: AsyncIterable<Uint8Array>,
  context: LayerContext,
  rules: ZipRules,
): AsyncGenerator<ZipEntry> {
  const { file } = context;
  const damaged = (cause: unknown) =>
    isConnectorError(cause)
      ? cause
      : refused(
          file,
          `is no zip archive, is cut off or is damaged: ${cause instanceof Error ? cause.message : 'unknown fault'}`,
          'Deliver it again.',
          cause,
        );
  const spool = await spooled(chunks);
  try {
    const zip = await openZip(spool).catch((cause: unknown) => {
      throw damaged(cause);
    });
    if (zip.entryCount > rules.maxEntries)
      throw refused(
        file,
        `is an archive of ${zip.entryCount} entries, more than the ${rules.maxEntries} of \`max_entries\``,
        'Raise it if that is right.',
      );
    const chosen = await entriesOf(zip, context, rules).catch((cause: unknown) => {
      throw damaged(cause);
    });
    if (chosen.length === 0)
      throw refused(
        file,
        rules.entries === undefined ? 'is an archive without a file' : `has no entry that matches "${rules.entries}"`,
        'Correct `entries`, or deliver it again.',
      );
    for (const entry of chosen) yield { name: entry.fileName, chunks: contentOf(zip, entry, context, damaged) };
  } finally {
    await spool.close();
  }
}

const openZip = (spool: Spool): Promise<ZipFile> => {
  if (spool.bytes === 0) throw new Error('it is empty');
  return zipIn(spool);
};

/** Every entry is looked at before the first is read: what is refused is refused before anything of it counts. */
async function entriesOf(zip: ZipFile, { file }: LayerContext, { entries }: ZipRules): Promise<Entry[]> {
  const chosen: Entry[] = [];
  const seen = new Set<string>();
  for await (const entry of zip.eachEntry()) {
    const { fileName } = entry;
    const bad = (what: string) =>
      refused(file, `has the entry "${fileName}", ${what}`, 'Such archives are refused; ask who made it.');
    const mode = entry.externalFileAttributes >>> 16;
    if ((mode & KIND) === LINK) throw bad('which is a link');
    if (fileName.endsWith('/')) continue;
    if (entries !== undefined && !matchesGlob(fileName, entries)) continue;
    if (seen.has(fileName)) throw bad('twice');
    if ((entry.generalPurposeBitFlag & 1) !== 0) throw bad('which is encrypted by zip; use PGP');
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
      throw bad(`which is packed by method ${entry.compressionMethod}; deflate and stored are read`);
    seen.add(fileName);
    chosen.push(entry);
  }
  const byName = (a: Entry, b: Entry) => (a.fileName < b.fileName ? -1 : 1);
  return chosen.toSorted(byName);
}

async function* contentOf(
  zip: ZipFile,
  entry: Entry,
  { file }: LayerContext,
  damaged: (cause: unknown) => ConnectorError,
): AsyncIterable<Uint8Array> {
  let sum = 0;
  const stream = await zip.openReadStreamPromise(entry).catch((cause: unknown) => {
    throw damaged(cause);
  });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (cause) {
    throw damaged(cause);
  } finally {
    stream.destroy();
  }
  if (sum !== entry.crc32)
    throw refused(file, `has the entry "${entry.fileName}", whose check sum is wrong`, 'Deliver it again.');
}
