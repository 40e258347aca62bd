import { expect, test } from '@jest/globals';
import type { FieldType, ParsingRules } from '../../../core/protocol/index.js';
import { column, field, oneFromBytes, oneFromObject, planOf } from './rows.js';

/** A text in a file or a value in a record, and what lands: its text, null, or `!reason`. */
export type Case = readonly [unknown, string | null];

/** Tests the cases on both paths; a null text is a null value of a record. */
export function both(
  type: FieldType,
  name: string,
  cases: readonly Case[],
  parsing: Partial<ParsingRules> = {},
  more = {},
): void {
  const plan = planOf([column('v', type, { target: field('v', type, more) })], { parsing });
  test.each(cases)(`${name} from bytes: %s`, (text, expected) => {
    expect(oneFromBytes(plan, text as string)).toBe(expected);
  });
  test.each(cases)(`${name} from an object: %s`, (text, expected) => {
    expect(oneFromObject(plan, text === '' || text === 'NULL' ? null : text)).toBe(expected);
  });
}

export function objects(type: FieldType, cases: readonly Case[], parsing: Partial<ParsingRules> = {}): void {
  const plan = planOf([column('v', type)], { parsing });
  test.each(cases)(`a value of a record as ${type}: %p`, (value, expected) => {
    expect(oneFromObject(plan, value)).toBe(expected);
  });
}
