import { BadRecord, ConnectorError } from '#sdk';
import { parseJson } from '#sdk/http';
import { isComponent, type Component } from '../manifest/text.js';
import { stepsOf, valueAlong } from '../records/path.js';
import type { Answer } from '../requests/answer.js';
import { assertFlat } from '../requests/nesting.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { csvRows } from './csv.js';
import { inPieces, isGzip, rowsOf, textsIn, unpacked, whole, type Pieces, type TakeRows } from './pieces.js';
import { xmlValue } from './xml.js';
import { zipEntries } from './zip.js';

/** Some of the values in an answer; never none. */
export type Lot = readonly unknown[];
type Lots = Iterable<Lot> | AsyncIterable<Lot>;
/** Turns the body of an answer into the values in it. Rows come in lots, so that a large file of them is never whole in memory. */
export type Decode = (answer: Answer) => Lots;
type Parse = (body: Pieces) => AsyncIterable<Lot>;

const MOST_IN_LOT = 10_000;

/** With `isChanged` the values are for one who changes them. */
export function decoderOf(node: Component | undefined, environment: Environment, isChanged = false): Decode {
  switch (node?.['type'] ?? 'JsonDecoder') {
    case 'JsonDecoder':
      return (answer) => jsonBodies(answer, isChanged);
    case 'XmlDecoder':
      return async function* ({ body }) {
        let text = '';
        for await (const part of textsIn(inPieces(body), 'utf-8')) text += part;
        yield [xmlValue(text)];
      };
    case 'CustomDecoder': {
      const made = environment.replacements.get(String(node?.['class_name']))?.(node!, aroundOf(node!, environment)) as
        | ((answer: Answer) => Iterable<unknown> | AsyncIterable<unknown>)
        | undefined;
      return (answer) => inLots(made!(answer.own()));
    }
    default: {
      const parse = parserOf(node!, environment.maxResponseBytes);
      return ({ body }) => parse(inPieces(body));
    }
  }
}

/** The first value in an answer. */
export async function firstOf(lots: Lots): Promise<unknown> {
  for await (const [value] of lots) return value;
  return undefined;
}

async function* inLots(values: Iterable<unknown> | AsyncIterable<unknown>): AsyncIterable<Lot> {
  let lot: unknown[] = [];
  for await (const value of values) {
    lot.push(value);
    if (lot.length < MOST_IN_LOT) continue;
    yield lot;
    lot = [];
  }
  if (lot.length > 0) yield lot;
}

/** True where paging sees nothing of the answer, as in the reference: its body is read as it comes. */
export const isStreamed = (node: Component | undefined): boolean =>
  node !== undefined &&
  ['JsonlDecoder', 'CsvDecoder', 'GzipDecoder', 'IterableDecoder', 'JsonItemsDecoder'].includes(String(node['type']));

function jsonBodies(answer: Answer, isChanged: boolean): Iterable<Lot> {
  if (answer.body.length > 0 && !answer.isJson)
    throw new ConnectorError(
      'source',
      `${answer.shownUrl}: answered ${answer.status} with something that is no JSON (${answer.body.length} bytes)`,
      {
        hint: 'Look at the address: a login page or a proxy may be answering. Other formats need a declarative manifest with a `decoder`.',
      },
    );
  const value = (isChanged ? answer.own() : answer).json();
  // Some servers write a list of nothing as null.
  if (value === null || (Array.isArray(value) && value.length === 0)) return [[{}]];
  return [Array.isArray(value) ? value : [value]];
}

function parserOf(node: Component, mostBytes: number): Parse {
  const encoding = typeof node['encoding'] === 'string' ? node['encoding'] : 'utf-8';
  const inner = () => parserOf(node['decoder'] as Component, mostBytes);
  const rows = (take: () => TakeRows, written: string): Parse => {
    return (body) => rowsOf(textsIn(body, written), take(), mostBytes);
  };
  /** A document, and what of it are the values. */
  const document = (valuesOf: (value: unknown) => Lot, written: string): Parse => {
    return async function* (body) {
      const bytes = await whole(body, mostBytes);
      assertFlat(bytes, mostBytes);
      let text = '';
      for await (const part of textsIn([bytes], written)) text += part;
      const values = valuesOf(documentIn(text));
      if (values.length > 0) yield values;
    };
  };
  switch (node['type']) {
    case 'JsonDecoder':
      return document((value) => (Array.isArray(value) ? value : [value]), 'utf-8');
    case 'JsonlDecoder':
      return rows(() => jsonRows(mostBytes), 'utf-8');
    case 'JsonItemsDecoder': {
      const path = stepsOf(String(node['items_path']).split('.'));
      return document((value) => {
        const items = valueAlong(value, path);
        return Array.isArray(items) ? items : [];
      }, encoding);
    }
    case 'IterableDecoder':
      return rows(() => lineRows, 'utf-8');
    case 'CsvDecoder': {
      const nulls = new Set((node['set_values_to_none'] as readonly unknown[] | undefined)?.map(String));
      const written = typeof node['delimiter'] === 'string' && node['delimiter'] !== '' ? node['delimiter'] : ',';
      return rows(() => csvRows(written === '\\t' ? '\t' : written, nulls), encoding);
    }
    case 'GzipDecoder': {
      const parse = inner();
      return (body) => parse(unpacked(body, isGzip, mostBytes));
    }
    case 'ZipfileDecoder': {
      const parse = inner();
      return async function* (body) {
        for await (const entry of zipEntries(await whole(body, mostBytes), mostBytes)) yield* parse(entry);
      };
    }
    default:
      throw new ConnectorError('internal', `There is no decoder "${String(node['type'])}"`);
  }
}

function documentIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new ConnectorError('source', 'A document that an answer holds is no JSON.', {
      hint: 'Look at the `decoder` of the manifest, and at what the API answers.',
    });
  }
}

const lineRows: TakeRows = function* (text, isLast) {
  let lot: unknown[] = [];
  let from = 0;
  for (const { 0: end, index } of text.matchAll(/\r\n|\r|\n/g)) {
    // Behind a carriage return may come the line feed that belongs to it.
    if (!isLast && end === '\r' && index + 1 === text.length) break;
    lot.push({ record: text.slice(from, index) });
    from = index + end.length;
    if (lot.length < MOST_IN_LOT) continue;
    yield lot;
    lot = [];
  }
  if (isLast && from < text.length) lot.push({ record: text.slice(from) });
  if (lot.length > 0) yield lot;
  return from;
};

function jsonRows(mostBytes: number): TakeRows {
  let number = 0;
  const valueOf = (line: string): unknown => {
    assertFlat(line, mostBytes);
    try {
      return parseJson(line);
    } catch {
      return new BadRecord('not_json', `line ${number} is no JSON`, { _line: line.slice(0, 1000) });
    }
  };
  return function* (text, isLast) {
    let lot: unknown[] = [];
    let from = 0;
    while (from < text.length) {
      const feed = text.indexOf('\n', from);
      if (feed < 0 && !isLast) break;
      const line = text.slice(from, feed < 0 ? text.length : feed);
      from += line.length + 1;
      number += 1;
      if (line.trim() === '') continue;
      const value = valueOf(line);
      if (Array.isArray(value)) for (const one of value) lot.push(one);
      else lot.push(value);
      if (lot.length < MOST_IN_LOT) continue;
      yield lot;
      lot = [];
    }
    if (lot.length > 0) yield lot;
    return Math.min(from, text.length);
  };
}

/** A value that is a record: a mapping. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  isComponent(value) && !(value instanceof BadRecord);
