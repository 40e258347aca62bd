import type { Field, FieldType } from '../../protocol/index.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const CLOCK = String.raw`\d{2}:\d{2}(:\d{2}(\.\d+)?)?`;
const TIME = new RegExp(`^${CLOCK}$`);
const TIMESTAMP = new RegExp(String.raw`^\d{4}-\d{2}-\d{2}[T ]${CLOCK}$`);
const INSTANT = new RegExp(String.raw`^\d{4}-\d{2}-\d{2}[T ]${CLOCK}(Z|[+-]\d{2}:?\d{2})$`);
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const textLike = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const isDay = (value: unknown) => textLike(DAY)(value) && !Number.isNaN(Date.parse(`${String(value)}T00:00:00Z`));

const FITS: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => typeof value === 'bigint' || Number.isSafeInteger(value),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  decimal: (value) => typeof value === 'bigint' || DECIMAL.test(String(value)),
  boolean: (value) => typeof value === 'boolean',
  date: isDay,
  time: textLike(TIME),
  timestamp: textLike(TIMESTAMP),
  timestamptz: textLike(INSTANT),
  uuid: textLike(UUID),
  json: () => true,
};

/** Why the value does not fit the field, without the value; undefined if it does. */
export function misfit({ type, nullable }: Field, value: unknown): string | undefined {
  if (value === undefined || value === null)
    return nullable ? undefined : 'is missing in a record, and the schema does not allow that';
  return FITS[type](value) ? undefined : `holds a ${typeof value} that is no ${type}`;
}
