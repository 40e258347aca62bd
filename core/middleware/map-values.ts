import type { PlannedColumn } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { columnNamed, withColumn, type Lookup, type MapRule, type StreamRules } from './rules.js';

type ValueRule = Exclude<MapRule, { readonly rename: unknown } | { readonly drop: unknown }>;
type Change = NonNullable<PlannedColumn['change']>;

/** The rules of `map` that act on values: what a column is read as, and what becomes of its text before. */
export function changeValues(
  columns: readonly PlannedColumn[],
  rule: ValueRule,
  rules: StreamRules,
): readonly PlannedColumn[] {
  if ('trim' in rule)
    return rule.trim.reduce((current, name) => changed(current, name, 'map.trim', rules, onText(trimmed)), columns);
  if ('case' in rule)
    return fold(columns, rule.case, (current, name, which) =>
      changed(
        current,
        name,
        'map.case',
        rules,
        onText(which === 'lower' ? (text) => text.toLowerCase() : (text) => text.toUpperCase()),
      ),
    );
  if ('nulls' in rule)
    return fold(columns, rule.nulls, (current, name, texts) => {
      const none = new Set(texts);
      return changed(current, name, 'map.nulls', rules, (value) => (none.has(textOf(value) ?? '') ? null : value));
    });
  if ('lookup' in rule)
    return fold(columns, rule.lookup, (current, name, table) =>
      changed(current, name, 'map.lookup', rules, lookedUp(table)),
    );
  if ('cast' in rule)
    return fold(columns, rule.cast, (current, name, type) => {
      const column = columnNamed(current, name, 'map.cast', rules);
      return withColumn(current, column, {
        sourceType: type,
        target: { name, type, nullable: column.target.nullable },
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

/** One change after the other; null is left alone, and so is what an earlier one has refused. */
function changed(
  columns: readonly PlannedColumn[],
  name: string,
  step: string,
  rules: StreamRules,
  next: Change,
): readonly PlannedColumn[] {
  const column = columnNamed(columns, name, step, rules);
  const { change } = column;
  return withColumn(columns, column, {
    change:
      change === undefined
        ? next
        : (given) => {
            const value = change(given);
            return value === null || value === undefined ? value : next(value);
          },
  });
}

const trimmed = (text: string) => text.trim();

const onText =
  (act: (text: string) => string): Change =>
  (value) =>
    typeof value === 'string' ? act(value) : value;

/** The text by which a plain value is looked up. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'object' ? undefined : String(value as string | number | bigint | boolean);

function lookedUp({ values, otherwise }: Lookup): Change {
  const table = new Map(Object.entries(values));
  return (value) => {
    const text = textOf(value);
    const found = text === undefined ? undefined : table.get(text);
    if (found !== undefined) return found;
    if (otherwise === 'keep') return value;
    return otherwise === 'null' ? null : undefined;
  };
}
