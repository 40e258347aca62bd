import { proposeClasses, type Proposal } from '../middleware/index.js';
import {
  BadRecord,
  SavedState,
  TableVersion,
  type OpenFile,
  type RecordData,
  type SourceStream,
} from '../protocol/index.js';
import { toConnectorError } from '../sdk/index.js';
import type { Installation } from './installation.js';

/** So many records tell how values look. */
const RECORDS = 500;
const SAMPLE_BYTES = 4 << 20;
const WEEK_MS = 7 * 86_400_000;

export interface ClassifiedStream {
  readonly stream: string;
  readonly columns: readonly Proposal[];
  /** How many records were looked at. */
  readonly records: number;
  /** Why none could be; then names alone tell. */
  readonly fault?: string;
}

/** Proposes a class for each column of a source's streams, by names and by a sample of values, which nobody is shown. */
export async function classify(
  installation: Installation,
  {
    source: name,
    streams: wanted,
    signal,
  }: { readonly source: string; readonly streams: readonly string[]; readonly signal: AbortSignal },
): Promise<readonly ClassifiedStream[]> {
  const source = await installation.source(name, signal);
  try {
    const offered = Object.entries(await source.streams(() => undefined));
    const chosen = offered.filter(([stream]) => wanted.length === 0 || wanted.includes(stream));
    const done: ClassifiedStream[] = [];
    for (const [stream, each] of chosen) done.push({ stream, ...(await classifyStream(each, signal)) });
    return done;
  } finally {
    await source.close();
  }
}

async function classifyStream(stream: SourceStream, signal: AbortSignal): Promise<Omit<ClassifiedStream, 'stream'>> {
  let records: readonly RecordData[] = [];
  let fault: string | undefined;
  try {
    records = await sampleOf(stream, signal);
  } catch (error) {
    signal.throwIfAborted();
    fault = toConnectorError(error).message;
  }
  const columns = stream.catalog.fields.map(({ name, type }) => ({
    name,
    type,
    values: records.map((record) => record[name]),
  }));
  return { columns: proposeClasses(columns), records: records.length, ...(fault === undefined ? {} : { fault }) };
}

async function sampleOf(stream: SourceStream, signal: AbortSignal): Promise<readonly RecordData[]> {
  if (stream.kind === 'files') {
    for await (const version of stream.list(signal)) {
      const file = await stream.open(version, signal);
      try {
        return await recordsIn(file);
      } finally {
        await file.close();
      }
    }
    return [];
  }
  const warn = () => undefined;
  if (stream.kind === 'stateful') {
    for await (const step of stream.read({ slice: { id: 'all' }, sync: 'full_refresh', signal, warn: () => undefined }))
      if (!(step instanceof SavedState || step instanceof TableVersion) && step.length > 0)
        return step.filter((record): record is RecordData => !(record instanceof BadRecord)).slice(0, RECORDS);
    return [];
  }
  const pages =
    stream.kind === 'full_refresh'
      ? stream.read({ slice: { id: 'all' }, signal, warn })
      : stream.read({ slice: lastDays(stream), signal, warn });
  for await (const page of pages) if (page.length > 0) return page.slice(0, RECORDS);
  return [];
}

function lastDays({ catalog, cursor }: Extract<SourceStream, { kind: 'incremental' }>) {
  const isDaily = catalog.fields.find(({ name }) => name === cursor.field)?.type === 'date';
  const format = (ms: number) => (isDaily ? new Date(ms).toISOString().slice(0, 10) : new Date(ms).toISOString());
  const [from, to] = [format(Date.now() - WEEK_MS), format(Date.now())];
  return { id: `${from}..${to}`, from, to, days: 7 };
}

async function recordsIn({ scanner, fields, chunks }: OpenFile): Promise<readonly RecordData[]> {
  const records: RecordData[] = [];
  let bytes = 0;
  const take = () => {
    if (!('next' in scanner)) return;
    while (records.length < RECORDS && scanner.next()) {
      if (scanner.fieldCount !== fields.length) continue;
      const text = (at: number) =>
        Buffer.from(scanner.buffer.subarray(scanner.starts[at], scanner.ends[at])).toString();
      records.push(Object.fromEntries(fields.map(({ name }, at) => [name, text(at)])));
    }
  };
  const isRecord = (record: RecordData | BadRecord): record is RecordData => !(record instanceof BadRecord);
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if ('next' in scanner) {
      scanner.push(chunk);
      take();
    } else records.push(...scanner.push(chunk).filter(isRecord));
    if (records.length >= RECORDS || bytes >= SAMPLE_BYTES) return records;
  }
  if ('next' in scanner) {
    scanner.end();
    take();
  } else records.push(...scanner.end().filter(isRecord));
  return records;
}
