import {
  BadRecord,
  type Field,
  type FileVersion,
  type OpenFile,
  type ParsingRules,
  type RecordData,
} from '../../protocol/index.js';
import { numbersOf } from './numbers.js';
import { avroScanner } from './avro.scanner.js';
import { csvScanner, type CsvOptions } from './csv.scanner.js';
import { decodedParts, type DecodeRules, type Identity, type Part } from './decode.js';
import { inUtf8 } from './encoding.js';
import { ConnectorError } from '../errors.js';
import type { FileSpec } from './file-spec.js';
import { fixedWidthScanner, placesOf } from './fixed-width.scanner.js';
import type { FileTransport } from './transport.js';
import { declaredFields, headerFields, readHeader, repaired } from './header.js';
import { inferObjects } from './infer.js';
import { jsonArrayScanner } from './json-array.scanner.js';
import { jsonLinesScanner } from './jsonl.scanner.js';
import { noticingLate } from './late-fields.js';
import { withoutLines } from './lines.js';
import { fillable, namesIn, onlyColumns, rowsAsObjects, wantedNames } from './only-columns.js';
import { joinedText, onlyPart } from './parts.js';
import { evened } from './ragged.js';
import { freeing } from './unpack/freed.js';
import { spooledRecords } from './spooled-records.js';

/** What is done to the unpacked text of a file before it is parsed. */
export type Shape = (chunks: AsyncGenerator<Uint8Array>, file: FileVersion) => AsyncGenerator<Uint8Array>;

/** Opens one version of a file for the row program: unpacked, and with the fields in the order of the file. */
export async function openFile(
  transport: FileTransport,
  spec: FileSpec,
  known: ReadonlyMap<string, Field>,
  file: FileVersion,
  signal: AbortSignal,
  shape: Shape,
): Promise<OpenFile> {
  const identity: Identity = { checksum: '', bytes: 0 };
  const parts = decodedParts(
    transport.open(file, signal),
    file,
    decodeRules(spec),
    identity,
    transport.givesChunksAway,
  );
  const asText = (part: Part) => {
    const text = inUtf8(part.chunks, spec.encoding, file);
    const { skip_lines: first, skip_footer_lines: last } = spec;
    return first + last > 0 ? withoutLines(text, first, last) : text;
  };
  // Lines that are cut off, or a trailer, leave chunks that share their memory.
  const isPassedOn =
    spec.encoding === 'utf-8' &&
    spec.skip_lines + spec.skip_footer_lines === 0 &&
    spec.integrity?.trailer === undefined;
  const newScanner = hasHeader(spec) ? () => csvScanner(dialectOf(spec)) : undefined;
  const isText = !BINARY.has(spec.format);
  const chunks = isText ? shape(joinedText(parts, file, asText, newScanner), file) : onlyPart(parts, file);
  try {
    const layout = await OPENERS[spec.format](spec, known, file, chunks);
    const { scanner, fields, read } = layout;
    return {
      scanner,
      fields,
      isPacked: identity.isPacked === true,
      parsing: parsingRules(spec),
      chunks: replayed(read, layout.chunks ?? chunks, () => isPassedOn && identity.givesChunksAway === true),
      identity: () => identity,
      close: async () => {
        await layout.close?.();
        await chunks.return(undefined);
      },
    };
  } catch (error) {
    await chunks.return(undefined);
    throw error;
  }
}

/** What a file's beginning tells of it. */
interface Layout {
  readonly scanner: OpenFile['scanner'];
  readonly fields: readonly Field[];
  /** Chunks that were read to know it. */
  readonly read: readonly Uint8Array[];
  /** Where the file was put on disk to be read there: what drives its scanner, in place of its bytes. */
  readonly chunks?: AsyncGenerator<Uint8Array>;
  close?(): Promise<void>;
}

type Opener = (
  spec: FileSpec,
  known: ReadonlyMap<string, Field>,
  file: FileVersion,
  chunks: AsyncIterator<Uint8Array> & AsyncIterable<Uint8Array>,
) => Promise<Layout>;

async function openFixedWidth(
  spec: FileSpec,
  _known: ReadonlyMap<string, Field>,
  file: FileVersion,
  chunks: AsyncIterator<Uint8Array>,
) {
  const fields = declaredFields(spec);
  const rules = { maxRecordBytes: spec.max_record_bytes, skipRows: spec.skip_rows };
  const scanner = fixedWidthScanner(placesOf(spec), rules);
  return { fields, read: await firstChunk(chunks), scanner: evened(scanner, fields.length, spec.ragged_rows, file) };
}

async function openCsv(
  spec: FileSpec,
  known: ReadonlyMap<string, Field>,
  file: FileVersion,
  chunks: AsyncIterator<Uint8Array>,
) {
  const dialect = dialectOf(spec);
  const scannerOf = (columns: number, skipRows: number) =>
    evened(csvScanner({ ...dialect, skipRows, emptyLines: columns === 1 }), columns, spec.ragged_rows, file);
  if (!spec.header) {
    const fields = declaredFields(spec);
    return {
      fields,
      read: await firstChunk(chunks),
      scanner: scannerOf(fields.length, spec.skip_rows),
    };
  }
  const { names, chunks: read } = await readHeader(csvScanner(dialect), chunks, file);
  if (spec.only_columns) {
    const wanted = wantedNames(spec);
    const found = namesIn(names, wanted);
    if (names.length > 0 && found.length === 0)
      throw new ConnectorError('schema', `The header of file "${file.name}" has none of the columns that are read.`, {
        stream: spec.stream,
        hint: `It has ${names.join(', ')}; wanted are ${wanted.join(', ')}. Correct \`columns\`, or \`delimiter\` and \`encoding\`.`,
      });
    const rows = rowsAsObjects(scannerOf(names.length, 1 + spec.skip_rows), names, wanted, spec);
    const fields = names.length === 0 ? [] : fillable(declaredFields(spec), spec, found);
    return { fields, read, scanner: onlyColumns(rows, spec) };
  }
  const fields = headerFields(spec.repair_header ? repaired(names) : names, file, known);
  return { fields, read, scanner: scannerOf(fields.length, 1 + spec.skip_rows) };
}

/** With the first chunk it is known whether the file is packed. */
async function firstChunk(chunks: AsyncIterator<Uint8Array>): Promise<readonly Uint8Array[]> {
  const { done, value } = await chunks.next();
  return done === true ? [] : [value];
}

/** JSON has no header, so names that are new are looked for in the first bytes, and what comes later is noticed. */
async function openJson(
  spec: FileSpec,
  known: ReadonlyMap<string, Field>,
  file: FileVersion,
  chunks: AsyncIterator<Uint8Array>,
) {
  const limits = { maxRecordBytes: spec.max_record_bytes };
  const path = spec.records_in?.split('.') ?? [];
  const isLines = spec.format === 'jsonl';
  const newScanner = () => (isLines ? jsonLinesScanner(limits) : jsonArrayScanner({ ...limits, path }, file));
  const read = await firstChunk(chunks);
  if (spec.only_columns) return { fields: declaredFields(spec), read, scanner: onlyColumns(newScanner(), spec) };
  const looker = newScanner();
  // The line that the chunk cuts is no JSON, or a whole one without line end; an array that it cuts has no end yet.
  const found = [...read.map((chunk) => looker.push(chunk)), isLines ? looker.end() : []].flat();
  const records = found.filter((record): record is RecordData => !(record instanceof BadRecord));
  const inferred = inferObjects(records, spec.primary_key);
  const fields = [...known.values(), ...inferred.filter((field) => !known.has(field.name))];
  return { fields, read, scanner: noticingLate(newScanner(), fields, spec.primary_key) };
}

/**
 * The chunks that were looked at before, and the rest. Scanners copy what they need, so that a chunk has served when the
 * next is asked for; its memory is then given back at once.
 */
async function* replayed(
  read: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array>,
  mayFree: () => boolean,
): AsyncIterable<Uint8Array> {
  yield* read;
  yield* freeing(rest, mayFree);
}

export function parsingRules(spec: FileSpec): ParsingRules {
  const formats: Record<string, string> = {};
  for (const [name, column] of Object.entries(spec.columns))
    if (typeof column === 'object' && column.format !== undefined) formats[name] = column.format;
  return {
    nulls: spec.nulls,
    quotedNulls: spec.quoted_nulls,
    formats,
    trueTexts: spec.true_texts,
    falseTexts: spec.false_texts,
    ...numbersOf(spec),
    ...(spec.time_zone === undefined ? {} : { timeZone: spec.time_zone }),
  };
}

/** The schema in the file says what it holds; what is declared or frozen says what becomes of it. */
async function openAvro(
  spec: FileSpec,
  known: ReadonlyMap<string, Field>,
  file: FileVersion,
  chunks: AsyncIterator<Uint8Array>,
) {
  const looker = avroScanner(file);
  const read: Uint8Array[] = [];
  while (looker.fields === undefined) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    read.push(value);
    looker.push(value);
  }
  if (looker.fields === undefined) looker.end();
  const typed = new Map((looker.fields ?? []).map((field) => [field.name, field]));
  if (spec.only_columns) {
    const fields = fillable(declaredFields(spec), spec, [...typed.keys()]);
    return { fields, read, scanner: onlyColumns(avroScanner(file), spec) };
  }
  const fields = headerFields([...typed.keys()], file, new Map([...typed, ...known]));
  return { fields, read, scanner: avroScanner(file) };
}

/** Parquet: its schema says what it holds, as that of Avro does. XLSX: its first row does. */
async function openSpooled(
  spec: FileSpec,
  known: ReadonlyMap<string, Field>,
  file: FileVersion,
  chunks: AsyncIterable<Uint8Array>,
) {
  const layout = await spooledRecords(chunks, async (spool) => {
    if (spec.format === 'xlsx') return (await import('./xlsx.reader.js')).xlsxReader(spool, file, spec, known);
    return (await import('./parquet.reader.js')).parquetReader(spool, file);
  });
  if (spec.only_columns)
    return { ...layout, fields: declaredFields(spec), read: [], scanner: onlyColumns(layout.scanner, spec) };
  const typed = new Map(layout.fields.map((field) => [field.name, field]));
  return { ...layout, fields: headerFields([...typed.keys()], file, new Map([...typed, ...known])), read: [] };
}

const OPENERS: Readonly<Record<FileSpec['format'], Opener>> = {
  csv: openCsv,
  fixed_width: openFixedWidth,
  jsonl: openJson,
  json: openJson,
  avro: openAvro,
  parquet: openSpooled,
  xlsx: openSpooled,
};

/** Formats that have no text: neither encoding nor lines. */
const BINARY: ReadonlySet<string> = new Set<FileSpec['format']>(['avro', 'parquet', 'xlsx']);

const hasHeader = (spec: FileSpec): boolean => spec.format === 'csv' && spec.header;

function dialectOf(spec: FileSpec): CsvOptions {
  return {
    delimiter: spec.delimiter,
    quote: spec.quote,
    maxRecordBytes: spec.max_record_bytes,
    ...(spec.escape === undefined ? {} : { escape: spec.escape }),
    ...(spec.comment === undefined ? {} : { comment: spec.comment }),
  };
}

function decodeRules({
  format,
  compression,
  entries,
  max_entries,
  max_ratio,
  max_unpacked_bytes,
  pgp,
}: FileSpec): DecodeRules {
  return {
    compression,
    isZipItself: format === 'xlsx',
    maxEntries: max_entries,
    maxRatio: max_ratio,
    maxUnpackedBytes: max_unpacked_bytes,
    ...(entries === undefined ? {} : { entries }),
    ...(pgp === undefined
      ? {}
      : {
          pgp: {
            privateKey: pgp.private_key,
            publicKeys: pgp.public_keys,
            requireSignature: pgp.require_signature,
            ...(pgp.passphrase === undefined ? {} : { passphrase: pgp.passphrase }),
          },
        }),
  };
}
