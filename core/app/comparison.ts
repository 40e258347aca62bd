import type { FieldType, SqlSession, TableSpec } from '../protocol/index.js';
import { dialectOf, type ColumnType, type SqlDialect } from '../../destinations/sql/index.js';

/** A table of the warehouse, and beside it what the source has now. */
export interface ReadTable {
  readonly spec: TableSpec;
  readonly apart: TableSpec;
  /** Records that the source has and the rules reject, so that they are none of the rows of `apart`. */
  readonly rejected: number;
  /** Of a stream that is read by a cursor; absent: it was read whole. */
  readonly cursor?: {
    readonly column: string;
    readonly timeZone: string | undefined;
    /** The first day or instant, and the last day; absent: up to the start of the reading. */
    readonly from: string;
    readonly to: string | undefined;
    readonly startedAt: string;
  };
  /** Of a stream that is not kept for ever: the column, and what holds for rows that are too old. */
  readonly retention?: { readonly column: string; readonly older: (dialect: SqlDialect, type: FieldType) => string };
}

export interface Difference {
  /** Null where the stream has none, or the row has none. */
  readonly day: string | null;
  readonly campaign: string | null;
  /** `rows`, or the column that is summed up. */
  readonly column: string;
  /** A count or a sum, with all its digits; null: no row has a value. */
  readonly source: string | null;
  readonly warehouse: string | null;
}

export interface ComparedStream {
  readonly stream: string;
  readonly table: string;
  /** The columns whose days and campaigns were compared. */
  readonly by: { readonly day: string | null; readonly campaign: string | null };
  /** The columns that were summed up. */
  readonly columns: readonly string[];
  /** Numeric columns of the source that could not be summed up: what they are in the warehouse, null where they are not there. */
  readonly uncompared: readonly { readonly column: string; readonly warehouse: string | null }[];
  readonly rows: { readonly source: number; readonly warehouse: number };
  /** Records of the source that the rules reject; the warehouse may have rows of their versions before. */
  readonly rejected: number;
  /** Days and campaigns that differ. */
  readonly differing: number;
  /** Those of the first `MOST_GROUPS` days and campaigns. */
  readonly differences: readonly Difference[];
  /** By key; null where the table has none. */
  readonly missing: number | null;
  readonly extra: number | null;
  /** What reads the differing rows again; null where the stream is not read by days. */
  readonly days: readonly string[] | null;
  /** The rows of the warehouse that the source does not have, as a condition of its table `t`. */
  readonly extraRows: string | null;
}

export const MOST_GROUPS = 1_000;
const DAY_MS = 86_400_000;
const NUMERIC: ReadonlySet<FieldType | undefined> = new Set<FieldType>(['integer', 'number', 'decimal']);
const DAYS: ReadonlySet<FieldType | undefined> = new Set<FieldType>(['date', 'timestamp', 'timestamptz']);

/** Rows that came after `before` (an instant of the database) are not taken for ones that the source lacks. */
export async function compareTables(
  sql: SqlSession,
  tables: readonly ReadTable[],
  before: string,
): Promise<readonly ComparedStream[]> {
  const compared: ComparedStream[] = [];
  for (const table of tables) compared.push(await compareTable(sql, table, before));
  return compared;
}

async function compareTable(sql: SqlSession, { spec, apart, rejected, cursor, retention }: ReadTable, before: string) {
  const dialect = dialectOf(sql);
  const { quote, literal, dayOf, asText, summand, sumsDiffer } = dialect;
  const cast = (expression: string, type: ColumnType) => `CAST(${expression} AS ${dialect.sqlType(type)})`;
  /** As the catalog's columns are called here. */
  const own = (name: string) => dialect.shownName(dialect.storedName(name));
  const nameOf = ({ schema, name }: TableSpec) => `${quote(schema)}.${quote(name)}`;
  const [here, there] = [await columnsOf(sql, spec), await columnsOf(sql, apart)];
  const inBoth = (column: string) => there.has(column) && (here.size === 0 || here.has(column));
  const isDay = (column: string) =>
    inBoth(column) && DAYS.has(there.get(column)) && (here.get(column) ?? there.get(column)) === there.get(column);
  const t = (column: string) => `t.${quote(column)}`;

  const mark = spec.marks.find(({ day }) => day !== null && 'column' in day && isDay(own(day.column)));
  const marked = mark?.day !== null && mark?.day !== undefined && 'column' in mark.day ? mark.day : undefined;
  const cursorColumn = cursor !== undefined && isDay(own(cursor.column)) ? own(cursor.column) : undefined;
  const dayColumn = marked === undefined ? (cursorColumn ?? null) : own(marked.column);
  const day =
    dayColumn === null
      ? cast('NULL', 'date')
      : dayOf(t(dayColumn), there.get(dayColumn) as 'date', marked?.timeZone ?? 'UTC', marked?.writtenIn);
  const byCampaign =
    mark?.campaign !== null && mark?.campaign !== undefined && 'column' in mark.campaign
      ? own(mark.campaign.column)
      : undefined;
  const campaignColumn = byCampaign !== undefined && inBoth(byCampaign) ? byCampaign : null;
  const campaign =
    campaignColumn === null ? cast('NULL', 'text') : asText(t(campaignColumn), there.get(campaignColumn) as FieldType);
  const readBy =
    cursorColumn === undefined
      ? cast('NULL', 'date')
      : dayOf(t(cursorColumn), there.get(cursorColumn) as 'date', 'UTC');
  const numeric = [...there.keys()].filter((column) => !column.startsWith('_') && NUMERIC.has(there.get(column)));
  const columns = numeric.filter((column) => here.size === 0 || NUMERIC.has(here.get(column)));
  const uncompared = numeric
    .filter((column) => !columns.includes(column))
    .map((column) => ({ column, warehouse: here.get(column) ?? (here.has(column) ? 'unknown' : null) }));

  const keyColumns = spec.key.map(own);
  const key = keyColumns.every(inBoth) ? keyColumns : [];
  const sameKey = key.map((column) => `o.${quote(column)} = ${t(column)}`).join(' AND ');
  const hasKey = (table: TableSpec) => `EXISTS (SELECT 1 FROM ${nameOf(table)} AS o WHERE ${sameKey})`;
  const window =
    cursorColumn === undefined || cursor === undefined
      ? []
      : windowOf(t(cursorColumn), cursor, there.get(cursorColumn) === 'date', (text, type) =>
          cast(literal(text), type),
        );
  // Files that are gone cannot be read again: what came from them is left alone.
  const ofFiles = `(t._source_file IN (SELECT _source_file FROM ${nameOf(apart)})${key.length === 0 ? '' : ` OR ${hasKey(apart)}`})`;
  const aged = retention === undefined ? undefined : there.get(own(retention.column));
  const kept = aged === undefined ? [] : [`COALESCE(NOT (${retention!.older(dialect, aged)}), true)`];
  // Rows that no run has loaded were in an adopted table before: the source need not have them.
  const loaded = here.has('_run_id') ? [`t._run_id IS NOT NULL${key.length === 0 ? '' : ` OR ${hasKey(apart)}`}`] : [];
  const where = [...window, ...kept, ...loaded, ...(spec.fromFiles ? [ofFiles] : [])].map((each) => `(${each})`);
  const whereOf = (more: readonly string[] = []) =>
    [...where, ...more].length === 0 ? '' : `WHERE ${[...where, ...more].join(' AND ')}`;

  const rowsOf = (table: TableSpec, side: number) =>
    `SELECT ${side} AS side, ${[`${day} AS day`, `${campaign} AS campaign`, `${readBy} AS read_by`, ...columns.map((column, n) => `${summand(t(column), there.get(column) as FieldType)} AS v_${n}`)].join(', ')}
       FROM ${nameOf(table)} AS t ${whereOf()}`;
  const both = here.size === 0 ? rowsOf(apart, 1) : `${rowsOf(apart, 1)} UNION ALL ${rowsOf(spec, 2)}`;
  const sums = columns.flatMap((_, n) =>
    [1, 2].map((side) => `sum(CASE side WHEN ${side} THEN v_${n} END) AS s_${n}_${side}`),
  );
  const counts = [1, 2].map((side) => `sum(CASE side WHEN ${side} THEN 1 ELSE 0 END) AS n_${side}`);
  const groupsBy = (by: string) => `SELECT ${[by, ...counts, ...sums].join(', ')} FROM (${both}) AS u GROUP BY ${by}`;
  const differ = [
    'n_1 <> n_2',
    ...columns.map((column, n) => sumsDiffer(`s_${n}_1`, `s_${n}_2`, there.get(column) as FieldType)),
  ].join(' OR ');
  const shown = columns.flatMap((_, n) => [1, 2].map((side) => `${cast(`s_${n}_${side}`, 'text')} AS s_${n}_${side}`));

  const groups = await sql.query<Record<string, string | number | null>>(
    `SELECT ${[...['day', 'n_1', 'n_2'].map((name) => `${cast(`g.${name}`, 'text')} AS ${name}`), 'campaign', ...shown, 'count(*) OVER () AS differing'].join(', ')}
       FROM (${groupsBy('day, campaign')}) AS g WHERE ${differ} ORDER BY g.day, campaign LIMIT ${MOST_GROUPS}`,
  );
  const [total] = await sql.query<{ n_1: number | null; n_2: number | null }>(
    `SELECT ${counts.join(', ')} FROM (${both}) AS u`,
  );
  const count = async (from: string) => Number((await sql.query<{ n: number }>(`SELECT count(*) AS n ${from}`))[0]?.n);
  const extraRows =
    key.length === 0 || here.size === 0
      ? null
      : [...where, `NOT ${hasKey(apart)}`, `t._loaded_at < ${cast(literal(before), 'timestamptz')}`].join(' AND ');
  const missing =
    key.length === 0
      ? null
      : here.size === 0
        ? Number(total?.n_1 ?? 0)
        : await count(`FROM ${nameOf(apart)} AS t ${whereOf([`NOT ${hasKey(spec)}`])}`);
  const days =
    cursorColumn === undefined
      ? null
      : await sql.query<{ day: string }>(
          `SELECT DISTINCT ${cast('read_by', 'text')} AS day FROM (${groupsBy('read_by, day, campaign')}) AS g WHERE (${differ}) AND read_by IS NOT NULL ORDER BY 1`,
        );
  return {
    stream: spec.stream,
    table: `${spec.schema}.${spec.name}`,
    by: { day: dayColumn, campaign: campaignColumn },
    columns,
    uncompared,
    rows: { source: Number(total?.n_1 ?? 0), warehouse: Number(total?.n_2 ?? 0) },
    rejected,
    differing: Number(groups[0]?.['differing'] ?? 0),
    differences: groups.flatMap((group) => differencesOf(group, columns)),
    missing,
    extra: extraRows === null ? null : await count(`FROM ${nameOf(spec)} AS t WHERE ${extraRows}`),
    days: days === null ? null : days.map(({ day: each }) => each),
    extraRows,
  };
}

function differencesOf(group: Readonly<Record<string, unknown>>, columns: readonly string[]): readonly Difference[] {
  const of = (name: string) => group[name] as string | null;
  const sum = (name: string) =>
    of(name)
      ?.replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '') ?? null;
  const pairs = [
    { column: 'rows', source: of('n_1'), warehouse: of('n_2') },
    ...columns.map((column, n) => ({ column, source: sum(`s_${n}_1`), warehouse: sum(`s_${n}_2`) })),
  ];
  return pairs
    .filter(({ source, warehouse }) => source !== warehouse)
    .map((pair) => ({ day: of('day'), campaign: of('campaign'), ...pair }));
}

/** The same on both sides, so that a row outside of what was read counts on none. */
function windowOf(
  column: string,
  { from, to, startedAt }: NonNullable<ReadTable['cursor']>,
  isDaily: boolean,
  at: (text: string, type: ColumnType) => string,
): readonly string[] {
  const type = isDaily ? 'date' : 'timestamptz';
  const first = `${column} >= ${at(isDaily ? from.slice(0, 10) : from, type)}`;
  if (to !== undefined) return [first, `${column} < ${at(dayAfter(to), type)}`];
  // A day of the future is one that the source cannot have.
  return [first, ...(isDaily ? [] : [`${column} < ${at(startedAt, type)}`])];
}

const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);

/** Of a table's columns their types, by their names as a person writes them; empty where there is no table. */
export async function columnsOf(
  sql: SqlSession,
  { schema, name }: TableSpec,
): Promise<ReadonlyMap<string, FieldType | undefined>> {
  const { literal, fieldType, storedName, shownName, typeNameColumn } = dialectOf(sql);
  const rows = await sql.query<{ name: string; type: string }>(
    `SELECT column_name AS name, ${typeNameColumn} AS type FROM information_schema.columns
      WHERE table_schema = ${literal(storedName(schema))} AND table_name = ${literal(storedName(name))} ORDER BY ordinal_position`,
  );
  return new Map(rows.map((row) => [shownName(row.name), fieldType(row.type)]));
}
