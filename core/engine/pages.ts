import { BadRecord, unlessAborted, type ParsingRules, type RecordData } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { leave } from './abort.js';
import type { RunRequest } from './request.js';

/** What APIs deliver is typed already; the texts matter to files only. */
export const OBJECT_PARSING: ParsingRules = {
  nulls: [],
  quotedNulls: false,
  formats: {},
  trueTexts: ['true'],
  falseTexts: ['false'],
};

/** What reading needs beside the records. */
export interface Reading {
  readonly stream: string;
  readonly signal: AbortSignal;
  readonly probe: RunRequest['probe'];
  /** Shown every record, to find fields that the catalog does not know. */
  readonly look: (record: RecordData) => void;
}

type Page = readonly (RecordData | BadRecord)[];

/**
 * The pages of a `read`, one ahead, so that the source works while the row program does: two pages are in memory and no
 * more. What a plugin yields is not trusted: something that is no page would otherwise be records lost in silence.
 */
export async function* pagesOf(pages: unknown, reading: Reading): AsyncIterable<Page> {
  const iterator = iteratorOf(pages, reading);
  let next = fetch(iterator);
  try {
    for (;;) {
      const step = await unlessAborted(next, reading.signal);
      if (step.done === true) return;
      const page: unknown = step.value;
      if (!Array.isArray(page)) throw brokenPage(reading, `yielded ${kindOf(page)} where an array of records was due`);
      next = fetch(iterator);
      next.catch(() => undefined); // met again by the await above
      for (const record of page as readonly unknown[]) if (isRecord(record)) reading.look(record);
      yield page as Page;
    }
  } finally {
    if (!reading.signal.aborted) await next.catch(() => undefined);
    await leave(iterator, reading.signal);
  }
}

const isRecord = (value: unknown): value is RecordData =>
  typeof value === 'object' && value !== null && !(value instanceof BadRecord) && !Array.isArray(value);

const fetch = async (iterator: AsyncIterator<unknown>) => iterator.next();

function iteratorOf(pages: unknown, reading: Reading): AsyncIterator<unknown> {
  const iterable = pages as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  const iterator = iterable?.[Symbol.asyncIterator]?.() ?? iterable?.[Symbol.iterator]?.();
  if (iterator === undefined || typeof pages === 'string')
    throw brokenPage(reading, `returned ${kindOf(pages)}, which cannot be iterated`);
  return iterator as AsyncIterator<unknown>;
}

function brokenPage({ stream }: Reading, what: string): ConnectorError {
  return new ConnectorError('source', `The source's \`read\` of stream "${stream}" ${what}.`, {
    stream,
    hint: 'This is a fault of the connector: `read` is an async generator that yields arrays of records.',
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : typeof value === 'undefined' ? 'nothing' : `a ${typeof value}`;
}

/** Says once for each field that records carry and the catalog does not have, that it is not loaded. */
export function unknownFields(
  known: readonly { readonly name: string }[],
  warn: (message: string) => void,
): Reading['look'] {
  const names = new Set(known.map(({ name }) => name));
  return (record) => {
    const found: string[] = [];
    for (const name in record) if (!names.has(name)) found.push(name);
    if (found.length === 0) return;
    for (const name of found) names.add(name);
    warn(
      `Records have "${found.join('", "')}", which the catalog does not name; ${found.length === 1 ? 'it is' : 'they are'} not loaded.`,
    );
  };
}
