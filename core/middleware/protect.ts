import { ConnectorError } from '../sdk/errors.js';
import type { Step } from './chain.js';
import { columnNamed, withColumn, type StreamRules } from './rules.js';

/** Keeps protected values out of the destination: left out altogether, or as a token that only the key's holder can make. */
export const protectStep: Step = (columns, rules) => {
  let current = columns;
  for (const [name, rule] of Object.entries(rules.protect)) {
    const column = columnNamed(current, name, 'protect', rules);
    const refuse = (what: string, hint: string): never => {
      throw new ConnectorError('config', `Stream "${rules.stream}": ${what}`, { stream: rules.stream, hint });
    };
    if (column.min !== undefined || column.max !== undefined)
      refuse(
        `expect.range names "${name}", which protect takes away.`,
        'A number that becomes a token has no range any more: leave out the expectation or the protection.',
      );
    if (rule === 'drop') {
      if (isExpected(rules, name))
        refuse(
          `expect.not_null names "${name}", which protect drops.`,
          'Leave out the expectation, or tokenize the column.',
        );
      current = current.filter((candidate) => candidate !== column);
      continue;
    }
    const { key, version } = rule.tokenize;
    if (!(key instanceof Uint8Array) || key.length < MIN_KEY_BYTES)
      refuse(
        `protect tokenizes "${name}" with a key that is unknown or shorter than ${MIN_KEY_BYTES} bytes.`,
        'Name a key that the installation holds.',
      );
    if (!Number.isSafeInteger(version) || version < 1)
      refuse(`protect tokenizes "${name}" with a key that has no version.`, 'Versions are 1, 2, 3, …');
    const { nullable } = column.target;
    current = withColumn(current, column, { target: { name, type: 'string', nullable }, tokenize: rule.tokenize });
  }
  return current;
};

/** With fewer bytes the values behind tokens could be found by trying keys. */
const MIN_KEY_BYTES = 16;

const isExpected = (rules: StreamRules, name: string) =>
  rules.expect.some((rule) => 'not_null' in rule && rule.not_null.includes(name));
