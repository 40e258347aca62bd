import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { BadRecord, ConnectorError } from '#sdk';
import { parseJson } from '#sdk/http';
import { isComponent, type Component } from '../manifest/text.js';
import { stepsOf, valueAlong } from '../records/path.js';
import type { Answer } from '../requests/answer.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { csvRows } from './csv.js';
import { xmlValue } from './xml.js';
import { zipEntries } from './zip.js';

/** Turns the body of an answer into the values in it, one by one. */
export type Decode = (answer: Answer) => Iterable<unknown> | AsyncIterable<unknown>;
type Parse = (body: Uint8Array) => Iterable<unknown> | AsyncIterable<unknown>;

/** What an answer may be once it is unpacked. */
const MOST_UNPACKED_BYTES = 512 * 2 ** 20;

/** With `isChanged` the values are for one who changes them. */
export function decoderOf(node: Component | undefined, environment: Environment, isChanged = false): Decode {
  switch (node?.['type'] ?? 'JsonDecoder') {
    case 'JsonDecoder':
      return (answer) => jsonBodies(answer, isChanged);
    case 'XmlDecoder':
      return ({ body }) => [xmlValue(textIn(body, 'utf-8'))];
    case 'ZipfileDecoder': {
      const parse = parserOf(node?.['decoder'] as Component);
      return async function* (answer) {
        for await (const entry of zipEntries(answer.body, MOST_UNPACKED_BYTES)) yield* parse(entry);
      };
    }
    case 'CustomDecoder': {
      const made = environment.replacements.get(String(node?.['class_name']))?.(node!, aroundOf(node!, environment));
      return (answer) => (made as Decode)(answer.own());
    }
    default: {
      const parse = parserOf(node!);
      return ({ body }) => parse(body);
    }
  }
}

/** True where paging sees nothing of the answer, as in the reference: its body is read as it comes. */
export const isStreamed = (node: Component | undefined): boolean =>
  node !== undefined &&
  ['JsonlDecoder', 'CsvDecoder', 'GzipDecoder', 'IterableDecoder', 'JsonItemsDecoder'].includes(String(node['type']));

function* jsonBodies(answer: Answer, isChanged: boolean): Iterable<unknown> {
  if (answer.body.length > 0 && !answer.isJson)
    throw new ConnectorError(
      'source',
      `${answer.url}: answered ${answer.status} with something that is no JSON (${answer.body.length} bytes)`,
      {
        hint: 'Look at the address: a login page or a proxy may be answering; for other formats the manifest names a `decoder`.',
      },
    );
  const value = (isChanged ? answer.own() : answer).json();
  // Some servers write a list of nothing so.
  if (value === null) yield {};
  else if (!Array.isArray(value)) yield value;
  else if (value.length === 0) yield {};
  else yield* value;
}

function parserOf(node: Component): Parse {
  const encoding = typeof node['encoding'] === 'string' ? node['encoding'] : 'utf-8';
  switch (node['type']) {
    case 'JsonDecoder':
      return (body) => {
        const value = parseJson(textIn(body, 'utf-8'));
        return Array.isArray(value) ? value : [value];
      };
    case 'JsonlDecoder':
      return (body) => jsonLines(textIn(body, 'utf-8'));
    case 'JsonItemsDecoder': {
      const path = stepsOf(String(node['items_path']).split('.'));
      return (body) => {
        const items = valueAlong(parseJson(textIn(body, encoding)), path);
        return Array.isArray(items) ? items : [];
      };
    }
    case 'IterableDecoder':
      return (body) => lines(textIn(body, 'utf-8')).map((record) => ({ record }));
    case 'CsvDecoder': {
      const nulls = new Set((node['set_values_to_none'] as readonly unknown[] | undefined)?.map(String));
      const written = typeof node['delimiter'] === 'string' && node['delimiter'] !== '' ? node['delimiter'] : ',';
      const delimiter = written === '\\t' ? '\t' : written;
      return (body) => csvRows(textIn(body, encoding), delimiter, nulls);
    }
    case 'GzipDecoder': {
      const parse = parserOf(node['decoder'] as Component);
      return async function* (body) {
        yield* parse(await unpacked(body));
      };
    }
    case 'ZipfileDecoder': {
      const parse = parserOf(node['decoder'] as Component);
      return async function* (body) {
        for await (const entry of zipEntries(body, MOST_UNPACKED_BYTES)) yield* parse(entry);
      };
    }
    default:
      throw new ConnectorError('internal', `There is no decoder "${String(node['type'])}"`);
  }
}

const gunzip = promisify(zlib.gunzip);

/** Some servers say gzip and send plain text, so the first two bytes decide. */
async function unpacked(body: Uint8Array): Promise<Uint8Array> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return await gunzip(body, { maxOutputLength: MOST_UNPACKED_BYTES });
  } catch (cause) {
    throw new ConnectorError('source', 'A packed answer is damaged, or larger than an answer may be.', { cause });
  }
}

function textIn(body: Uint8Array, encoding: string): string {
  const known: Readonly<Record<string, string>> = {
    latin1: 'iso-8859-1',
    latin_1: 'iso-8859-1',
    'utf-8-sig': 'utf-8',
    utf8: 'utf-8',
  };
  try {
    return new TextDecoder(known[encoding.toLowerCase()] ?? encoding.toLowerCase(), { fatal: true }).decode(body);
  } catch (cause) {
    throw new ConnectorError('source', `An answer is not text in ${encoding}.`, {
      cause,
      hint: 'Set the `encoding` of the decoder.',
    });
  }
}

const lines = (text: string): readonly string[] =>
  text.split(/\r\n|\r|\n/).filter((line, at, all) => line !== '' || at < all.length - 1);

function* jsonLines(text: string): Iterable<unknown> {
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = parseJson(line);
    } catch {
      value = new BadRecord('not_json', `line ${number} is no JSON`, { _line: line.slice(0, 1000) });
    }
    if (Array.isArray(value)) yield* value;
    else yield value;
  }
}

/** A value that is a record: a mapping. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  isComponent(value) && !(value instanceof BadRecord);
