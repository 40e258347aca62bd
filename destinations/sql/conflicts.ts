import { ConnectorError, holds, isWidening, type Field, type TableSpec } from '#sdk';

/** Something in which a table that somebody else has made does not fit its stream. */
export interface Conflict {
  /** `"sent" is integer, bigint is needed`. */
  readonly what: string;
  /** The part of an ALTER TABLE that settles it. */
  readonly alter?: string;
  /** What else a person may do. */
  readonly remedy?: string;
}

/** Digits of the largest whole number that a stream may have. */
const INTEGER_DIGITS = 19;

/** True where a column of the table holds every value of the stream's; undefined stands for a type that holds none surely. */
export function hasRoom(table: Field | undefined, stream: Field): boolean {
  if (table === undefined) return false;
  if (holds(table, stream)) return true;
  if (!isWidening(stream.type, table.type)) return false;
  if (table.type !== 'decimal' || table.precision === undefined) return true;
  return table.precision - (table.scale ?? 0) >= INTEGER_DIGITS;
}

/** A name that differs by case alone would stand beside the one that is meant, and the series would be two. */
export function caseConflict(field: Field, names: readonly string[], rename: string): Conflict | undefined {
  const twin = names.find((name) => name.toLowerCase() === field.name.toLowerCase());
  if (twin === undefined) return undefined;
  return {
    what: `"${twin}" differs from the stream's "${field.name}" by case alone`,
    remedy: `${rename}, or name the stream's column otherwise by \`map: [{ rename: … }]\``,
  };
}

/** Throws all of them at once; `table` as the database quotes it. */
export function refuseConflicts(
  { stream }: Pick<TableSpec, 'stream'>,
  table: string,
  conflicts: readonly Conflict[],
  alterTable: (actions: readonly string[]) => string,
): void {
  if (conflicts.length === 0) return;
  const actions = conflicts.flatMap(({ alter }) => alter ?? []);
  const remedies = [
    ...(actions.length === 0 ? [] : [`\`${alterTable(actions)}\``]),
    ...new Set(conflicts.flatMap(({ remedy }) => remedy ?? [])),
  ];
  throw new ConnectorError(
    'schema',
    `Table ${table} does not fit stream "${stream}": ${conflicts.map(({ what }) => what).join('; ')}.`,
    {
      stream,
      hint: `Nothing was changed. What settles it: ${remedies.join('; ')}. Or load into a table of its own (another \`schema\`).`,
    },
  );
}

/** The table is not ours, and nobody has said that it may become so. */
export function notAdopted({ stream, connection }: TableSpec, table: string): ConnectorError {
  return new ConnectorError('config', `Table ${table} exists and was not made by Tributary.`, {
    stream,
    hint: `To load into it and keep its rows, give the stream \`adopt: true\` (\`tributary check\` then shows what would be done). Otherwise rename that table, or give connection "${connection}" another schema.`,
  });
}

/** Of the row of the lineage that says so. */
export const ADOPTION_SLICE = 'adoption';
export const adoptedSource = ({ schema, name }: Pick<TableSpec, 'schema' | 'name'>): string =>
  `table ${schema}.${name} as it was found`;

/** Keys that repeat, without what they are. */
export function refuseRepeatedKey(
  { stream, key }: Pick<TableSpec, 'stream' | 'key'>,
  table: string,
  { keys, rows, missing }: { readonly keys: number; readonly rows: number; readonly missing: number },
  query: string,
): void {
  const count = (n: number) => n.toLocaleString('en-US');
  const parts = [
    ...(keys === 0 ? [] : [`${count(keys)} of its keys (${key.join(', ')}) stand in ${count(rows)} rows`]),
    ...(missing === 0 ? [] : [`${count(missing)} rows have none of (${key.join(', ')})`]),
  ];
  if (parts.length === 0) return;
  throw new ConnectorError('schema', `Table ${table} cannot be merged into: ${parts.join(', and ')}.`, {
    stream,
    hint: `Nothing was changed. See them by \`${query}\`, and leave one row of each; or choose the columns of \`primary_key\` so that they tell rows apart, or \`write: append\`.`,
  });
}
