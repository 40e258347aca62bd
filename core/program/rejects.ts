import type { PlannedColumn, Reject } from '../protocol/index.js';
import type { Kept } from './payload.js';
import type { StepCounts } from './steps.js';
import type { Fault } from './values.js';

/** Why a value or a record did not pass; the code is stable, the sentence is for a person and holds no value. */
const DETAILS = {
  ragged_row: 'The row has another number of fields than the header.',
  text_after_quote: 'The row has text after a closing quote.',
  unclosed_quote: 'The row has a quote that never closes.',
  record_too_long: 'The row is longer than a record may be.',
  not_a_record: 'The source yielded something that is no object.',
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
  not_json: 'is not JSON that the destination can hold.',
  out_of_range: 'is outside the range of its column or expectation.',
  not_in_lookup: 'is not in its lookup table.',
  not_in_set: 'is none of the values that are expected.',
  not_expected: 'The record does not fulfil a comparison that is expected.',
  not_evaluable: 'An expression cannot be worked out for the record.',
  no_match: 'does not match the pattern that is expected.',
  cannot_generalise: 'has not the form that its protection needs.',
  key_too_long: 'makes the key longer than the destination can hold.',
  text_too_long: 'is longer than a text that the destination can hold.',
  invalid_utf8: 'is not valid UTF-8.',
  unstorable_text: 'holds a character that the destination cannot store.',
} as const;

export type Reason = keyof typeof DETAILS;

export function rejectOf(position: number, reason: Reason, field: string | undefined, kept: Kept): Reject {
  const detail = field === undefined ? DETAILS[reason] : `Field "${field}" ${DETAILS[reason]}`;
  return { position, reason, detail, ...kept, ...(field === undefined ? {} : { field }) };
}

/** A record that a column's value has put aside, counted under the rule that it broke. */
export function judged(
  position: number,
  fault: Fault,
  column: PlannedColumn | undefined,
  kept: Kept,
  counts: StepCounts,
): Reject {
  const reason = typeof fault === 'string' ? fault : fault.reason;
  const rule = typeof fault === 'string' ? ruleOf(reason, column) : fault.rule;
  counts.of(
    rule ?? (column === undefined ? `validate.${reason}` : `validate.${reason}(${column.target.name})`),
  ).count += 1;
  return {
    ...rejectOf(position, reason, typeof fault === 'string' ? column?.source : (fault.field ?? column?.source), kept),
    ...(rule === undefined ? {} : { rule }),
    ...(typeof fault !== 'string' && fault.fails ? { fails: true } : {}),
  };
}

/** The expectation that the column itself carries, where it is one that was broken. */
function ruleOf(reason: Reason, column: PlannedColumn | undefined): string | undefined {
  if (column === undefined) return undefined;
  if (reason === 'not_null' && column.isExpected === true) return `expect.not_null(${column.target.name})`;
  const isBounded = column.min !== undefined || column.max !== undefined;
  return reason === 'out_of_range' && isBounded ? `expect.range(${column.target.name})` : undefined;
}
