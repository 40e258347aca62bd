import { ConnectorError } from '../sdk/errors.js';
import type { Step } from './chain.js';
import { columnNamed, withColumn } from './rules.js';

/** Keeps protected values out of the destination: left out altogether, or as a token that only the key's holder can make. */
export const protectStep: Step = (columns, rules) => {
  let current = columns;
  for (const [name, rule] of Object.entries(rules.protect)) {
    const column = columnNamed(current, name, 'protect', rules);
    if (column.min !== undefined || column.max !== undefined)
      throw new ConnectorError(
        'config',
        `Stream "${rules.stream}": expect.range names "${name}", which protect takes away.`,
        {
          stream: rules.stream,
          hint: 'Drop the expectation, or the protection.',
        },
      );
    if (rule === 'drop') current = current.filter((candidate) => candidate !== column);
    else {
      const { nullable } = column.target;
      current = withColumn(current, column, { target: { name, type: 'string', nullable }, tokenize: rule.tokenize });
    }
  }
  return current;
};
