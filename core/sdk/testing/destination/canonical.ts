import type { Field, FieldType, RecordData } from '../../../protocol/index.js';

/**
 * A value as one text, however a driver gives it: digits without needless zeros, instants in UTC, JSON with sorted keys. Two
 * values are the same where their texts are.
 */
export function canonical(type: FieldType, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return BY_TYPE[type](value);
}

/** A row as one text, column by column. */
export const canonicalRow = (fields: readonly Field[], record: RecordData): string =>
  JSON.stringify(Object.fromEntries(fields.map(({ name, type }) => [name, canonical(type, record[name])])));

const BY_TYPE: Readonly<Record<FieldType, (value: unknown) => string>> = {
  string: String,
  integer: (value) => String(BigInt(digitsOf(String(value)))),
  number: (value) => {
    const number = Number(value);
    return Object.is(number, -0) ? '-0' : String(number);
  },
  decimal: (value) => digitsOf(String(value)),
  boolean: (value) => String(/^(true|t|1)$/i.test(String(value))),
  date: (value) => (value instanceof Date ? value.toISOString() : String(value)).slice(0, 10),
  time: (value) => withoutZeros(String(value)),
  timestamp: (value) => clockText(String(value)).text,
  timestamptz: (value) => {
    const { text, offset } = clockText(value instanceof Date ? value.toISOString() : String(value));
    const [whole = '', fraction] = text.split('.');
    const utc = new Date(Date.parse(`${whole}Z`) - offset * 60_000).toISOString().slice(0, 19);
    return `${utc}${fraction === undefined ? '' : `.${fraction}`}Z`;
  },
  uuid: (value) => String(value).toLowerCase(),
  json: sortedJson,
};

/** A number without exponent, sign of zero, and zeros that say nothing. */
function digitsOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim()) ?? [];
  const exponent = Number(power);
  const digits = `${'0'.repeat(Math.max(0, -exponent))}${whole}${fraction}${'0'.repeat(Math.max(0, exponent - fraction.length))}`;
  const point = Math.max(0, -exponent) + whole.length + exponent;
  const before = digits.slice(0, point).replace(/^0+/, '') || '0';
  const after = digits.slice(point).replace(/0+$/, '');
  const plain = after === '' ? before : `${before}.${after}`;
  return sign === '-' && plain !== '0' ? `-${plain}` : plain;
}

const withoutZeros = (text: string) => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');

/** `2024-01-02 03:04:05.600000 +0100` as `2024-01-02T03:04:05.6` and 60 minutes. */
function clockText(text: string): { readonly text: string; readonly offset: number } {
  const found = /^(\d{4,}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)\s*(?:Z|([+-])(\d\d):?(\d\d)?)?$/.exec(text);
  if (found === null) return { text, offset: 0 };
  const [, day, clock = '', sign, hours = '0', minutes = '0'] = found;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return { text: `${day}T${withoutZeros(clock)}`, offset };
}

/** JSON in which keys stand in order and integers keep their digits. */
export function sortedJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${sortedJson(part)}`).join(',')}}`;
}
