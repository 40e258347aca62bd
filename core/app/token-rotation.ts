import { randomUUID } from 'node:crypto';
import { rotated } from '../program/index.js';
import type { PlannedColumn, SqlSession } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
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

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const BATCH = 10_000;

/**
 * Brings every token that former versions of a key made to the present one, in all tables of all connections that use it, without
 * reading a source: a token is made of the one before it. Each destination is one transaction: a crosswalk of old to new, the
 * tables, and fences that are raised, so that a run which still makes old tokens can commit nothing more. Killed at any point, it
 * has done all of it or nothing, and may be repeated.
 */
export async function rotateTokens(
  installation: Installation,
  { key: name, isDry, signal }: { readonly key: string; readonly isDry: boolean; readonly signal: AbortSignal },
): Promise<readonly RotatedColumn[]> {
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
  for (const destination of new Set(columns.map((column) => column.destination))) {
    const own = columns.filter((column) => column.destination === destination);
    const metadata = await installation.metadataSchema(destination);
    const sql = await installation.sql(destination, { readOnly: false, signal });
    try {
      if (sql.dialect !== 'postgres')
        throw new ConnectorError('config', `Tokens in destination "${destination}" cannot be rotated in place yet.`, {
          hint: 'Rotation works in Postgres. Reset the bookmarks of the streams and read them again, so that they get new tokens.',
        });
      const cutOver = (session: SqlSession) => cutOverAt(session, metadata, { name, key, columns: own, isDry });
      done.push(...(await sql.transaction(cutOver)));
    } finally {
      await sql.close();
    }
  }
  if (!isDry) await rememberKeys(installation, [name]);
  return done;
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
  const m = quote(metadata);
  if (!isDry) {
    await sql.query("SET LOCAL lock_timeout = '30s'");
    for (const connection of new Set(columns.map((column) => column.connection)))
      await sql.query(
        `UPDATE ${m}.fence SET epoch = epoch + 1, run_id = $2::uuid, raised_at = now()
          WHERE connection = $1 OR starts_with(connection, $1 || '#')`,
        [connection, randomUUID()],
      );
    await sql.query(
      `CREATE TABLE IF NOT EXISTS ${m}.token_crosswalk (
         key_name text NOT NULL, old text NOT NULL, new text NOT NULL, rotated_at timestamptz NOT NULL, PRIMARY KEY (key_name, old))`,
    );
  }
  const done: RotatedColumn[] = [];
  for (const column of columns) {
    const table = `${quote(column.schema)}.${quote(column.stream)}`;
    const [found] = await sql.query(
      'SELECT 1 FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 AND column_name = $3',
      [column.schema, column.stream, column.column],
    );
    if (found === undefined) continue;
    const at = `t.${quote(column.column)}`;
    const isOld = `${at} LIKE 'tok\\_%' AND NOT starts_with(${at}, 'tok_${key.version}_')`;
    let tokens = 0;
    for (let last = ''; ;) {
      const page = await sql.query<{ old: string }>(
        `SELECT DISTINCT ${at} COLLATE "C" AS old FROM ${table} AS t WHERE ${isOld} AND ${at} COLLATE "C" > $1 ORDER BY 1 LIMIT ${BATCH}`,
        [last],
      );
      if (page.length === 0) break;
      const pairs = page.map(({ old }) => ({ old, new: rotated(old, key) ?? refuse(column, name) }));
      if (!isDry)
        await sql.query(
          `INSERT INTO ${m}.token_crosswalk SELECT $1, r.old, r.new, now() FROM jsonb_to_recordset($2::jsonb) AS r(old text, new text)
             ON CONFLICT (key_name, old) DO UPDATE SET new = excluded.new, rotated_at = excluded.rotated_at`,
          [name, JSON.stringify(pairs)],
        );
      tokens += page.length;
      last = (page.at(-1) as { old: string }).old;
    }
    const [{ rows = 0 } = {}] = isDry
      ? await sql.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table} AS t WHERE ${isOld}`)
      : await sql.query<{ rows: number }>(
          `WITH moved AS (UPDATE ${table} AS t SET ${quote(column.column)} = c.new FROM ${m}.token_crosswalk AS c
             WHERE c.key_name = $1 AND ${at} = c.old RETURNING 1) SELECT count(*)::int AS rows FROM moved`,
          [name],
        );
    if (!isDry && column.isOnlyKey) await rotateQuarantine(sql, m, column, key);
    if (!isDry) probe('tokens_moved');
    const { connection, stream, destination } = column;
    done.push({ connection, stream, column: column.column, destination, tokens, rows });
  }
  return done;
}

const TOKENS = /tok_\d+_[\w-]{43}/g;

/** The keys of records in quarantine, by which a later good version finds them. Payloads are brought over by their replay. */
async function rotateQuarantine(
  sql: SqlSession,
  m: string,
  { connection, stream }: TokenColumn,
  key: TokenKey,
): Promise<void> {
  const rows = await sql.query<{ record_key: string; reason: string; text: string }>(
    `SELECT record_key, reason, record_values::text AS text FROM ${m}.quarantine
      WHERE connection = $1 AND stream = $2 AND resolved_at IS NULL AND record_values::text LIKE '%tok\\_%'`,
    [connection, stream],
  );
  for (const { record_key: record, reason, text } of rows)
    await sql.query(
      `UPDATE ${m}.quarantine SET record_values = $5::jsonb WHERE connection = $1 AND stream = $2 AND record_key = $3 AND reason = $4`,
      [connection, stream, record, reason, text.replaceAll(TOKENS, (token) => rotated(token, key) ?? token)],
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
