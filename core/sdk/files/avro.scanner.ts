import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import type { Type } from 'avsc';
import { snappyUncompress } from 'hyparquet';
import type { Field, FileVersion, ObjectScanner, RecordData } from '../../protocol/index.js';
import { isConnectorError } from '../errors.js';
import { avroFields, avroType, byteFields, type AvroSchema } from './avro.schema.js';
import { refused } from './unpack/faults.js';

const MAGIC = 'Obj\x01';
const SYNC_BYTES = 16;
/** A block is some 64 KB; one that is larger than this, packed or not, is damage or a bomb. */
const MAX_BLOCK_BYTES = 64 << 20;
const MAX_BLOCK_RECORDS = 10_000_000;

export interface AvroScanner extends ObjectScanner {
  /** By the schema in the file; known once its head was pushed. */
  readonly fields: readonly Field[] | undefined;
}

/**
 * Records of an Avro object container file, block by block. Logical types come as the texts that the row program reads,
 * integers beyond 2^53 as `bigint`, decimals with every digit. A file that is cut off or damaged throws: its blocks tell.
 */
export function avroScanner(file: FileVersion): AvroScanner {
  let bytes: Buffer = Buffer.alloc(0);
  let head:
    | { type: Type; fields: readonly Field[]; binary: readonly string[]; codec: string; sync: Buffer }
    | undefined;

  const damaged = (what: string, cause?: unknown) =>
    refused(file, `is no Avro file or is damaged: ${what}`, 'Deliver it again.', cause);

  function readHead(): boolean {
    if (bytes.length < MAGIC.length) return false;
    if (bytes.subarray(0, 4).toString('latin1') !== MAGIC) throw damaged('it does not begin as one');
    const at = { position: 4 };
    const meta = new Map<string, Buffer>();
    for (;;) {
      let count = longAt(bytes, at);
      if (count === undefined) return tooLongHead();
      if (count === 0) break;
      // A negative count is followed by the size of the block.
      if (count < 0) {
        count = -count;
        if (longAt(bytes, at) === undefined) return tooLongHead();
      }
      for (; count > 0; count -= 1) {
        const key = textAt(bytes, at);
        const value = key === undefined ? undefined : textAt(bytes, at);
        if (key === undefined || value === undefined) return tooLongHead();
        meta.set(key.toString('utf8'), value);
      }
    }
    if (bytes.length < at.position + SYNC_BYTES) return tooLongHead();
    const sync = Buffer.from(bytes.subarray(at.position, at.position + SYNC_BYTES));
    bytes = bytes.subarray(at.position + SYNC_BYTES);
    const codec = meta.get('avro.codec')?.toString('utf8') ?? 'null';
    if (!['null', 'deflate', 'snappy', 'zstandard'].includes(codec))
      throw refused(file, `is packed by the codec "${codec}"`, 'null, deflate, snappy and zstandard are read.');
    try {
      const schema = JSON.parse(meta.get('avro.schema')?.toString('utf8') ?? '') as AvroSchema;
      const type = avroType(schema);
      head = { type, fields: avroFields(schema), binary: byteFields(type), codec, sync };
    } catch (cause) {
      throw damaged('its schema is no record that can be read', cause);
    }
    return true;
  }

  function tooLongHead(): false {
    if (bytes.length > MAX_BLOCK_BYTES) throw damaged('its head has no end');
    return false;
  }

  function take(): RecordData[] {
    const records: RecordData[] = [];
    if (head === undefined && !readHead()) return records;
    const { type, binary, codec, sync } = head as NonNullable<typeof head>;
    for (;;) {
      const at = { position: 0 };
      const count = longAt(bytes, at);
      const size = count === undefined ? undefined : longAt(bytes, at);
      if (count === undefined || size === undefined) return records;
      if (count < 0 || count > MAX_BLOCK_RECORDS || size < 0 || size > MAX_BLOCK_BYTES)
        throw damaged(`a block says that it has ${count} records and ${size} bytes`);
      const end = at.position + size;
      if (bytes.length < end + SYNC_BYTES) return records;
      if (!bytes.subarray(end, end + SYNC_BYTES).equals(sync)) throw damaged('a block has no right end');
      try {
        const block = unpacked(bytes.subarray(at.position, end), codec);
        let offset = 0;
        for (let record = 0; record < count; record += 1) {
          const decoded = type.decode(block, offset) as { value: RecordData | undefined; offset: number };
          if (decoded.offset < 0 || decoded.value === undefined) throw new Error('a record ends beyond its block');
          offset = decoded.offset;
          const own = decoded.value as Record<string, unknown>;
          for (const name of binary)
            if (own[name] instanceof Uint8Array) own[name] = Buffer.from(own[name]).toString('base64');
          records.push(own);
        }
        if (offset !== block.length) throw new Error('a block has more bytes than its records');
      } catch (cause) {
        if (isConnectorError(cause)) throw cause;
        throw damaged('a block cannot be read', cause);
      }
      bytes = bytes.subarray(end + SYNC_BYTES);
    }
  }

  return {
    get fields() {
      return head?.fields;
    },
    late: [],
    push(chunk) {
      bytes = bytes.length === 0 ? Buffer.from(chunk) : Buffer.concat([bytes, chunk]);
      return take();
    },
    end() {
      if (head === undefined || bytes.length > 0)
        throw refused(
          file,
          head === undefined
            ? 'is no Avro file or is cut off in its head'
            : 'is an Avro file that is cut off in a block',
          'The transfer did not end; deliver it again.',
        );
      return [];
    },
  };
}

function unpacked(block: Buffer, codec: string): Buffer {
  const maxOutputLength = MAX_BLOCK_BYTES;
  if (codec === 'deflate') return inflateRawSync(block, { maxOutputLength });
  if (codec === 'zstandard') return zstdDecompressSync(block, { maxOutputLength });
  if (codec !== 'snappy') return Buffer.from(block);
  const packed = block.subarray(0, -4);
  const length = snappyLength(packed);
  if (length > MAX_BLOCK_BYTES) throw new Error('a block is too large');
  const output = Buffer.alloc(length);
  snappyUncompress(packed, output);
  if (crc32(output) !== block.readUInt32BE(block.length - 4)) throw new Error('a check sum is wrong');
  return output;
}

function snappyLength(packed: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = packed[at] ?? 0;
    length += (byte & 127) * 2 ** (7 * at);
    if (byte < 128) return length;
  }
  return Infinity;
}

/** A number of the framing: small ones only; nothing where its bytes are not all there. */
function longAt(bytes: Buffer, at: { position: number }): number | undefined {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[at.position + index];
    if (byte === undefined) return undefined;
    value += (byte & 127) * 2 ** (7 * index);
    if (byte < 128) {
      at.position += index + 1;
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }
  return Number.NaN;
}

function textAt(bytes: Buffer, at: { position: number }): Buffer | undefined {
  const length = longAt(bytes, at);
  if (length === undefined || !(at.position + length <= bytes.length)) return undefined;
  at.position += length;
  return Buffer.from(bytes.subarray(at.position - length, at.position));
}
