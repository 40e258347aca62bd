import { createHash } from 'node:crypto';
import { jsonText, type FieldType, type Reject, type TableSpec } from '#sdk';

/** By what a rejected record is known, and the values of its key where they are of their columns' types. */
export interface RecordIdentity {
  readonly record_key: string;
  readonly record_values: { readonly types: string; readonly values: readonly string[] } | null;
}

export const hasFileKey = (table: TableSpec) => table.fromFiles && table.key.includes('_source_row');

/**
 * By what a rejected record is known: its key where the table has one and the record shows it, else its place in the file,
 * else a hash of it. The hash needs no secret, since the payload lies beside it. `record_values` is for comparing with the
 * table; null where a value is not of its column's type.
 */
export function identityOf(table: TableSpec, slice: string, { payload, position }: Reject): RecordIdentity {
  if (hasFileKey(table)) return { record_key: indexable(`${slice}\u001f${position}`), record_values: null };
  const parts = table.keySources.map((name) => payload[name]);
  const isShown = parts.length > 0 && parts.every((part) => part !== undefined && part !== null && part !== '');
  if (!isShown)
    return {
      record_key: hashOf(jsonText(payload) as string),
      record_values: null,
    };
  const values = parts.map(String);
  const types = keyTypes(table);
  const fits = values.every((value, index) => FITS[types[index] ?? 'string'](value));
  return { record_key: indexable(values.join('\u001f')), record_values: fits ? { types: types.join(), values } : null };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** The key is part of an index, whose entries are limited. */
const indexable = (key: string) => (Buffer.byteLength(key) > 500 ? hashOf(key) : key);

export const keyTypes = (table: TableSpec): FieldType[] =>
  table.key.map((name) => table.fields.find((field) => field.name === name)?.type ?? 'string');

const isDay = (text: string) =>
  /^\d{4}-\d\d-\d\d/.test(text) &&
  text.startsWith(new Date(`${text.slice(0, 10)}T00:00:00Z`).toJSON()?.slice(0, 10) ?? '-');
const isInstant = (text: string) =>
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?$/.test(text) &&
  isDay(text) &&
  !Number.isNaN(Date.parse(text));

/** Texts that every database surely takes for a value of the type, since one that it refuses would fail a whole checkpoint. */
const FITS: Readonly<Record<FieldType, (text: string) => boolean>> = {
  string: () => true,
  integer: (text) => /^[+-]?\d{1,18}$/.test(text),
  number: (text) =>
    text.length < 40 && text.trim() === text && Number.isFinite(Number(text)) && /^[-+.\de]+$/i.test(text),
  decimal: (text) => /^[+-]?\d{1,100}(\.\d{1,100})?$/.test(text),
  boolean: (text) => text === 'true' || text === 'false',
  date: (text) => text.length === 10 && isDay(text),
  time: (text) => /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$/.test(text),
  timestamp: isInstant,
  timestamptz: isInstant,
  uuid: (text) => /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text),
  json: () => false,
};
