import type { SqlSession } from '../protocol/index.js';
import { dialectOf, hasTables } from '../../destinations/sql/index.js';

/**
 * Records of a stream in quarantine, resolved ones too, that the source delivered last before the first day that is kept
 * (`YYYY-MM-DD` in `timeZone`): their rows would be too old by now. Deletes them, or only counts; gives how many.
 */
export async function ageQuarantine(
  sql: SqlSession,
  {
    metadata,
    connection,
    stream,
    keptFrom,
    timeZone,
    isDry,
  }: {
    readonly metadata: string;
    readonly connection: string;
    readonly stream: string;
    readonly keptFrom: string;
    readonly timeZone: string;
    readonly isDry: boolean;
  },
): Promise<number> {
  const { quote, literal, counted, dayOf, metadataTable } = dialectOf(sql);
  const name = metadataTable('quarantine', connection);
  if (!(await hasTables(sql, metadata, [name]))) return 0;
  const aged = `FROM ${quote(metadata)}.${quote(name)} WHERE connection = ${literal(connection)} AND stream = ${literal(stream)}
      AND ${dayOf('last_seen', 'timestamptz', timeZone)} < CAST(${literal(keptFrom)} AS date)`;
  const [row] = await sql.query<{ n: number }>(isDry ? `SELECT count(*) AS n ${aged}` : counted(`DELETE ${aged}`));
  return Number(row?.n ?? 0);
}
