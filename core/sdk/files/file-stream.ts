import {
  BadRecord,
  type Field,
  type FieldType,
  type FileVersion,
  type OpenFile,
  type ParsingRules,
  type RecordData,
} from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';
import type { FileStream } from '../source.js';
import { csvScanner, type CsvScanner } from './csv.scanner.js';
import { decoded, type Identity } from './decode.js';
import type { FileSpec } from './file-spec.js';
import { guessType, inferObjects } from './infer.js';
import { jsonLinesScanner } from './jsonl.scanner.js';

/** What a transport does; everything else about files is the same wherever they lie. */
export interface FileTransport {
  /** The files of a pattern, ordered by name, so that of two files with one key the later name wins. */
  list(pattern: string, signal: AbortSignal): AsyncIterable<FileVersion>;
  /** The bytes of that very version. */
  read(file: FileVersion, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** How much of the first file is looked at to infer types. */
const SAMPLE_BYTES = 4 << 20;
const SAMPLE_RECORDS = 10_000;

/**
 * A stream of files as the engine reads it. Types come from what an earlier run has frozen, else from the declaration, else
 * from a sample of the last file in the order, which then is frozen.
 */
export async function fileStream(
  transport: FileTransport,
  spec: FileSpec,
  frozen: readonly Field[] | undefined,
  signal: AbortSignal,
): Promise<FileStream> {
  const fields = (frozen ?? (await sampleFields(transport, spec, signal))).map((field) =>
    spec.primary_key.includes(field.name) ? { ...field, nullable: false } : field,
  );
  const missing = spec.primary_key.filter((name) => !fields.some((field) => field.name === name));
  if (missing.length > 0 && fields.length > 0)
    throw new ConnectorError(
      'config',
      `Stream "${spec.stream}": primary_key names "${missing.join('", "')}", which is no column.`,
      { stream: spec.stream, hint: `Columns: ${fields.map((field) => field.name).join(', ')}.` },
    );
  return {
    summary: `Files ${spec.path} (${spec.format})`,
    primaryKey: spec.primary_key,
    fields,
    isInferred: true,
    list: (abort) => transport.list(spec.path, abort),
    open: (file, abort) => openFile(transport, spec, fields, file, abort),
  };
}

async function sampleFields(transport: FileTransport, spec: FileSpec, signal: AbortSignal): Promise<readonly Field[]> {
  let last: FileVersion | undefined;
  for await (const file of transport.list(spec.path, signal)) if (file.bytes > 0) last = file;
  if (last === undefined) {
    const declared = Object.keys(spec.columns);
    if (declared.length > 0) return declared.map((name) => declaredField(spec, name) as Field);
    throw new ConnectorError('source', `Stream "${spec.stream}": no file matches ${spec.path}, or all are empty.`, {
      stream: spec.stream,
      hint: 'Check the path; or declare `columns`, so that the table can be made before the first file comes.',
    });
  }
  const file = await openFile(transport, spec, undefined, last, signal);
  try {
    return 'next' in file.scanner ? await sampleRows(file, spec) : await sampleObjects(file, spec);
  } finally {
    await file.close();
  }
}

async function sampleRows(file: OpenFile, spec: FileSpec): Promise<readonly Field[]> {
  const scanner = file.scanner as CsvScanner;
  const guesses = file.fields.map(() => guessType());
  const nulls = new Set(spec.nulls);
  let bytes = 0;
  const look = () => {
    while (scanner.row < SAMPLE_RECORDS && scanner.next()) {
      if (scanner.fieldCount !== file.fields.length) continue;
      guesses.forEach((guess, index) => {
        const text = Buffer.from(scanner.buffer.subarray(scanner.starts[index], scanner.ends[index])).toString('utf8');
        if (text !== '' && !nulls.has(text)) guess.see(text);
      });
    }
  };
  for await (const chunk of file.chunks) {
    scanner.push(chunk);
    look();
    bytes += chunk.byteLength;
    if (bytes >= SAMPLE_BYTES || scanner.row >= SAMPLE_RECORDS) return named();
  }
  scanner.end();
  look();
  return named();

  function named(): readonly Field[] {
    return file.fields.map(
      (field, index) => declaredField(spec, field.name) ?? { ...field, type: guesses[index]?.type ?? 'string' },
    );
  }
}

async function sampleObjects(file: OpenFile, spec: FileSpec): Promise<readonly Field[]> {
  const scanner = file.scanner;
  if ('next' in scanner)
    throw new ConnectorError('internal', 'A scanner of rows was given where one of objects was expected.');
  const records: RecordData[] = [];
  const take = (found: readonly (RecordData | BadRecord)[]) => {
    for (const record of found) if (!(record instanceof BadRecord)) records.push(record);
  };
  let bytes = 0;
  for await (const chunk of file.chunks) {
    take(scanner.push(chunk));
    bytes += chunk.byteLength;
    if (bytes >= SAMPLE_BYTES || records.length >= SAMPLE_RECORDS) break;
  }
  if (records.length < SAMPLE_RECORDS && bytes < SAMPLE_BYTES) take(scanner.end());
  const inferred = inferObjects(records, spec.primary_key);
  const names = new Set([...inferred.map((field) => field.name), ...Object.keys(spec.columns)]);
  return [...names].map(
    (name) => declaredField(spec, name) ?? (inferred.find((field) => field.name === name) as Field),
  );
}

function declaredField(spec: FileSpec, name: string): Field | undefined {
  const declared = spec.columns[name];
  if (declared === undefined) return undefined;
  const { type, nullable } = typeof declared === 'string' ? { type: declared as FieldType, nullable: true } : declared;
  return { name, type, nullable: nullable && !spec.primary_key.includes(name) };
}

async function openFile(
  transport: FileTransport,
  spec: FileSpec,
  known: readonly Field[] | undefined,
  file: FileVersion,
  signal: AbortSignal,
): Promise<OpenFile> {
  const identity: Identity = { checksum: '', bytes: 0 };
  const isGzip = spec.compression === 'gzip' || (spec.compression === 'auto' && /\.gz$/i.test(file.name));
  const chunks = decoded(transport.read(file, signal), file, isGzip ? 'gzip' : 'none', identity)[
    Symbol.asyncIterator
  ]();
  const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => chunks };
  const common = {
    parsing: parsingRules(spec),
    identity: () => identity,
    close: async () => void (await chunks.return?.(undefined)),
  };
  if (spec.format === 'jsonl')
    return {
      ...common,
      scanner: jsonLinesScanner({ maxRecordBytes: spec.max_record_bytes }),
      fields: known ?? [],
      chunks: rest,
    };

  const scanner = csvScanner({ delimiter: spec.delimiter, quote: spec.quote, maxRecordBytes: spec.max_record_bytes });
  if (!spec.header) {
    const fields = known ?? Object.keys(spec.columns).map((name) => declaredField(spec, name) as Field);
    if (fields.length === 0)
      throw new ConnectorError(
        'config',
        `Stream "${spec.stream}": with \`header: false\` the columns must be declared.`,
        { stream: spec.stream },
      );
    scanner.startBody(fields.length);
    return { ...common, scanner, fields, chunks: rest };
  }
  try {
    const names = await readHeader(scanner, chunks);
    const fields = headerFields(names, spec, known, file);
    scanner.startBody(fields.length);
    return { ...common, scanner, fields, chunks: rest };
  } catch (error) {
    await common.close();
    throw error;
  }
}

/** The first record's texts; none for an empty file. */
async function readHeader(scanner: CsvScanner, chunks: AsyncIterator<Uint8Array>): Promise<readonly string[]> {
  while (!scanner.next()) {
    const { done, value } = await chunks.next();
    if (done === true) {
      scanner.end();
      if (!scanner.next()) return [];
      break;
    }
    scanner.push(value);
  }
  return Array.from({ length: scanner.fieldCount }, (_, index) =>
    Buffer.from(scanner.buffer.subarray(scanner.starts[index], scanner.ends[index])).toString('utf8').trim(),
  );
}

function headerFields(
  names: readonly string[],
  spec: FileSpec,
  known: readonly Field[] | undefined,
  file: FileVersion,
): readonly Field[] {
  const refuse = (what: string): never => {
    throw new ConnectorError('schema', `File "${file.name}": ${what}.`, {
      stream: spec.stream,
      hint: 'Correct the header, or set `header: false` and declare `columns`.',
    });
  };
  const empty = names.indexOf('');
  if (empty >= 0) refuse(`column ${empty + 1} of the header has no name`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`the header has the column "${twice}" twice`);
  const reserved = names.find((name) => name.startsWith('_'));
  if (reserved !== undefined)
    refuse(`the column "${reserved}" starts with an underscore, which Tributary keeps for its own`);
  return names.map(
    (name) =>
      known?.find((field) => field.name === name) ??
      declaredField(spec, name) ?? { name, type: 'string', nullable: true },
  );
}

function parsingRules(spec: FileSpec): ParsingRules {
  const formats: Record<string, string> = {};
  for (const [name, column] of Object.entries(spec.columns))
    if (typeof column === 'object' && column.format !== undefined) formats[name] = column.format;
  return {
    nulls: spec.nulls,
    quotedNulls: spec.quoted_nulls,
    formats,
    trueTexts: spec.true_texts,
    falseTexts: spec.false_texts,
    ...(spec.time_zone === undefined ? {} : { timeZone: spec.time_zone }),
  };
}
