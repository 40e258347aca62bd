import {
  BadRecord,
  type Field,
  type FileVersion,
  type OpenFile,
  type ParsingRules,
  type RecordData,
} from '../../protocol/index.js';
import { ConnectorError, toConnectorError } from '../errors.js';
import type { FileStream } from '../source.js';
import { csvScanner } from './csv.scanner.js';
import { decoded, type Identity } from './decode.js';
import type { FileSpec } from './file-spec.js';
import { declaredFields, headerFields, readHeader } from './header.js';
import { inferObjects } from './infer.js';
import { jsonLinesScanner } from './jsonl.scanner.js';
import { noticingLate } from './late-fields.js';
import { sampleFile, type Sample } from './sample.js';
import type { FileTransport } from './transport.js';

/**
 * A stream of files as the engine reads it. Fields are typed by the declaration, else by what an earlier run has frozen,
 * else by a sample of the newest file that has records, which the engine then freezes.
 */
export async function fileStream(
  transport: FileTransport,
  spec: FileSpec,
  frozen: readonly Field[] | undefined,
  signal: AbortSignal,
): Promise<FileStream> {
  const declared = new Map(declaredFields(spec).map((field) => [field.name, field]));
  if (!spec.header && spec.format === 'csv' && declared.size === 0)
    throw configError(spec, 'without a header the columns must be declared', 'List them under `columns`, in order.');
  const fields = await fieldsOf(transport, spec, frozen, declared, signal).catch((error: unknown) => {
    throw signal.aborted ? error : toConnectorError(error, { stream: spec.stream });
  });
  const names = fields.map((field) => field.name);
  const missing = spec.primary_key.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw configError(
      spec,
      `primary_key names "${missing.join('", "')}", which is no column`,
      `Columns: ${names.join(', ')}.`,
    );
  const known = new Map([...declared, ...fields.map((field) => [field.name, field] as const)]);
  return {
    summary: `Files ${spec.path} (${spec.format})`,
    primaryKey: spec.primary_key,
    fields,
    isInferred: names.some((name) => !declared.has(name)),
    parsing: parsingRules(spec),
    isText: spec.format === 'csv',
    list: (abort) => transport.list(spec.path, abort),
    open: (file, abort) => openFile(transport, spec, known, file, abort),
  };
}

async function fieldsOf(
  transport: FileTransport,
  spec: FileSpec,
  frozen: readonly Field[] | undefined,
  declared: ReadonlyMap<string, Field>,
  signal: AbortSignal,
): Promise<readonly Field[]> {
  // Without a header the order of the declaration is the order in the file.
  if (!spec.header && spec.format === 'csv') return [...declared.values()];
  const found = frozen ?? (await sampledFields(transport, spec, declared, signal));
  const names = new Set(found.map((field) => field.name));
  const fields = found.map((field) => declared.get(field.name) ?? field);
  const others = spec.format === 'jsonl' ? [...declared.values()].filter((field) => !names.has(field.name)) : [];
  return [...fields, ...others].map((field) =>
    spec.primary_key.includes(field.name) ? { ...field, nullable: false } : field,
  );
}

async function sampledFields(
  transport: FileTransport,
  spec: FileSpec,
  declared: ReadonlyMap<string, Field>,
  signal: AbortSignal,
): Promise<readonly Field[]> {
  const files: FileVersion[] = [];
  for await (const file of transport.list(spec.path, signal)) files.push(file);
  let best: Sample | undefined;
  // A header is to show each of them once, in a file of whatever age; what none has is a name written wrong.
  const unseen = new Set(spec.format === 'csv' ? declared.keys() : []);
  for (const file of files.toReversed()) {
    if (file.bytes === 0) continue;
    const open = await openFile(transport, spec, declared, file, signal);
    try {
      for (const { name } of open.fields) unseen.delete(name);
      if (best === undefined || best.records === 0) {
        const sample = await sampleFile(open, spec, declared);
        if (best === undefined || best.fields.length === 0 || sample.records > 0) best = sample;
      }
    } finally {
      await open.close();
    }
    if (best.records > 0 && unseen.size === 0) break;
  }
  if (best !== undefined && best.fields.length > 0) {
    const names = new Set(best.fields.map((field) => field.name));
    if (unseen.size > 0)
      throw configError(
        spec,
        `\`columns\` declares "${[...unseen].join('", "')}", which no file has`,
        `Columns of the newest file: ${[...names].join(', ')}.`,
      );
    return spec.format === 'csv'
      ? [...best.fields, ...[...declared.values()].filter(({ name }) => !names.has(name))]
      : best.fields;
  }
  if (declared.size > 0) return [...declared.values()];
  throw configError(
    spec,
    files.length === 0
      ? `no file matches ${spec.path} in ${transport.place}`
      : `the files that match ${spec.path} in ${transport.place} are empty`,
    'Check the path; or declare `columns`, so that the table can be made before the first file comes.',
  );
}

async function openFile(
  transport: FileTransport,
  spec: FileSpec,
  known: ReadonlyMap<string, Field>,
  file: FileVersion,
  signal: AbortSignal,
): Promise<OpenFile> {
  const identity: Identity = { checksum: '', bytes: 0 };
  const chunks = decoded(transport.open(file, signal), file, spec.compression, identity);
  try {
    const layout = spec.format === 'csv' ? openCsv(spec, known, file, chunks) : openJsonLines(spec, known, chunks);
    const { scanner, fields, read } = await layout;
    return {
      scanner,
      fields,
      isPacked: identity.isPacked === true,
      parsing: parsingRules(spec),
      chunks: replayed(read, chunks, () => transport.givesChunksAway === true && identity.isPacked === false),
      identity: () => identity,
      close: async () => void (await chunks.return(undefined)),
    };
  } catch (error) {
    await chunks.return(undefined);
    throw error;
  }
}

async function openCsv(
  spec: FileSpec,
  known: ReadonlyMap<string, Field>,
  file: FileVersion,
  chunks: AsyncIterator<Uint8Array>,
) {
  const dialect = {
    delimiter: spec.delimiter,
    quote: spec.quote,
    maxRecordBytes: spec.max_record_bytes,
    ...(spec.escape === undefined ? {} : { escape: spec.escape }),
    ...(spec.comment === undefined ? {} : { comment: spec.comment }),
  };
  if (!spec.header) {
    const fields = declaredFields(spec);
    return {
      fields,
      read: await firstChunk(chunks),
      scanner: csvScanner({ ...dialect, emptyLines: fields.length === 1 }),
    };
  }
  const { names, chunks: read } = await readHeader(csvScanner(dialect), chunks, file);
  const fields = headerFields(names, file, known);
  return { fields, read, scanner: csvScanner({ ...dialect, skipRows: 1, emptyLines: fields.length === 1 }) };
}

/** With the first chunk it is known whether the file is packed. */
async function firstChunk(chunks: AsyncIterator<Uint8Array>): Promise<readonly Uint8Array[]> {
  const { done, value } = await chunks.next();
  return done === true ? [] : [value];
}

/** JSON lines have no header, so names that are new are looked for in the first bytes, and what comes later is noticed. */
async function openJsonLines(spec: FileSpec, known: ReadonlyMap<string, Field>, chunks: AsyncIterator<Uint8Array>) {
  const limits = { maxRecordBytes: spec.max_record_bytes };
  const read = await firstChunk(chunks);
  const looker = jsonLinesScanner(limits);
  // The line that the chunk cuts is no JSON, or a whole one without line end.
  const found = [...read.map((chunk) => looker.push(chunk)), looker.end()].flat();
  const records = found.filter((record): record is RecordData => !(record instanceof BadRecord));
  const inferred = inferObjects(records, spec.primary_key);
  const fields = [...known.values(), ...inferred.filter((field) => !known.has(field.name))];
  return { fields, read, scanner: noticingLate(jsonLinesScanner(limits), fields, spec.primary_key) };
}

/**
 * The chunks that were looked at before, and the rest. Scanners copy what they need, so that a chunk has served when the
 * next is asked for; its memory is then given back at once, since the collector lets some 30 MB of such buffers gather.
 */
async function* replayed(
  read: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array>,
  mayFree: () => boolean,
): AsyncIterable<Uint8Array> {
  yield* read;
  for await (const chunk of rest) {
    yield chunk;
    if (mayFree()) (chunk.buffer as ArrayBuffer).transfer(0);
  }
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

function configError(spec: FileSpec, what: string, hint: string): ConnectorError {
  return new ConnectorError('config', `Stream "${spec.stream}": ${what}.`, { stream: spec.stream, hint });
}
