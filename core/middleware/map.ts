import { ConnectorError } from '../sdk/errors.js';
import type { Step } from './chain.js';
import { changeValues } from './map-values.js';
import { columnNamed } from './rules.js';

/** Renames, drops and changes columns, rule after rule. */
export const mapStep: Step = (columns, rules) => {
  let current = columns;
  for (const rule of rules.map) {
    if ('drop' in rule) {
      for (const name of rule.drop) {
        const column = columnNamed(current, name, 'map.drop', rules);
        current = current.filter((candidate) => candidate !== column);
      }
      continue;
    }
    if (!('rename' in rule)) {
      current = changeValues(current, rule, rules);
      continue;
    }
    const reserved = Object.values(rule.rename).find((name) => name === '' || name.startsWith('_'));
    if (reserved !== undefined)
      throw new ConnectorError('config', `Stream "${rules.stream}": map.rename makes a column named "${reserved}".`, {
        stream: rules.stream,
        hint: 'A name must not be empty, and names that begin with _ belong to the destination.',
      });
    // All at once, so that two columns may change names with each other.
    const renamed = new Map(
      Object.entries(rule.rename).map(([from, to]) => [columnNamed(current, from, 'map.rename', rules), to]),
    );
    current = current.map((column) => {
      const name = renamed.get(column);
      return name === undefined ? column : { ...column, target: { ...column.target, name } };
    });
    const twice = current
      .map((column) => column.target.name)
      .find((name, index, names) => names.indexOf(name) !== index);
    if (twice !== undefined)
      throw new ConnectorError('config', `Stream "${rules.stream}": map.rename makes two columns named "${twice}".`, {
        stream: rules.stream,
        hint: 'Give one of them another name, or drop it first.',
      });
  }
  return current;
};
