import { NO_COLLATION } from '../sql/snowflake.types.js';
import type { SnowflakeConnection } from './connection.js';
import { ownTable, quote, sharedTable, stageOf, storedName } from './names.js';
import type { Pool } from './pool.js';

const INSTANT = 'TIMESTAMP_TZ(6) NOT NULL';

/** What all connections share; each statement may be repeated. */
function sharedStatements(schema: string): readonly string[] {
  return [
    `CREATE STAGE IF NOT EXISTS ${stageOf(schema).slice(1)}`,
    `CREATE TABLE IF NOT EXISTS ${sharedTable(schema, 'ledger')} (
       checkpoint_id VARCHAR(36) NOT NULL, connection VARCHAR NOT NULL, stream VARCHAR NOT NULL, slice VARCHAR NOT NULL,
       run_id VARCHAR(36) NOT NULL, epoch NUMBER(38,0) NOT NULL, read NUMBER(38,0) NOT NULL, filtered NUMBER(38,0) NOT NULL,
       quarantined NUMBER(38,0) NOT NULL, staged NUMBER(38,0) NOT NULL, inserted NUMBER(38,0) NOT NULL,
       updated NUMBER(38,0) NOT NULL, unchanged NUMBER(38,0) NOT NULL, superseded NUMBER(38,0) NOT NULL,
       deleted NUMBER(38,0) NOT NULL, replaced NUMBER(38,0) NOT NULL, committed_at ${INSTANT}, steps VARCHAR) ${NO_COLLATION}`,
    `CREATE TABLE IF NOT EXISTS ${sharedTable(schema, 'lineage')} (
       id NUMBER(38,0) NOT NULL, connection VARCHAR NOT NULL, stream VARCHAR NOT NULL, slice VARCHAR NOT NULL,
       run_id VARCHAR(36) NOT NULL, source VARCHAR NOT NULL, version VARCHAR, checksum VARCHAR, bytes NUMBER(38,0),
       records NUMBER(38,0) NOT NULL, committed_at ${INSTANT}) ${NO_COLLATION}`,
    `CREATE TABLE IF NOT EXISTS ${sharedTable(schema, 'dirty')} (
       id VARCHAR(36) NOT NULL, fact VARCHAR NOT NULL, day DATE, campaign VARCHAR, run_id VARCHAR(36) NOT NULL,
       marked_at ${INSTANT}) ${NO_COLLATION}`,
  ];
}

/** What one connection has for itself, since an update locks its whole table. */
function ownStatements(schema: string, connection: string): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${ownTable(schema, 'fence', connection)} (
       connection VARCHAR NOT NULL, epoch NUMBER(38,0) NOT NULL, run_id VARCHAR(36) NOT NULL, raised_at ${INSTANT}, held_at ${INSTANT}) ${NO_COLLATION}`,
    `CREATE TABLE IF NOT EXISTS ${ownTable(schema, 'bookmark', connection)} (
       connection VARCHAR NOT NULL, stream VARCHAR NOT NULL, "PARTITION" VARCHAR NOT NULL, position VARCHAR NOT NULL,
       run_id VARCHAR(36) NOT NULL, updated_at ${INSTANT}) ${NO_COLLATION}`,
    `CREATE TABLE IF NOT EXISTS ${ownTable(schema, 'quarantine', connection)} (
       connection VARCHAR NOT NULL, stream VARCHAR NOT NULL, record_key VARCHAR NOT NULL, record_values VARCHAR,
       reason VARCHAR NOT NULL, field VARCHAR, detail VARCHAR NOT NULL, payload VARCHAR NOT NULL, slice VARCHAR NOT NULL,
       position NUMBER(38,0) NOT NULL, run_id VARCHAR(36) NOT NULL, first_seen ${INSTANT}, last_seen ${INSTANT},
       times NUMBER(38,0) NOT NULL, resolved_at TIMESTAMP_TZ(6)) ${NO_COLLATION}`,
  ];
}

/** Creates what is missing. A role that may not create schemas can be given one that exists. */
export async function ensureMetadata(pool: Pool, schema: string): Promise<void> {
  await pool.use(`preparing schema "${schema}"`, async (connection) => {
    await ensureSchema(connection, schema);
    const present = await tablesIn(connection, schema);
    if (['LEDGER', 'LINEAGE', 'DIRTY'].every((name) => present.has(name))) return;
    for (const statement of sharedStatements(schema)) await connection.run(statement);
  });
}

export async function ensureOwnMetadata(pool: Pool, schema: string, of: string): Promise<void> {
  await pool.use(`preparing schema "${schema}"`, async (connection) => {
    const present = await tablesIn(connection, schema);
    if (['fence', 'bookmark', 'quarantine'].every((name) => present.has(storedName(`${name}_${of}`)))) return;
    for (const statement of ownStatements(schema, of)) await connection.run(statement);
  });
}

async function tablesIn(connection: SnowflakeConnection, schema: string): Promise<ReadonlySet<string>> {
  const found = await connection.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = ?`,
    [storedName(schema)],
  );
  return new Set(found.map(({ table_name }) => table_name));
}

/** `CREATE SCHEMA IF NOT EXISTS` asks for the right to create even where the schema is there; so look first. */
export async function ensureSchema(connection: SnowflakeConnection, schema: string): Promise<void> {
  const found = await connection.query(`SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?`, [
    storedName(schema),
  ]);
  if (found.length === 0) await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quote(schema)}`);
}
