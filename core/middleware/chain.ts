import type { Field, PlannedColumn } from '../protocol/index.js';
import { expectStep } from './expect.js';
import { mapStep } from './map.js';
import { protectStep } from './protect.js';
import type { StreamRules } from './rules.js';
import { validateStep } from './validate.js';

/** What a step does: from the columns as it finds them to the columns as it leaves them. */
export type Step = (columns: readonly PlannedColumn[], rules: StreamRules) => readonly PlannedColumn[];

/**
 * The chain, in the order in which it acts. `map` names and drops, `validate` demands what the schema says, `expect` adds
 * what the configuration demands of the values, and `protect` comes last, so that it judges values before they are tokens
 * and nothing after it can undo it.
 */
export const CHAIN: readonly (readonly [string, Step])[] = [
  ['map', mapStep],
  ['validate', validateStep],
  ['expect', expectStep],
  ['protect', protectStep],
];

/** From the fields as they come to the columns as they land. `key` names fields of the source. */
export function planColumns(
  fields: readonly Field[],
  rules: StreamRules,
  key: readonly string[],
): readonly PlannedColumn[] {
  const start = fields.map((field): PlannedColumn => ({
    source: field.name,
    sourceType: field.type,
    target: field,
    ...(key.includes(field.name) ? { required: true } : {}),
  }));
  return CHAIN.reduce<readonly PlannedColumn[]>((columns, [, step]) => step(columns, { ...rules, key }), start);
}
