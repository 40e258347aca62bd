import { ConnectorError, type SqlSession } from '#sdk';
import { dialectOf } from '../../destinations/sql/index.js';

/** Builds take seconds, and a reading too: few of them meet. */
const MOST_TRIES = 5;

/**
 * Reads by several statements that all see one state of the marts: by one snapshot where the database has such for a transaction. Where
 * it has none, what was read while a build was committed is read again, so `read` may only read. A `locked` error says that builds came
 * each time.
 */
export async function inOneState<T>(sql: SqlSession, read: (sql: SqlSession) => Promise<T>): Promise<T> {
  const { readOneState } = dialectOf(sql);
  if (readOneState !== undefined)
    return sql.transaction(async (transaction) => {
      for (const statement of readOneState) await transaction.query(statement);
      return read(transaction);
    });
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const before = await builtAt(sql);
    const found = await read(sql);
    if ((await builtAt(sql)) === before) return found;
  }
  throw new ConnectorError('locked', `The marts were built ${MOST_TRIES} times while they were read.`, {
    hint: 'Ask again when no run is building the marts.',
  });
}

/** Whoever changes the marts changes this too, in the same transaction. */
export async function builtAt(sql: SqlSession): Promise<string> {
  const [row] = await sql.query<{ built: unknown }>('SELECT CAST(started_at AS text) AS built FROM report.builder');
  return String(row?.built);
}
