import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { BadRecord, type RecordData } from '../../../protocol/index.js';
import { ConnectorError, isConnectorError } from '../../errors.js';
import { parseJson } from '../../http/json.js';
import { linesOf } from '../../process/lines.js';
import type { BatchMessage } from './messages.js';
import { isObject } from './schema.js';

/**
 * The records of a BATCH message, a page at a time. Each of its files is deleted once it was read to its end. JSON lines in local files,
 * plain or gzipped, are read; anything else is a `source` error that says what it is.
 */
export async function* batchRecords({
  stream,
  encoding,
  manifest,
}: BatchMessage): AsyncIterable<readonly (RecordData | BadRecord)[]> {
  const { format, compression = 'none' } = encoding;
  const refuse = (what: string, cause?: unknown): never => {
    throw new ConnectorError('source', `Stream "${stream}": a BATCH message ${what}.`, {
      stream,
      ...(cause === undefined ? {} : { cause }),
      hint: 'JSON lines in local files are read, plain or gzipped: set `batch_config` of the tap so, or take it away.',
    });
  };
  if (format !== 'jsonl') refuse(`has files of the format "${format}"`);
  if (compression !== 'gzip' && compression !== 'none') refuse(`has files that are packed by "${compression}"`);
  for (const address of manifest) {
    const path = localPath(address) ?? refuse(`names the file "${address}", which is not local`);
    const bytes = createReadStream(path);
    const unpacked = compression === 'gzip' ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
    try {
      for await (const lines of linesOf(unpacked, `The file "${path}"`))
        yield lines.filter((line) => line.trim() !== '').map(recordOf);
    } catch (error) {
      if (isConnectorError(error)) throw error;
      refuse(`names the file "${path}", which cannot be read to its end: ${(error as Error).message}`, error);
    } finally {
      bytes.destroy();
    }
    await rm(path, { force: true });
  }
}

function localPath(address: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) return address;
  try {
    return fileURLToPath(address);
  } catch {
    return undefined;
  }
}

function recordOf(line: string): RecordData | BadRecord {
  try {
    const record = parseJson(line);
    if (isObject(record)) return record;
  } catch {
    // Told below, without its text.
  }
  return new BadRecord('not_a_record', 'The line is no JSON object.', { line });
}
