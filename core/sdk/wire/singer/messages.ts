import type { RecordData } from '../../../protocol/index.js';
import { ConnectorError } from '../../errors.js';
import { parseJson, writeJson } from '../../http/json.js';
import { isObject, type JsonSchema } from './schema.js';

export interface SchemaMessage {
  readonly type: 'SCHEMA';
  readonly stream: string;
  readonly schema: JsonSchema;
  readonly key_properties: readonly string[];
  readonly bookmark_properties?: readonly string[];
}

export interface RecordMessage {
  readonly type: 'RECORD';
  readonly stream: string;
  readonly record: RecordData;
  readonly version?: number | bigint | null;
  readonly time_extracted?: string;
}

export interface StateMessage {
  readonly type: 'STATE';
  readonly value: unknown;
}

export interface ActivateVersionMessage {
  readonly type: 'ACTIVATE_VERSION';
  readonly stream: string;
  readonly version: number | bigint;
}

/** Records in files, each line of which is a record. */
export interface BatchMessage {
  readonly type: 'BATCH';
  readonly stream: string;
  readonly encoding: { readonly format: string; readonly compression?: string };
  /** Addresses of the files. */
  readonly manifest: readonly string[];
}

export type SingerMessage = SchemaMessage | RecordMessage | StateMessage | ActivateVersionMessage | BatchMessage;

/**
 * One line as a message; undefined for an empty one. Integers beyond 2^53 come as `bigint`, decimals that a double would round as
 * their text. Throws a `source` error that names the line by `place` (such as `line 12`) where it is none.
 */
export function readMessage(line: string, place: string): SingerMessage | undefined {
  if (line.trim() === '') return undefined;
  const refuse = (what: string, cause?: unknown): never => {
    throw new ConnectorError('source', `${place} of its output ${what}.`, {
      ...(cause === undefined ? {} : { cause }),
      hint: 'Only Singer messages may come on stdout, one JSON object a line. Look at the program, or at what runs around it.',
    });
  };
  let message: unknown;
  try {
    message = parseJson(line);
  } catch (error) {
    return refuse(`is no JSON${beginningOf(line)}`, error);
  }
  if (!isObject(message)) return refuse(`is no JSON object${beginningOf(line)}`);
  const { type } = message;
  const wants = (name: string, isRight: (value: unknown) => boolean, what: string) => {
    if (!isRight(message[name])) refuse(`is a ${String(type)} message whose \`${name}\` is not ${what}`);
  };
  if (OF_A_STREAM.has(type)) wants('stream', isName, 'the name of a stream');
  switch (type) {
    case 'RECORD':
      wants('record', isObject, 'an object');
      wants('version', (value) => value === undefined || value === null || isWhole(value), 'a whole number');
      return message as unknown as RecordMessage;
    case 'STATE':
      if (!('value' in message)) refuse('is a STATE message without `value`');
      return message as unknown as StateMessage;
    case 'SCHEMA':
      wants('schema', isObject, 'an object');
      wants('key_properties', (value) => value === undefined || value === null || isNames(value), 'a list of names');
      wants(
        'bookmark_properties',
        (value) => value === undefined || value === null || isNames(value),
        'a list of names',
      );
      return { ...message, key_properties: message['key_properties'] ?? [] } as unknown as SchemaMessage;
    case 'ACTIVATE_VERSION':
      wants('version', isWhole, 'a whole number');
      return message as unknown as ActivateVersionMessage;
    case 'BATCH':
      wants('encoding', isObject, 'an object');
      wants('manifest', isNames, 'a list of addresses');
      return message as unknown as BatchMessage;
    default:
      return refuse(
        type === undefined ? 'is an object without `type`' : `is a message of the unknown type "${String(type)}"`,
      );
  }
}

/** One line, with its end. */
export function writeMessage(message: SingerMessage): string {
  return `${writeJson(message)}\n`;
}

const OF_A_STREAM: ReadonlySet<unknown> = new Set(['SCHEMA', 'RECORD', 'ACTIVATE_VERSION', 'BATCH']);

const isName = (value: unknown) => typeof value === 'string' && value !== '';
const isNames = (value: unknown) => Array.isArray(value) && value.every(isName);
const isWhole = (value: unknown) => typeof value === 'bigint' || Number.isInteger(value);

/** A state as most taps write it: what belongs to one stream lies under its name in `bookmarks`. */
export const isSingerState = (
  value: unknown,
): value is Readonly<Record<string, unknown>> & { readonly bookmarks: Readonly<Record<string, unknown>> } =>
  isObject(value) && isObject(value['bookmarks']);

/** What was printed instead of a message is worth seeing; what looks like one may hold a record. */
const beginningOf = (line: string) => (/^\s*[{[]/.test(line) ? '' : `; it begins with: ${line.trim().slice(0, 80)}`);
