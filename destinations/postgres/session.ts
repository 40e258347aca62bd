import type { PoolClient } from 'pg';
import {
  ConnectorError,
  EMPTY_TALLY,
  type Bookmark,
  type Checkpoint,
  type DestinationCapabilities,
  type DestinationSession,
  type TableSpec,
} from '#sdk';
import { adoptTable } from './adoption.js';
import { fromDriver, inTransaction, openPool } from './connection.js';
import { commitCheckpoint, type CheckpointContext } from './checkpoint.js';
import { dropStaleStaging, endOlderFirstLoads, holdFence, lockTable, raiseFence, type Fence } from './fence.js';
import { dirtyWriter } from './merge.js';
import { ensureMetadata } from './metadata.js';
import { quote } from './names.js';
import { findTable } from './found-table.js';
import { rowsBeforeOf, rowsBeforeQuery, type FoundRows } from '../sql/rows-before.js';
import { openRecords } from './replayed.js';
import { checkNames, createTable, describeTable, evolveTable } from './table.js';
import { tableName } from './columns.js';
import { directWriter, stagingWriter } from './writer.js';

export interface SessionOptions {
  readonly url: string;
  readonly metadataSchema: string;
  readonly probe: (point: string) => Promise<void> | void;
}

const CAPABILITIES: DestinationCapabilities = {
  writeModes: ['append', 'merge', 'overwrite'],
  keepsKeys: true,
  holdsNul: false,
  // An entry of an index holds 2,704 bytes, of which columns of fixed size, headers and padding take some.
  maxKeyBytes: 2_000,
};
/** One connection stages, one commits, one is for questions in between; a few more let streams run beside each other. */
const MAX_CONNECTIONS = 6;

export async function openSession({
  url,
  metadataSchema: metadata,
  probe,
}: SessionOptions): Promise<DestinationSession> {
  const pool = openPool({ url, max: MAX_CONNECTIONS, applicationName: 'tributary' });
  let serverVersion: number;
  try {
    await ensureMetadata(pool, metadata);
    const { rows } = await pool.query<{ server_version_num: string }>('SHOW server_version_num');
    serverVersion = Number(rows[0]?.server_version_num);
  } catch (error) {
    await pool.end();
    throw error;
  }
  let fence: Fence | undefined;
  let sequence = 0;
  const adopted = { metadata, known: new Set<string>() };
  const raised = (): Fence => {
    if (fence === undefined) throw new ConnectorError('internal', 'The fence has not been raised.');
    return fence;
  };
  const context = (table: TableSpec): CheckpointContext => ({
    pool,
    metadata,
    fence: raised(),
    table,
    serverVersion,
    probe,
  });
  /** A statement that changes rows which no source has sent, with the marks of what they fed. */
  const change = (
    table: TableSpec,
    condition: string,
    ledgerRow: Pick<Checkpoint, 'id' | 'slice'>,
    counted: 'deleted' | 'updated',
    statement: string,
  ) =>
    commitCheckpoint(
      context(table),
      { ...ledgerRow, tally: EMPTY_TALLY, bookmarks: [], replacesAll: false },
      0,
      { publish: async () => undefined },
      async (client) => {
        const from = `FROM ${tableName(table)} AS t WHERE ${condition}`;
        await dirtyWriter(client, metadata, raised().run.id, table).ofTarget(from);
        const { rowCount } = await client.query(statement);
        return { inserted: 0, updated: 0, unchanged: 0, superseded: 0, deleted: 0, [counted]: rowCount ?? 0 };
      },
    );
  const asking = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw fromDriver(error, doing);
    }
  };
  return {
    capabilities: CAPABILITIES,
    async raiseFence(run) {
      fence = await raiseFence(pool, metadata, run);
      await endOlderFirstLoads(pool, metadata, fence);
      await dropStaleStaging(pool, metadata, fence);
      return fence.epoch;
    },
    bookmarks: (connection) =>
      asking('reading bookmarks', async () => {
        const { rows } = await pool.query<Bookmark & Record<string, unknown>>(
          `SELECT stream, partition, position FROM ${quote(metadata)}.bookmark WHERE connection = $1 ORDER BY stream, partition`,
          [connection],
        );
        return rows;
      }),
    describe: (table) => asking(`looking at ${tableName(table)}`, () => describeTable(pool, table, adopted)),
    adopt: (table, added, { isDry }) => {
      checkNames(table);
      const underFence = (client: PoolClient) => holdFence(client, metadata, raised());
      return adoptTable(pool, table, added, isDry ? undefined : { metadata, run: raised().run.id, underFence });
    },
    create: (table) =>
      inTransaction(pool, `creating table ${tableName(table)}`, async (client) => {
        // IF NOT EXISTS does not keep two from creating the same at once.
        await lockTable(client, table);
        await holdFence(client, metadata, raised());
        await createTable(client, table, { key: true });
      }),
    evolve: (table, change) => {
      checkNames(table);
      return evolveTable(pool, table, change, (client) => holdFence(client, metadata, raised()), probe);
    },
    open: (table, slice, direct) =>
      direct ? directWriter(context(table), slice) : stagingWriter(context(table), slice, sequence++),
    countRows: (table) =>
      inTransaction(pool, `counting ${tableName(table)}`, async (client) => {
        await holdFence(client, metadata, raised());
        // One statement, and so one snapshot: rows and ledger of another run's checkpoint are in it together or not at all.
        const { rows } = await client.query<{ n: number }>(
          `SELECT (SELECT count(*) FROM ${tableName(table)}) - coalesce((SELECT sum(inserted - deleted)::bigint
             FROM ${quote(metadata)}.ledger WHERE connection = $1 AND stream = $2 AND run_id <> $3), 0) AS n`,
          [table.connection, table.stream, raised().run.id],
        );
        return Number(rows[0]?.n);
      }),
    rowsBefore: (table) =>
      inTransaction(pool, `counting ${tableName(table)}`, async (client) => {
        await holdFence(client, metadata, raised());
        const look = async (names: { table?: string }) => {
          const query = rowsBeforeQuery({
            ...names,
            ledger: `${quote(metadata)}.ledger`,
            bookmark: `${quote(metadata)}.bookmark`,
            values: ['$1', '$2', '$3', '$1', '$2'],
          });
          const values = [table.connection, table.stream, raised().run.id];
          return (await client.query<FoundRows>(query, values)).rows[0] as FoundRows;
        };
        // First the ledger: what is not there even after it was read had none of its rows.
        const found = await look({});
        if ((await findTable(client, table)) === undefined) return rowsBeforeOf(found, true);
        return rowsBeforeOf(await look({ table: tableName(table) }), false);
      }),
    repeated: (table, columns) =>
      asking(`counting repeated rows of ${tableName(table)}`, async () => {
        const names = columns.map(quote);
        const { rows } = await pool.query<{ n: number }>(
          `SELECT coalesce(sum(n - 1), 0)::bigint AS n FROM (SELECT count(*) AS n FROM ${tableName(table)}
             WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')} GROUP BY ${names.join(', ')} HAVING count(*) > 1) AS repeated`,
        );
        return Number(rows[0]?.n);
      }),
    newest: (table, column = '_loaded_at') =>
      asking(`looking for the newest row of ${tableName(table)}`, async () => {
        const { rows } = await pool.query<{ at: number | null }>(
          `SELECT extract(epoch FROM max(${quote(column)}))::float8 AS at FROM ${tableName(table)}`,
        );
        const at = rows[0]?.at ?? null;
        return at === null ? undefined : new Date(at * 1_000);
      }),
    anyValue: (table, column) =>
      asking(`looking into ${tableName(table)}`, async () => {
        const { rows } = await pool.query<{ value: unknown }>(
          `SELECT ${quote(column)} AS value FROM ${tableName(table)} WHERE ${quote(column)}::text <> '' LIMIT 1`,
        );
        return rows[0]?.value;
      }),
    quarantined: (connection, stream, page) =>
      asking('reading the quarantine', () => openRecords(pool, metadata, { connection, stream, ...page })),
    remove: (table, condition, ledgerRow) =>
      change(table, condition, ledgerRow, 'deleted', `DELETE FROM ${tableName(table)} AS t WHERE ${condition}`),
    redact(table, condition, set, ledgerRow) {
      const values = Object.entries(set).map(([column, value]) => `${quote(column)} = ${value}`);
      const update = `UPDATE ${tableName(table)} AS t SET ${values.join(', ')} WHERE ${condition}`;
      return change(table, condition, ledgerRow, 'updated', update);
    },
    setBookmarks: (connection, set, remove) =>
      inTransaction(pool, 'changing bookmarks', async (client) => {
        await holdFence(client, metadata, raised());
        for (const { stream, partition } of remove)
          await client.query(
            `DELETE FROM ${quote(metadata)}.bookmark WHERE connection = $1 AND stream = $2 AND ($3::text IS NULL OR partition = $3)`,
            [connection, stream, partition ?? null],
          );
        for (const { stream, partition, position } of set)
          await client.query(
            `INSERT INTO ${quote(metadata)}.bookmark (connection, stream, partition, position, run_id, updated_at) VALUES ($1, $2, $3, $4, $5, now())
               ON CONFLICT (connection, stream, partition) DO UPDATE SET position = excluded.position, run_id = excluded.run_id, updated_at = now()`,
            [connection, stream, partition, JSON.stringify(position), raised().run.id],
          );
      }),
    close: () => pool.end(),
  };
}
