import type pg from 'pg';
import { inTransaction } from './connection.js';
import { quote } from './names.js';

/** The tables of the metadata schema; each statement may be repeated. */
function statements(schema: string): readonly string[] {
  const s = quote(schema);
  return [
    `CREATE TABLE IF NOT EXISTS ${s}.fence (
       connection text PRIMARY KEY, epoch bigint NOT NULL, run_id uuid NOT NULL, raised_at timestamptz NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${s}.bookmark (
       connection text NOT NULL, stream text NOT NULL, partition text NOT NULL, position jsonb NOT NULL,
       run_id uuid NOT NULL, updated_at timestamptz NOT NULL, PRIMARY KEY (connection, stream, partition))`,
    `CREATE TABLE IF NOT EXISTS ${s}.ledger (
       checkpoint_id uuid PRIMARY KEY, connection text NOT NULL, stream text NOT NULL, slice text NOT NULL,
       run_id uuid NOT NULL, epoch bigint NOT NULL, read bigint NOT NULL, filtered bigint NOT NULL,
       quarantined bigint NOT NULL, staged bigint NOT NULL, inserted bigint NOT NULL, updated bigint NOT NULL,
       unchanged bigint NOT NULL, superseded bigint NOT NULL, deleted bigint NOT NULL, replaced bigint NOT NULL,
       committed_at timestamptz NOT NULL, steps jsonb)`,
    `CREATE INDEX IF NOT EXISTS ledger_run ON ${s}.ledger (run_id)`,
    `CREATE TABLE IF NOT EXISTS ${s}.quarantine (
       connection text NOT NULL, stream text NOT NULL, record_key text NOT NULL, record_values jsonb,
       reason text NOT NULL, field text, detail text NOT NULL, payload jsonb NOT NULL, slice text NOT NULL, position bigint NOT NULL,
       run_id uuid NOT NULL, first_seen timestamptz NOT NULL, last_seen timestamptz NOT NULL, times bigint NOT NULL,
       resolved_at timestamptz, PRIMARY KEY (connection, stream, record_key, reason))`,
    `CREATE TABLE IF NOT EXISTS ${s}.lineage (
       id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, connection text NOT NULL, stream text NOT NULL,
       slice text NOT NULL, run_id uuid NOT NULL, source text NOT NULL, version text, checksum text, bytes bigint,
       records bigint NOT NULL, committed_at timestamptz NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${s}.dirty (
       id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, fact text NOT NULL, day date, campaign text,
       run_id uuid NOT NULL, marked_at timestamptz NOT NULL)`,
  ];
}

/** What tables of an earlier version of Tributary lack. */
const LATER_COLUMNS = [
  ['lineage', 'version', 'text'],
  ['ledger', 'steps', 'jsonb'],
] as const;

const LOCK_KEY = 0x7472_6962; // "trib": two processes that create the same schema at once would fail on each other's rows

/** Creates schema and tables where they are missing. A role that may not create schemas can be given one that exists. */
export async function ensureMetadata(pool: pg.Pool, schema: string): Promise<void> {
  await inTransaction(pool, `preparing schema "${schema}"`, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY]);
    await ensureSchema(client, schema);
    const present = await client.query<{ n: number }>(
      `SELECT count(*) AS n FROM information_schema.tables WHERE table_schema = $1
         AND table_name IN ('fence','bookmark','ledger','quarantine','lineage','dirty')`,
      [schema],
    );
    if (Number(present.rows[0]?.n) < 6) for (const statement of statements(schema)) await client.query(statement);
    for (const [table, column, type] of LATER_COLUMNS) {
      const found = await client.query(
        `SELECT 1 FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 AND column_name = $3`,
        [schema, table, column],
      );
      if (found.rowCount === 0)
        await client.query(`ALTER TABLE ${quote(schema)}.${table} ADD COLUMN ${column} ${type}`);
    }
  });
}

/** "scma": the advisory locks under which schemas are made. */
const SCHEMAS = 0x7363_6d61;

/**
 * `CREATE SCHEMA IF NOT EXISTS` asks for the right to create even where the schema is there, so look first; and it does not keep two
 * transactions from creating the same one at once, so one after the other. Called in a transaction.
 */
export async function ensureSchema(client: pg.ClientBase, schema: string): Promise<void> {
  const found = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (found.rowCount !== 0) return;
  await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [SCHEMAS, schema]);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${quote(schema)}`);
}
