import type { DirtyMark, TableSpec } from '#sdk';
import { snowflakeDialect } from '../sql/snowflake.dialect.js';
import type { SnowflakeConnection } from './connection.js';
import { literal, quote, sharedTable } from './names.js';

/** The staged row, or the row of the table. */
type Row = 's' | 't';

/** Appends the days and campaigns that changed rows touch, before and after the change. */
export interface DirtyWriter {
  /** Those of the rows of a relation in which one goes by this name. */
  of(row: Row, from: string): Promise<void>;
  /** The distinct days and campaigns of a relation, for the mark of that number. */
  insert(mark: number, day: string, campaign: string, from: string): Promise<void>;
  /** What each mark takes of a row that goes by that name. */
  marksOf(row: Row): readonly { readonly day: string; readonly campaign: string }[];
}

export function dirtyWriter(
  connection: SnowflakeConnection,
  metadata: string,
  run: string,
  table: TableSpec,
): DirtyWriter {
  const marksOf = (row: Row) =>
    table.marks.map(({ day, campaign }) => ({
      day: `CAST(${dayOf(row, table, day)} AS DATE)`,
      campaign: `CAST(${campaignOf(row, table, campaign)} AS VARCHAR)`,
    }));
  const insert: DirtyWriter['insert'] = async (mark, day, campaign, from) => {
    await connection.run(
      `INSERT INTO ${sharedTable(metadata, 'dirty')} (id, fact, day, campaign, run_id, marked_at)
       SELECT UUID_STRING(), ${literal(table.marks[mark]!.fact)}, d.day, d.campaign, ${literal(run)}, CURRENT_TIMESTAMP(6)
         FROM (SELECT DISTINCT ${day} AS day, ${campaign} AS campaign ${from}) d`,
    );
  };
  return {
    marksOf,
    insert,
    async of(row, from) {
      for (const [n, { day, campaign }] of marksOf(row).entries()) await insert(n, day, campaign, from);
    },
  };
}

/** Whatever cannot be a day marks all days: a mark must never be the reason that a checkpoint fails. */
function dayOf(row: Row, table: TableSpec, day: DirtyMark['day']): string {
  if (day === null) return 'NULL';
  if ('value' in day) return literal(day.value);
  const type = table.fields.find(({ name }) => name === day.column)?.type;
  return type === 'date' || type === 'timestamp' || type === 'timestamptz'
    ? snowflakeDialect.dayOf(`${row}.${quote(day.column)}`, type, day.timeZone ?? 'UTC', day.writtenIn)
    : 'NULL';
}

function campaignOf(row: Row, table: TableSpec, campaign: DirtyMark['campaign']): string {
  if (campaign === null) return 'NULL';
  if ('value' in campaign) return literal(campaign.value);
  const field = table.fields.find(({ name }) => name === campaign.column);
  return field === undefined || field.type === 'json' ? 'NULL' : `${row}.${quote(campaign.column)}`;
}
