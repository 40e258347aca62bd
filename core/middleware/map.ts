import type { Computation, PlannedColumn } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { Step } from './chain.js';
import { computation } from './expressions.js';
import { changeValues } from './map-values.js';
import { columnNamed, type StreamRules } from './rules.js';

/** Renames, drops and changes columns, rule after rule. */
export const mapStep: Step = ({ columns, conditions: before }, rules) => {
  let current = columns;
  const conditions = [...before];
  for (const rule of rules.map) {
    if ('drop' in rule) {
      for (const name of rule.drop) {
        const column = columnNamed(current, name, 'map.drop', rules);
        current = current.filter((candidate) => candidate !== column);
      }
      continue;
    }
    if ('where' in rule) {
      const wish = { text: rule.where, way: 'map.where', ofNull: false, isCondition: true };
      conditions.push({ computation: computation(current, wish, rules), otherwise: 'filter' });
      continue;
    }
    if ('set' in rule) {
      // All of one step see the columns as they are before it.
      const made = Object.entries(rule.set).map(([name, text]) => {
        const wish = { text, way: 'map.set', name, ofNull: null, isCondition: false };
        return [name, computation(current, wish, rules)] as const;
      });
      for (const [name, compute] of made) current = withComputed(current, name, compute, rules);
      continue;
    }
    if (!('rename' in rule)) {
      current = changeValues(current, rule, rules);
      continue;
    }
    for (const name of Object.values(rule.rename)) refuseReserved(name, 'map.rename', rules);
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
  return { columns: current, conditions };
};

function refuseReserved(name: string, way: string, { stream }: StreamRules): void {
  if (name !== '' && !name.startsWith('_')) return;
  throw new ConnectorError('config', `Stream "${stream}": ${way} makes a column named "${name}".`, {
    stream,
    hint: 'A name must not be empty, and names that begin with _ belong to the destination.',
  });
}

/** A column that is there keeps its type, its place and its mark `personal`; a new one is a text until it is cast, and may be null. */
function withComputed(
  columns: readonly PlannedColumn[],
  name: string,
  compute: Computation,
  rules: StreamRules,
): readonly PlannedColumn[] {
  const present = columns.find(({ target }) => target.name === name);
  // What is made of a name, an address or a number of a person tells of that person.
  const told = compute.inputs.some(({ target }) => target.personal === true);
  if (present !== undefined) {
    const { source, sourceType, required } = present;
    const target = told === true ? { ...present.target, personal: told } : present.target;
    const made = { source, sourceType, target, ...(required === true ? { required } : {}), compute };
    return columns.map((column) => (column === present ? made : column));
  }
  refuseReserved(name, 'map.set', rules);
  const target = { name, type: 'string' as const, nullable: true, ...(told === true ? { personal: told } : {}) };
  // No field has that name: none begins with a blank that the header's reader has not taken away.
  return [...columns, { source: ` set ${name}`, sourceType: 'string', target, compute }];
}
