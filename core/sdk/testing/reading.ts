import {
  BadRecord,
  SavedState,
  TableVersion,
  type OpenFile,
  type RecordData,
  type SourceStream,
  type Slice,
} from '../../protocol/index.js';
import { misfit } from './field-values.js';
import type { Trial } from './source-contract.js';
import { smallWindows, wholeWindows } from './windows.js';

/** Every record fits its schema, keys are there and unique, and small windows give what long ones give. */
export async function checkReading(trial: Trial): Promise<void> {
  const stop = new AbortController();
  const source = await trial.open(stop.signal);
  try {
    const offered = await source.streams(() => undefined);
    if (Object.keys(offered).length === 0) trial.report('streams', 'there is none');
    for (const name of trial.streams ?? Object.keys(offered)) {
      const stream = offered[name];
      if (stream === undefined) trial.report('streams', 'is not offered', name);
      else
        await checkStream(trial, name, stream, stop.signal).catch((error: unknown) => {
          trial.sawError(error);
          trial.report('reading', String(error), name);
        });
    }
  } finally {
    stop.abort();
    await source.close();
  }
}

async function checkStream(trial: Trial, name: string, stream: SourceStream, signal: AbortSignal): Promise<void> {
  if (stream.catalog.summary === '') trial.report('catalog', 'has no summary', name);
  if (stream.kind === 'files') {
    for (const [file, rows] of await filesOf(stream, signal))
      if (rows === 0) trial.report('reading', `no record in ${file}`, name);
    return;
  }
  const whole: RecordData[] = [];
  if (stream.kind === 'full_refresh') await readInto(whole, stream.read(requestOf({ id: 'all' }, signal)));
  else if (stream.kind === 'stateful') {
    for await (const step of stream.read({ ...requestOf({ id: 'all' }, signal), sync: 'full_refresh' }))
      if (!(step instanceof SavedState || step instanceof TableVersion))
        for (const record of step) whole.push(record as RecordData);
  } else
    for (const window of wholeWindows(stream, trial.until))
      await readInto(whole, stream.read(requestOf(window, signal)));
  if (whole.length === 0) trial.report('reading', 'gives no record; the case must have some', name);
  checkRecords(trial, name, stream, whole);
  if (stream.kind !== 'incremental') return;
  const small: RecordData[] = [];
  for (const window of smallWindows(stream, trial.until, trial.smallWindowMs))
    await readInto(small, stream.read(requestOf(window, signal)));
  const difference = compare(stream.catalog.primaryKey, whole, small);
  if (difference !== undefined) trial.report('windows', difference, name);
}

function requestOf<S extends Slice>(slice: S, signal: AbortSignal) {
  return { slice, signal, warn: () => undefined };
}

async function readInto(records: RecordData[], pages: AsyncIterable<readonly RecordData[]>): Promise<void> {
  for await (const page of pages) for (const record of page) records.push(record);
}

function checkRecords(trial: Trial, name: string, { catalog }: SourceStream, records: readonly RecordData[]): void {
  const told = new Set<string>();
  const tell = (check: string, message: string) => {
    if (!told.has(message)) trial.report(check, message, name);
    told.add(message);
  };
  const keys = new Set<string>();
  const mayRepeat = trial.repeats?.[name] !== undefined;
  let repeated = false;
  for (const record of records) {
    for (const field of catalog.fields) {
      const fault = misfit(field, record[field.name]);
      if (fault !== undefined) tell('schema', `field "${field.name}" ${fault}`);
    }
    if (catalog.primaryKey.length === 0) continue;
    const missing = catalog.primaryKey.find((key) => record[key] === undefined || record[key] === null);
    if (missing !== undefined) tell('primary key', `"${missing}" is missing in a record`);
    const key = keyOf(catalog.primaryKey, record);
    repeated ||= keys.has(key);
    if (keys.has(key) && !mayRepeat) tell('primary key', 'is not unique: two records of one reading share it');
    keys.add(key);
  }
  if (mayRepeat && !repeated) tell('primary key', 'is unique; take the stream out of `repeats`');
}

function keyOf(primaryKey: readonly string[], record: RecordData): string {
  return stable(primaryKey.length === 0 ? record : primaryKey.map((key) => record[key]));
}

function compare(
  primaryKey: readonly string[],
  whole: readonly RecordData[],
  small: readonly RecordData[],
): string | undefined {
  const texts = (records: readonly RecordData[]) =>
    new Map(records.map((record) => [keyOf(primaryKey, record), stable(record)]));
  const [expected, found] = [texts(whole), texts(small)];
  const lost = [...expected.keys()].filter((key) => !found.has(key)).length;
  const extra = [...found.keys()].filter((key) => !expected.has(key)).length;
  const changed = [...expected].filter(([key, text]) => found.has(key) && found.get(key) !== text).length;
  const twice = small.length - found.size - (whole.length - expected.size);
  const parts = [
    [lost, 'missing'],
    [extra, 'more'],
    [changed, 'different'],
    [twice, 'read twice'],
  ] as const;
  const faults = parts.filter(([count]) => count !== 0).map(([count, what]) => `${count} ${what}`);
  return faults.length === 0
    ? undefined
    : `read by small windows, of ${whole.length} records are ${faults.join(', ')}; a window is [from, to)`;
}

/** The same text for the same value, whatever the order of its keys. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The records in each file; the files of one name are told apart by their version. */
async function filesOf(
  stream: Extract<SourceStream, { kind: 'files' }>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for await (const file of stream.list(signal)) {
    const opened = await stream.open(file, signal);
    try {
      found.set(file.name, await recordsIn(opened));
      const { bytes, checksum } = opened.identity();
      if (bytes !== file.bytes || !/^[0-9a-f]{64}$/.test(checksum))
        throw new Error(`${file.name}: identity() is not that of the listed file`);
    } finally {
      await opened.close();
    }
  }
  return found;
}

async function recordsIn({ scanner, chunks, fields }: OpenFile): Promise<number> {
  let count = 0;
  if ('next' in scanner) {
    const drain = () => {
      while (scanner.next()) if (scanner.fieldCount === fields.length) count++;
    };
    for await (const chunk of chunks) {
      scanner.push(chunk);
      drain();
    }
    scanner.end();
    drain();
    return count;
  }
  const add = (records: readonly (RecordData | BadRecord)[]) => {
    count += records.filter((record) => !(record instanceof BadRecord)).length;
  };
  for await (const chunk of chunks) add(scanner.push(chunk));
  add(scanner.end());
  return count;
}
