import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileForScanner, withNumbersRead } from '../../../../core/program/index.js';
import {
  BadRecord,
  type Batch,
  type Field,
  type FileVersion,
  type OpenFile,
  type RecordData,
  type Reject,
  type SourceStream,
} from '../../../../core/protocol/index.js';
import { local } from '../../../../connectors/local/local.source.js';

/** A folder of its own for one test. */
export function folder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'tributary-files-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

type FilesStream = Extract<SourceStream, { kind: 'files' }>;

export const signal = () => new AbortController().signal;

/** The stream `s` of the `local` source over a folder, as the engine gets it. */
export async function streamOf(
  baseFolder: string,
  spec: Record<string, unknown>,
  frozen?: readonly Field[],
): Promise<FilesStream> {
  const config = local.config.parse({ files: [{ stream: 's', path: '*', format: 'csv', ...spec }] });
  const source = await local.open(config, { signal: signal(), baseFolder });
  return (await source.streams(() => frozen))['s'] as FilesStream;
}

export async function listed(stream: FilesStream): Promise<FileVersion[]> {
  const files: FileVersion[] = [];
  for await (const file of stream.list(signal())) files.push(file);
  return files;
}

/** Every record of one file as the engine would see it: texts for CSV, values for JSON lines, `!reason` for bad ones. */
export async function recordsOf(open: OpenFile): Promise<unknown[]> {
  const { scanner, chunks } = open;
  const found: unknown[] = [];
  const rows = () => {
    if (!('next' in scanner)) return;
    while (scanner.next())
      found.push(
        scanner.fieldCount < 0
          ? '!'
          : Array.from({ length: scanner.fieldCount }, (_, index) =>
              Buffer.from(scanner.buffer.subarray(scanner.starts[index], scanner.ends[index])).toString('utf8'),
            ),
      );
  };
  const take = (page: readonly (RecordData | BadRecord)[] | void) => {
    for (const record of page ?? []) found.push(record instanceof BadRecord ? `!${record.reason}` : record);
    rows();
  };
  for await (const chunk of chunks) take(scanner.push(chunk));
  take(scanner.end());
  return found;
}

export async function openOnly(stream: FilesStream): Promise<OpenFile> {
  const [file] = await listed(stream);
  return stream.open(file as FileVersion, signal());
}

export const typesOf = (fields: readonly Field[]) => Object.fromEntries(fields.map(({ name, type }) => [name, type]));

/** Sends a file through the row program into a batch that only counts. */
export async function passThrough(open: OpenFile): Promise<{ encoded: number; rejects: readonly Reject[] }> {
  const { scanner, fields, parsing, chunks } = open;
  if (!('next' in scanner)) throw new TypeError('rows only');
  const program = compileForScanner(
    withNumbersRead({
      columns: fields.map((field) => ({ source: field.name, sourceType: field.type, target: field })),
      parsing,
      withPosition: true,
      holdsNul: false,
      unstorableText: 'replace',
    }),
    fields,
  );
  const ignore = () => undefined;
  const batch: Batch = {
    rows: 0,
    bytes: 0,
    full: false,
    begin: ignore,
    commit: ignore,
    rollback: ignore,
    null: ignore,
    boolean: ignore,
    integer: ignore,
    bigint: ignore,
    number: ignore,
    decimal: ignore,
    date: ignore,
    time: ignore,
    timestamp: ignore,
    uuid: ignore,
    text: ignore,
    string: ignore,
    json: ignore,
  };
  for await (const chunk of chunks) {
    scanner.push(chunk);
    program.run(scanner, batch);
  }
  scanner.end();
  program.run(scanner, batch);
  const { tally, rejects } = program.drain();
  return { encoded: tally.encoded, rejects };
}
