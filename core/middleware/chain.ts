import type { Field, PlannedColumn, RowCondition } from '../protocol/index.js';
import { expectStep } from './expect.js';
import { mapStep } from './map.js';
import { protectStep } from './protect.js';
import type { StreamRules } from './rules.js';
import { validateStep } from './validate.js';

/** What the chain makes of a stream: the columns as they land, and what whole records must fulfil. */
export interface ChainPlan {
  readonly columns: readonly PlannedColumn[];
  readonly conditions: readonly RowCondition[];
}

/** What a step does: from the plan as it finds it to the plan as it leaves it. */
export type Step = (plan: ChainPlan, rules: StreamRules) => ChainPlan;

/**
 * The chain, in the order in which it acts. `map` names, drops, changes and chooses, `validate` demands what the schema says,
 * `expect` adds what the configuration demands of the values, and `protect` comes last, so that it judges values before they are
 * tokens and nothing after it can undo it.
 */
export const CHAIN: readonly (readonly [string, Step])[] = [
  ['map', mapStep],
  ['validate', validateStep],
  ['expect', expectStep],
  ['protect', protectStep],
];

/** From the fields as they come to what becomes of them. `key` names fields of the source. */
export function planChain(fields: readonly Field[], rules: StreamRules, key: readonly string[]): ChainPlan {
  const columns = fields.map((field): PlannedColumn => ({
    source: field.name,
    sourceType: field.type,
    target: field,
    ...(key.includes(field.name) ? { required: true } : {}),
  }));
  return CHAIN.reduce<ChainPlan>((plan, [, step]) => step(plan, { ...rules, key }), { columns, conditions: [] });
}

/** The columns alone. */
export const planColumns = (...chain: Parameters<typeof planChain>): readonly PlannedColumn[] =>
  planChain(...chain).columns;
