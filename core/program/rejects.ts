import type { Field, PlannedColumn, Reject, RowScanner } from '../protocol/index.js';
import { tokenOf } from './tokens.js';

/** Why a value or a record did not pass; the code is stable, the sentence is for a person and holds no value. */
const DETAILS = {
  ragged_row: 'The row has another number of fields than the header.',
  text_after_quote: 'The row has text after a closing quote.',
  not_null: 'is empty and must not be.',
  not_a_string: 'is not a text.',
  not_an_integer: 'is not an integer.',
  not_a_number: 'is not a finite number.',
  not_a_decimal: 'is not a decimal number.',
  not_a_boolean: 'is not one of the texts for true and false.',
  not_a_date: 'is not a day of the calendar.',
  not_a_time: 'is not a time of day.',
  not_a_timestamp: 'is not an instant of the calendar.',
  no_zone: 'has no time zone; declare `time_zone` for this file, or the type `timestamp`.',
  unexpected_zone: 'has a time zone, and the column has none; declare the type `timestamptz`.',
  not_a_uuid: 'is not a UUID.',
  not_json: 'is not JSON.',
  out_of_range: 'is outside the range of its column or expectation.',
  invalid_utf8: 'is not valid UTF-8.',
  unstorable_text: 'holds a character that the destination cannot store.',
} as const;

export type Reason = keyof typeof DETAILS;

/** Longest text that a payload keeps of one field. */
const MAX_TEXT = 8_192;

export function rejectOf(
  position: number,
  reason: Reason,
  field: string | undefined,
  payload: Reject['payload'],
): Reject {
  const detail = field === undefined ? DETAILS[reason] : `Field "${field}" ${DETAILS[reason]}`;
  return { position, reason, detail, payload, ...(field === undefined ? {} : { field }) };
}

/**
 * How a record may be shown in quarantine: columns that the chain has dropped are left out, tokenized ones appear as tokens.
 */
export interface PayloadRule {
  readonly shown: ReadonlySet<string>;
  readonly tokenized: ReadonlyMap<string, NonNullable<PlannedColumn['tokenize']>>;
}

export function payloadRule(columns: readonly PlannedColumn[]): PayloadRule {
  return {
    shown: new Set(columns.map((column) => column.source)),
    tokenized: new Map(
      columns.flatMap((column) => (column.tokenize === undefined ? [] : [[column.source, column.tokenize] as const])),
    ),
  };
}

export function payloadOfRow(scanner: RowScanner, fields: readonly Field[], rule: PayloadRule): Reject['payload'] {
  const payload: Record<string, unknown> = {};
  const text = (index: number) =>
    cut(Buffer.from(scanner.buffer.subarray(scanner.starts[index], scanner.ends[index])).toString('utf8'));
  if (scanner.fieldCount !== fields.length) {
    payload['_field_count'] = scanner.fieldCount;
    if (scanner.fieldCount < 0) return payload;
    // Which value belongs to which column is not known here, so with a protected column none is shown.
    if (rule.tokenized.size === 0 && fields.every((field) => rule.shown.has(field.name)))
      payload['_fields'] = Array.from({ length: Math.min(scanner.fieldCount, 1_000) }, (_, index) => text(index));
    return payload;
  }
  fields.forEach((field, index) => {
    if (!rule.shown.has(field.name)) return;
    const key = rule.tokenized.get(field.name);
    const isNull = scanner.starts[index] === scanner.ends[index] && scanner.quoted[index] === 0;
    payload[field.name] = isNull ? null : key === undefined ? text(index) : tokenOf(text(index), key);
  });
  return payload;
}

export function payloadOfObject(record: Readonly<Record<string, unknown>>, rule: PayloadRule): Reject['payload'] {
  const payload: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    if (!rule.shown.has(name)) continue;
    const key = rule.tokenized.get(name);
    if (key !== undefined && value !== null && value !== undefined)
      payload[name] = tokenOf(typeof value === 'string' ? value : JSON.stringify(plain(value)), key);
    else payload[name] = plain(value);
  }
  return payload;
}

/** JSON can say it, and it stays within limits. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'object' && value !== null)
    return cut(JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part)));
  return value ?? null;
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}
