import type { PlannedColumn, ValueChange } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { columnNamed, withColumn, type MapRule, type StreamRules } from './rules.js';

/** Distributes over the kinds. */
type Change = ValueChange extends infer C ? (C extends ValueChange ? Omit<C, 'step'> : never) : never;
type ValueRule = Exclude<
  MapRule,
  { readonly rename: unknown } | { readonly drop: unknown } | { readonly set: unknown } | { readonly where: unknown }
>;

/** The rules of `map` that act on values: what a column is read as, and what becomes of its text before. */
export function changeValues(
  columns: readonly PlannedColumn[],
  rule: ValueRule,
  rules: StreamRules,
): readonly PlannedColumn[] {
  const changed = (current: readonly PlannedColumn[], name: string, change: Change) => {
    const column = columnNamed(current, name, `map.${change.kind}`, rules);
    const next = { ...change, step: `map.${change.kind}(${name})` };
    return withColumn(current, column, { changes: [...(column.changes ?? []), next] });
  };
  if ('trim' in rule) return rule.trim.reduce((current, name) => changed(current, name, { kind: 'trim' }), columns);
  if ('case' in rule)
    return fold(columns, rule.case, (current, name, to) => changed(current, name, { kind: 'case', to }));
  if ('nulls' in rule)
    return fold(columns, rule.nulls, (current, name, texts) =>
      changed(current, name, { kind: 'nulls', texts: new Set(texts) }),
    );
  if ('lookup' in rule)
    return fold(columns, rule.lookup, (current, name, { values, otherwise }) =>
      changed(current, name, { kind: 'lookup', values: new Map(Object.entries(values)), otherwise }),
    );
  if ('cast' in rule)
    return fold(columns, rule.cast, (current, name, type) => {
      const column = columnNamed(current, name, 'map.cast', rules);
      const { nullable, personal } = column.target;
      return withColumn(current, column, {
        sourceType: type,
        // What tells who a person is does so as another type too.
        target: { name, type, nullable, ...(personal ? { personal } : {}) },
      });
    });
  return fold(columns, rule.time_zone, (current, name, timeZone) => {
    const column = columnNamed(current, name, 'map.time_zone', rules);
    if (column.sourceType !== 'timestamptz')
      throw new ConnectorError(
        'config',
        `Stream "${rules.stream}": map.time_zone on "${name}", which is ${column.sourceType}, not an instant.`,
        { stream: rules.stream, hint: `Read it as one first: { cast: { ${name}: timestamptz } }.` },
      );
    return withColumn(current, column, { timeZone });
  });
}

function fold<T>(
  columns: readonly PlannedColumn[],
  entries: Readonly<Record<string, T>>,
  step: (columns: readonly PlannedColumn[], name: string, value: T) => readonly PlannedColumn[],
): readonly PlannedColumn[] {
  return Object.entries(entries).reduce((current, [name, value]) => step(current, name, value), columns);
}
