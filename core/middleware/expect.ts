import type { PlannedColumn, ValueTest } from '../protocol/index.js';
import { checkPattern } from '../program/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { ChainPlan, Step } from './chain.js';
import { isOfSet } from './expectations.js';
import { computation } from './expressions.js';
import { columnNamed, withColumn, type StreamRules, type ValueRule } from './rules.js';

const NUMERIC = new Set(['integer', 'number', 'decimal']);

/** What the configuration expects of single records. */
export const expectStep: Step = (plan, rules) =>
  rules.expect.reduce<ChainPlan>((current, rule) => {
    const { columns, conditions } = current;
    if ('compare' in rule) {
      const wish = { text: rule.compare, way: 'expect.compare', ofNull: true, isCondition: true };
      const { severity: otherwise = 'quarantine' } = rule;
      return { columns, conditions: [...conditions, { computation: computation(columns, wish, rules), otherwise }] };
    }
    if (isOfSet(rule)) {
      for (const name of 'unique' in rule ? rule.unique : []) columnNamed(columns, name, 'expect.unique', rules);
      return current;
    }
    return { columns: expecting(columns, rule, rules), conditions };
  }, plan);

function expecting(columns: readonly PlannedColumn[], rule: ValueRule, rules: StreamRules): readonly PlannedColumn[] {
  const { severity = 'quarantine' } = rule;
  let current = columns;
  const tested = (name: string, way: string, test: Test) => {
    const column = columnNamed(current, name, `expect.${way}`, rules);
    const next = { ...test, rule: `expect.${way}(${name})`, severity };
    current = withColumn(current, column, { tests: [...(column.tests ?? []), next] });
  };
  if ('not_null' in rule)
    for (const name of rule.not_null) {
      const column = columnNamed(current, name, 'expect.not_null', rules);
      if (severity !== 'quarantine') tested(name, 'not_null', { kind: 'present' });
      else if (column.required !== true) current = withColumn(current, column, { required: true, isExpected: true });
    }
  else if ('set' in rule)
    for (const [name, values] of Object.entries(rule.set))
      tested(name, 'set', { kind: 'set', allowed: new Set(values) });
  else if ('pattern' in rule)
    for (const [name, pattern] of Object.entries(rule.pattern)) {
      refuseUnlessRe2(name, pattern, rules);
      tested(name, 'pattern', { kind: 'pattern', pattern });
    }
  else
    for (const [name, bounds] of Object.entries(rule.range)) {
      const column = columnNamed(current, name, 'expect.range', rules);
      refuseUnlessRange(column, bounds, rules);
      const { min = -Infinity, max = Infinity } = bounds;
      if (severity !== 'quarantine') tested(name, 'range', { kind: 'range', min, max });
      else current = withColumn(current, column, bounds);
    }
  return current;
}

/** Distributes over the kinds. */
type Test = ValueTest extends infer T ? (T extends ValueTest ? Omit<T, 'rule' | 'severity'> : never) : never;

function refuseUnlessRange(
  { target: { name }, sourceType }: PlannedColumn,
  { min, max }: { readonly min?: number; readonly max?: number },
  { stream }: StreamRules,
): void {
  if (!NUMERIC.has(sourceType))
    throw new ConnectorError(
      'config',
      `Stream "${stream}": expect.range on "${name}", which is ${sourceType}, not a number.`,
      { stream, hint: 'Declare the column as integer, number or decimal.' },
    );
  if (Number.isNaN(min) || Number.isNaN(max) || (min !== undefined && max !== undefined && min > max))
    throw new ConnectorError('config', `Stream "${stream}": expect.range on "${name}" lets nothing pass.`, {
      stream,
      hint: 'Give numbers, min not above max.',
    });
}

function refuseUnlessRe2(name: string, pattern: string, { stream }: StreamRules): void {
  try {
    checkPattern(pattern);
  } catch (error) {
    throw new ConnectorError('config', `Stream "${stream}": expect.pattern on "${name}" is no pattern of RE2.`, {
      stream,
      hint: 'Look-around and back references are not part of it: see https://github.com/google/re2/wiki/Syntax.',
      cause: error,
    });
  }
}
