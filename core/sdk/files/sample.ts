import { BadRecord, type Field, type OpenFile, type RecordData } from '../../protocol/index.js';
import type { FileSpec } from './file-spec.js';
import { guessType, inferObjects } from './infer.js';
import { plainNumbers } from './numbers.js';

/** How much of a file is looked at to infer types. */
const SAMPLE_BYTES = 4 << 20;
const SAMPLE_RECORDS = 10_000;

export interface Sample {
  readonly fields: readonly Field[];
  readonly records: number;
}

/** Types of a file's columns by its first records; a field that `declared` has is taken from there. */
export async function sampleFile(
  file: OpenFile,
  spec: FileSpec,
  declared: ReadonlyMap<string, Field>,
): Promise<Sample> {
  // A file with a schema says its types itself.
  if (spec.format === 'avro' || spec.format === 'parquet') return { fields: file.fields, records: 1 };
  const sample = 'next' in file.scanner ? await sampleRows(file, spec) : await sampleObjects(file, spec);
  return { ...sample, fields: sample.fields.map((field) => declared.get(field.name) ?? field) };
}

async function sampleRows({ scanner, fields, chunks }: OpenFile, spec: FileSpec): Promise<Sample> {
  if (!('next' in scanner)) throw new TypeError('rows are sampled from a scanner of rows');
  const guesses = fields.map(() => guessType());
  const nulls = new Set(spec.nulls);
  const plain = plainNumbers(spec);
  let records = 0;
  const look = (): boolean => {
    while (records < SAMPLE_RECORDS && scanner.next()) {
      if (scanner.fieldCount !== fields.length) continue;
      records += 1;
      guesses.forEach((guess, index) => {
        const bytes = scanner.buffer.subarray(scanner.starts[index], scanner.ends[index]);
        if (bytes.length === 0) return;
        const text = Buffer.from(bytes).toString('utf8');
        if (!nulls.has(text) || (scanner.quoted[index] === 1 && !spec.quoted_nulls)) guess.see(plain(text));
      });
    }
    return records < SAMPLE_RECORDS;
  };
  let bytes = 0;
  let goesOn = true;
  for await (const chunk of chunks) {
    scanner.push(chunk);
    bytes += chunk.byteLength;
    goesOn = look() && bytes < SAMPLE_BYTES;
    if (!goesOn) break;
  }
  if (goesOn) {
    scanner.end();
    look();
  }
  return { records, fields: fields.map((field, index) => ({ ...field, type: guesses[index]?.type ?? 'string' })) };
}

async function sampleObjects({ scanner, chunks, fields }: OpenFile, spec: FileSpec): Promise<Sample> {
  if ('next' in scanner) throw new TypeError('objects are sampled from a scanner of objects');
  const records: RecordData[] = [];
  const take = (found: readonly (RecordData | BadRecord)[]): boolean => {
    for (const record of found)
      if (!(record instanceof BadRecord) && records.length < SAMPLE_RECORDS) records.push(record);
    return records.length < SAMPLE_RECORDS;
  };
  let bytes = 0;
  let goesOn = true;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    goesOn = take(scanner.push(chunk)) && bytes < SAMPLE_BYTES;
    if (!goesOn) break;
  }
  if (goesOn) take(scanner.end());
  // Of a workbook without rows the header at least is known.
  if (records.length === 0) return { records: 0, fields: spec.format === 'xlsx' ? fields : [] };
  return { records: records.length, fields: inferObjects(records, spec.primary_key) };
}
