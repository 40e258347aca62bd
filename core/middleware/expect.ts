import { ConnectorError } from '../sdk/errors.js';
import type { Step } from './chain.js';
import { columnNamed, withColumn } from './rules.js';

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
