import { RE2JS } from '@bufbuild/re2';
import type { PlannedColumn } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { Step } from './chain.js';
import { columnNamed, withColumn, type StreamRules } from './rules.js';

const NUMERIC = new Set(['integer', 'number', 'decimal']);

/** What the configuration expects of single records; one that does not fit goes to quarantine. */
export const expectStep: Step = (columns, rules) => {
  let current = columns;
  for (const rule of rules.expect) {
    if ('not_null' in rule) {
      for (const name of rule.not_null)
        current = withColumn(current, columnNamed(current, name, 'expect.not_null', rules), { required: true });
      continue;
    }
    if ('set' in rule || 'pattern' in rule) {
      for (const [name, test] of 'set' in rule ? setTests(rule.set) : patternTests(rule.pattern, rules)) {
        const column = columnNamed(current, name, `expect.${'set' in rule ? 'set' : 'pattern'}`, rules);
        current = withColumn(current, column, { tests: [...(column.tests ?? []), test] });
      }
      continue;
    }
    for (const [name, { min, max }] of Object.entries(rule.range)) {
      const column = columnNamed(current, name, 'expect.range', rules);
      if (!NUMERIC.has(column.sourceType))
        throw new ConnectorError(
          'config',
          `Stream "${rules.stream}": expect.range on "${name}", which is ${column.sourceType}, not a number.`,
          { stream: rules.stream, hint: 'Declare the column as integer, number or decimal.' },
        );
      if (Number.isNaN(min) || Number.isNaN(max) || (min !== undefined && max !== undefined && min > max))
        throw new ConnectorError('config', `Stream "${rules.stream}": expect.range on "${name}" lets nothing pass.`, {
          stream: rules.stream,
          hint: 'Give numbers, min not above max.',
        });
      current = withColumn(current, column, {
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
      });
    }
  }
  return current;
};

type Test = NonNullable<PlannedColumn['tests']>[number];

const setTests = (sets: Readonly<Record<string, readonly string[]>>): readonly (readonly [string, Test])[] =>
  Object.entries(sets).map(([name, values]) => {
    const allowed = new Set(values);
    return [name, { reason: 'not_in_set', passes: (text) => allowed.has(text) }];
  });

/** RE2, since what is matched comes from outside: no pattern takes longer than the text is long. The whole text must match. */
const patternTests = (
  patterns: Readonly<Record<string, string>>,
  { stream }: StreamRules,
): readonly (readonly [string, Test])[] =>
  Object.entries(patterns).map(([name, pattern]) => {
    try {
      const matcher = RE2JS.compile(`(?:${pattern})`);
      return [name, { reason: 'no_match', passes: (text) => matcher.matches(text) }];
    } catch (error) {
      throw new ConnectorError('config', `Stream "${stream}": expect.pattern on "${name}" is no pattern of RE2.`, {
        stream,
        hint: 'Look-around and back references are not part of it: see https://github.com/google/re2/wiki/Syntax.',
        cause: error,
      });
    }
  });
