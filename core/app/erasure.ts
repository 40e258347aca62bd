import { createHash } from 'node:crypto';
import type { EventListener, Field, SqlSession, TableSpec } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import { dialectOf } from '../../destinations/sql/index.js';
import { whoAmI } from './account.js';
import { columnsOf } from './comparison.js';
import type { Installation } from './installation.js';
import { removeRows } from './repair.js';
import { marksOf } from './marts.js';

export interface ErasedStream {
  readonly connection: string;
  readonly stream: string;
  readonly table: string;
  /** Rows of the table that have the token in a tokenized or hashed column. */
  readonly rows: number;
  /** Records in quarantine that name the token. */
  readonly quarantined: number;
  /** Records in quarantine that are encrypted whole: whether they are the member's cannot be seen. */
  readonly sealed: number;
}

interface ErasureWish {
  readonly token: string;
  readonly isDry: boolean;
  readonly signal: AbortSignal;
  readonly on: EventListener;
  readonly note: (text: string) => void;
}

/**
 * Deletes a member's rows, known by the token or hash, from every table of every connection that has a column of that kind, and
 * from its quarantine; or only counts them. Each table is one transaction under the fence, with the marks from which the marts
 * are rebuilt. Killed in between, it may be repeated. The audit log gets the token's SHA-256, never the token.
 */
export async function eraseMember(installation: Installation, wish: ErasureWish): Promise<readonly ErasedStream[]> {
  const { token, isDry, signal, on, note } = wish;
  const { configuration } = installation;
  const erased: ErasedStream[] = [];
  for (const [connection, { schema, destination, protect }] of Object.entries(configuration.settings.connections)) {
    for (const [stream, rules] of Object.entries(protect)) {
      const known = Object.entries(rules).flatMap(([column, rule]) =>
        typeof rule === 'object' && (rule.tokenize ?? rule.hash) !== undefined ? [column] : [],
      );
      if (known.length === 0) continue;
      const metadata = await installation.metadataSchema(destination);
      const sql = await installation.sql(destination, { readOnly: false, signal });
      try {
        if (sql.dialect !== 'postgres')
          throw new ConnectorError('config', `Rows in destination "${destination}" cannot be erased yet.`, {
            connection,
            hint: 'It works in Postgres; delete the rows there by hand.',
          });
        const { quote, literal } = dialectOf(sql);
        const spec = await specOf(sql, {
          connection,
          stream,
          schema,
          marks: marksOf(configuration, connection)(stream),
        });
        const columns = known.filter((column) => spec.fields.some(({ name }) => name === column));
        const condition = columns.map((column) => `t.${quote(column)} = ${literal(token)}`).join(' OR ');
        const [found] =
          columns.length === 0
            ? []
            : await sql.query<{ n: number }>(
                `SELECT count(*)::int AS n FROM ${quote(schema)}.${quote(stream)} AS t WHERE ${condition}`,
              );
        const rows = found?.n ?? 0;
        if (!isDry && rows > 0) {
          const run = { connection, streams: [stream], trigger: 'backfill', signal, on, note } as const;
          const { outcome } = await removeRows(installation, run, spec, `(${condition})`);
          if (outcome.error !== undefined)
            throw new ConnectorError(outcome.error.kind, outcome.error.message, { ...outcome.error, connection });
        }
        const aside = await eraseAside(sql, `${quote(metadata)}.quarantine`, { connection, stream, token, isDry });
        erased.push({ connection, stream, table: `${schema}.${stream}`, rows, ...aside });
      } finally {
        await sql.close();
      }
    }
  }
  if (erased.length === 0)
    throw new ConnectorError('config', 'No stream has a column of tokens or hashes.', { hint: 'See `protect`.' });
  if (!isDry)
    await (
      await installation.store()
    ).audit.append({
      actor: whoAmI(),
      action: 'erase.done',
      object: `sha256:${createHash('sha256').update(token).digest('hex')}`,
      outcome: 'allowed',
      detail: {
        by: 'command line',
        rows: Object.fromEntries(erased.map(({ connection, stream, rows }) => [`${connection}.${stream}`, rows])),
        quarantined: Object.fromEntries(
          erased.map(({ connection, stream, quarantined }) => [`${connection}.${stream}`, quarantined]),
        ),
      },
    });
  return erased;
}

async function specOf(
  sql: SqlSession,
  { stream, ...rest }: Pick<TableSpec, 'connection' | 'stream' | 'schema' | 'marks'>,
): Promise<TableSpec> {
  const base = { ...rest, stream, name: stream, key: [], keySources: [], fromFiles: false, write: 'merge' as const };
  const columns = await columnsOf(sql, { ...base, fields: [] });
  const fields = [...columns].flatMap(([name, type]): Field[] =>
    type === undefined ? [] : [{ name, type, nullable: true }],
  );
  return { ...base, fields };
}

async function eraseAside(
  sql: SqlSession,
  quarantine: string,
  { connection, stream, token, isDry }: Pick<ErasureWish, 'token' | 'isDry'> & Pick<TableSpec, 'connection' | 'stream'>,
): Promise<Pick<ErasedStream, 'quarantined' | 'sealed'>> {
  const [there] = await sql.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [quarantine]);
  if (there?.found === null) return { quarantined: 0, sealed: 0 };
  const own = `connection = $1 AND stream = $2`;
  const named = `${own} AND strpos(concat_ws(' ', record_key, record_values::text, payload::text, detail), $3) > 0`;
  const [aside] = await sql.query<{ quarantined: number }>(
    isDry
      ? `SELECT count(*)::int AS quarantined FROM ${quarantine} WHERE ${named}`
      : `WITH gone AS (DELETE FROM ${quarantine} WHERE ${named} RETURNING 1) SELECT count(*)::int AS quarantined FROM gone`,
    [connection, stream, token],
  );
  const [left] = await sql.query<{ sealed: number }>(
    `SELECT count(*)::int AS sealed FROM ${quarantine} WHERE ${own} AND payload ? '_sealed' AND NOT (${named})`,
    [connection, stream, token],
  );
  return { quarantined: aside?.quarantined ?? 0, sealed: left?.sealed ?? 0 };
}
