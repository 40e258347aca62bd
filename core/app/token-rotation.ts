import { randomUUID } from 'node:crypto';
import { rotated } from '../program/index.js';
import type { PlannedColumn, SqlSession } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import { dialectOf, hasTables, type TableDefinition } from '../../destinations/sql/index.js';
import { probe, type Installation } from './installation.js';
import { refuseOtherKeys, rememberKeys } from './known-keys.js';
import { tokenKey } from './stream-requests.js';

/** A column whose tokens one key makes. */
interface TokenColumn {
  readonly connection: string;
  readonly stream: string;
  readonly column: string;
  readonly schema: string;
  readonly destination: string;
  /** True where no other key makes tokens of the stream. */
  readonly isOnlyKey: boolean;
}

export interface RotatedColumn extends Pick<TokenColumn, 'connection' | 'stream' | 'column' | 'destination'> {
  /** Distinct tokens of former keys that were found. */
  readonly tokens: number;
  readonly rows: number;
}

type TokenKey = NonNullable<PlannedColumn['tokenize']>;

export interface Rotation {
  readonly columns: readonly RotatedColumn[];
  /** In destinations that take nothing back. */
  readonly unreached: readonly Pick<RotatedColumn, 'connection' | 'stream' | 'column' | 'destination'>[];
}

/** A statement of Snowflake has a megabyte at most, and such a page a fifth of it. */
const BATCH = 1_000;

/**
 * Brings every token that former versions of a key made to the present one, in all tables of all connections that use it, without
 * reading a source: a token is made of the one before it. Each destination is one transaction: a crosswalk of old to new, the
 * tables, and fences that are raised, so that a run which still makes old tokens can commit nothing more. Killed at any point, it
 * has done all of it or nothing, and may be repeated.
 */
export async function rotateTokens(
  installation: Installation,
  { key: name, isDry, signal }: { readonly key: string; readonly isDry: boolean; readonly signal: AbortSignal },
): Promise<Rotation> {
  const { settings } = installation.configuration;
  const key = tokenKey(settings, name);
  const columns = columnsOf(installation, name);
  if ((key.former ?? []).length === 0)
    throw new ConnectorError('config', `Key "${name}" has no former version to rotate from.`, {
      hint: `Put the new key under \`keys.${name}\` and the one before it under \`former_keys.${name}\`, with its version.`,
    });
  if (columns.length === 0)
    throw new ConnectorError('config', `No rule tokenizes by the key "${name}".`, { hint: 'See `protect`.' });
  await refuseOtherKeys(installation, [name]);
  const done: RotatedColumn[] = [];
  const unreached: Rotation['unreached'][number][] = [];
  for (const destination of new Set(columns.map((column) => column.destination))) {
    const own = columns.filter((column) => column.destination === destination);
    // What was delivered as files holds the tokens that it was delivered with.
    if ((await installation.destinationPlugin(destination)).plugin.sql === undefined) {
      unreached.push(...own.map(({ connection, stream, column }) => ({ connection, stream, column, destination })));
      continue;
    }
    const metadata = await installation.metadataSchema(destination);
    const sql = await installation.sql(destination, { readOnly: false, signal });
    try {
      const cutOver = (session: SqlSession) => cutOverAt(session, metadata, { name, key, columns: own, isDry });
      done.push(...(await sql.transaction(cutOver)));
    } finally {
      await sql.close();
    }
  }
  if (!isDry) await rememberKeys(installation, [name]);
  return { columns: done, unreached };
}

function columnsOf({ configuration }: Installation, key: string): readonly TokenColumn[] {
  return Object.entries(configuration.settings.connections).flatMap(([connection, { schema, destination, protect }]) =>
    Object.entries(protect).flatMap(([stream, rules]) => {
      const tokenized = Object.entries(rules).flatMap(([column, rule]) =>
        typeof rule === 'object' && rule.tokenize !== undefined ? [{ column, by: rule.tokenize }] : [],
      );
      const isOnlyKey = tokenized.every(({ by }) => by === key);
      return tokenized
        .filter(({ by }) => by === key)
        .map(({ column }) => ({ connection, stream, column, schema, destination, isOnlyKey }));
    }),
  );
}

interface CutOver {
  readonly name: string;
  readonly key: TokenKey;
  readonly columns: readonly TokenColumn[];
  readonly isDry: boolean;
}

async function cutOverAt(
  sql: SqlSession,
  metadata: string,
  { name, key, columns, isDry }: CutOver,
): Promise<readonly RotatedColumn[]> {
  const dialect = dialectOf(sql);
  const { quote, literal, storedName, counted, now } = dialect;
  const crosswalk = crosswalkTable(metadata);
  const walked = `${quote(metadata)}.${quote(crosswalk.name)}`;
  const [old, fresh] = [quote('old'), quote('new')];
  if (!isDry) {
    if (dialect.name === 'postgres') await sql.query("SET LOCAL lock_timeout = '30s'");
    for (const connection of new Set(columns.map((column) => column.connection)))
      await raiseFences(sql, metadata, connection);
    await sql.query(dialect.createTable(crosswalk));
  }
  const done: RotatedColumn[] = [];
  for (const column of columns) {
    const table = `${quote(column.schema)}.${quote(column.stream)}`;
    const [found] = await sql.query(
      `SELECT 1 FROM information_schema.columns WHERE table_schema = ${literal(storedName(column.schema))}
          AND table_name = ${literal(storedName(column.stream))} AND column_name = ${literal(storedName(column.column))}`,
    );
    if (found === undefined) continue;
    const at = `t.${quote(column.column)}`;
    // Bytes are compared, whatever order the database has for words.
    const bytes = dialect.name === 'postgres' ? `${at} COLLATE "C"` : at;
    const present = `tok_${key.version}_`;
    const isOld = `LEFT(${at}, 4) = 'tok_' AND LEFT(${at}, ${present.length}) <> ${literal(present)}`;
    let tokens = 0;
    for (let last = ''; ;) {
      const page = await sql.query<{ token: string }>(
        `SELECT DISTINCT ${bytes} AS token FROM ${table} AS t WHERE ${isOld} AND ${bytes} > ${literal(last)} ORDER BY 1 LIMIT ${BATCH}`,
      );
      if (page.length === 0) break;
      const pairs = page.map(({ token }) => [token, rotated(token, key) ?? refuse(column, name)] as const);
      if (!isDry) {
        const list = pairs.map(([token]) => literal(token)).join(', ');
        await sql.query(`DELETE FROM ${walked} WHERE key_name = ${literal(name)} AND ${old} IN (${list})`);
        const values = pairs.map((pair) => `(${[name, ...pair].map(literal).join(', ')})`);
        await sql.query(
          `INSERT INTO ${walked} (key_name, ${old}, ${fresh}, rotated_at)
           SELECT v.a, v.b, v.c, ${now} FROM (VALUES ${values.join(', ')}) AS v (a, b, c)`,
        );
      }
      tokens += page.length;
      last = (page.at(-1) as { token: string }).token;
    }
    const match = `c.key_name = ${literal(name)} AND ${at} = c.${old}`;
    const [{ n: rows = 0 } = {}] = await sql.query<{ n: number }>(
      isDry
        ? `SELECT count(*) AS n FROM ${table} AS t WHERE ${isOld}`
        : counted(dialect.update(table, [`${quote(column.column)} = c.${fresh}`], `${walked} AS c`, match)),
    );
    if (!isDry && column.isOnlyKey) await rotateQuarantine(sql, metadata, column, key);
    if (!isDry) probe('tokens_moved');
    const { connection, stream, destination } = column;
    done.push({ connection, stream, column: column.column, destination, tokens, rows: Number(rows) });
  }
  return done;
}

/** Which token became which; who holds an older list of tokens joins by it. */
const crosswalkTable = (metadata: string): TableDefinition => ({
  schema: metadata,
  name: 'token_crosswalk',
  columns: [
    { name: 'key_name', type: 'text' },
    { name: 'old', type: 'text' },
    { name: 'new', type: 'text' },
    { name: 'rotated_at', type: 'timestamptz' },
  ],
  key: ['key_name', 'old'],
});

/** So that no run that makes old tokens, nor a part of a backfill, can commit anything more. */
async function raiseFences(sql: SqlSession, metadata: string, connection: string): Promise<void> {
  const { quote, literal, metadataTable, now } = dialectOf(sql);
  const name = metadataTable('fence', connection);
  if (!(await hasTables(sql, metadata, [name]))) return;
  const part = `${connection}#`;
  await sql.query(
    `UPDATE ${quote(metadata)}.${quote(name)} SET epoch = epoch + 1, run_id = ${literal(randomUUID())}, raised_at = ${now}
      WHERE connection = ${literal(connection)} OR LEFT(connection, ${part.length}) = ${literal(part)}`,
  );
}

const TOKENS = /tok_\d+_[\w-]{43}/g;

/** The keys of records in quarantine, by which a later good version finds them. Payloads are brought over by their replay. */
async function rotateQuarantine(
  sql: SqlSession,
  metadata: string,
  { connection, stream }: TokenColumn,
  key: TokenKey,
): Promise<void> {
  const { quote, literal, contains, metadataTable } = dialectOf(sql);
  const name = metadataTable('quarantine', connection);
  if (!(await hasTables(sql, metadata, [name]))) return;
  const table = `${quote(metadata)}.${quote(name)}`;
  const own = `connection = ${literal(connection)} AND stream = ${literal(stream)}`;
  const rows = await sql.query<{ record_key: string; reason: string; text: string }>(
    `SELECT record_key, reason, CAST(record_values AS text) AS text FROM ${table}
      WHERE ${own} AND resolved_at IS NULL AND ${contains('CAST(record_values AS text)', literal('tok_'))}`,
  );
  for (const { record_key: record, reason, text } of rows)
    await sql.query(
      `UPDATE ${table} SET record_values = ${literal(text.replaceAll(TOKENS, (token) => rotated(token, key) ?? token))}
        WHERE ${own} AND record_key = ${literal(record)} AND reason = ${literal(reason)}`,
    );
}

function refuse({ connection, stream, column }: TokenColumn, name: string): never {
  throw new ConnectorError(
    'config',
    `Column "${column}" holds tokens of a version of key "${name}" that is not configured.`,
    {
      connection,
      stream,
      hint: `Give every version that was in use under \`former_keys.${name}\`.`,
    },
  );
}
