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
import { commitCheckpoint, setBookmark } from './checkpoint.js';
import { tableName, UNBOUNDED_DECIMAL } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import { dirtyWriter } from './dirty.js';
import { holdFence, lookAtFence, raiseFence, type Fence } from './fence.js';
import { ensureMetadata, ensureOwnMetadata } from './metadata.js';
import { ownTable, quote, sharedTable } from './names.js';
import { openPool } from './pool.js';
import { findColumns } from './found-table.js';
import { rowsBeforeOf, rowsBeforeQuery, type FoundRows } from '../sql/rows-before.js';
import { openRecords } from './replayed.js';
import type { SnowflakeConfig } from './snowflake.config.js';
import { spoolFolder } from './spool.js';
import { dropStale } from './staging.js';
import { checkNames, createTable, describeTable, evolveTable, oneTable, otherStreamOf } from './table.js';
import { stagingWriter, type WriterContext } from './writer.js';

export interface SessionOptions {
  readonly config: SnowflakeConfig;
  /** Where files wait for their way to the stage; absent: where the system keeps what is temporary. */
  readonly spoolParent?: string | undefined;
  readonly lockTimeoutSeconds?: number;
  readonly probe: (point: string) => Promise<void> | void;
}

const CAPABILITIES: DestinationCapabilities = {
  writeModes: ['append', 'merge', 'overwrite'],
  keepsKeys: true,
  // What a file format makes of it is written down nowhere.
  holdsNul: false,
  // Keys are compared and stand in no index, which would bound them.
  maxKeyBytes: 1_000_000,
  // A VARCHAR without a length; accounts of before 2025 hold no more in any. https://docs.snowflake.com/en/sql-reference/data-types-text
  maxTextBytes: 16_777_216,
  unboundedDecimal: UNBOUNDED_DECIMAL,
};

export async function openSession(options: SessionOptions): Promise<DestinationSession> {
  const { config, probe } = options;
  const metadata = config.metadata_schema;
  const pool = openPool({
    config,
    ...(options.lockTimeoutSeconds === undefined ? {} : { lockTimeoutSeconds: options.lockTimeoutSeconds }),
  });
  const spool = await spoolFolder(options.spoolParent);
  const close = async () => {
    await pool.close();
    await spool.remove();
  };
  try {
    await ensureMetadata(pool, metadata);
  } catch (error) {
    await close();
    throw error;
  }
  let fence: Fence | undefined;
  let sequence = 0;
  const adopted = { metadata, known: new Set<string>() };
  const raised = (): Fence => {
    if (fence === undefined) throw new ConnectorError('internal', 'The fence has not been raised.');
    return fence;
  };
  const context = (table: TableSpec): WriterContext => ({
    pool,
    spool,
    metadata,
    fence: raised(),
    table,
    stream: table.stream,
    maxFileBytes: config.max_file_bytes,
    probe,
  });
  const asking = <T>(doing: string, work: (connection: SnowflakeConnection) => Promise<T>) => pool.use(doing, work);
  const owned = new Set<string>();
  const own = async (connection: string) => {
    if (!owned.has(connection)) await ensureOwnMetadata(pool, metadata, connection);
    owned.add(connection);
  };
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
      async (connection, within) => {
        const where = `WHERE ${within} AND (${condition})`;
        const dirty = dirtyWriter(connection, metadata, raised().run.id, table);
        await dirty.of('t', `FROM ${tableName(table)} t ${where}`);
        const { written } = await connection.run(`${statement} ${where}`);
        return { inserted: 0, updated: 0, unchanged: 0, superseded: 0, deleted: 0, [counted]: written ?? 0 };
      },
    );
  const streams = new Map<string, string>();
  /** Of streams whose names differ by case alone each would write over the rows of the other: the second one is refused. */
  const claim = async (connection: SnowflakeConnection, table: TableSpec) => {
    const place = tableName(table);
    const owner = streams.get(place) ?? (await otherStreamOf(connection, metadata, table)) ?? table.stream;
    if (owner !== table.stream) throw oneTable(owner, table);
    streams.set(place, owner);
  };
  const create = (table: TableSpec) =>
    asking(`creating table ${tableName(table)}`, async (connection) => {
      await claim(connection, table);
      await lookAtFence(connection, metadata, raised());
      await createTable(connection, table);
    });
  return {
    capabilities: CAPABILITIES,
    async raiseFence(run) {
      await own(run.connection);
      fence = await raiseFence(pool, metadata, run);
      await dropStale(pool, metadata, fence);
      return fence.epoch;
    },
    async bookmarks(name) {
      await own(name);
      return asking('reading bookmarks', async (connection) => {
        const rows = await connection.query<{ stream: string; partition: string; position: string }>(
          `SELECT stream, "PARTITION", position FROM ${ownTable(metadata, 'bookmark', name)} WHERE connection = ? ORDER BY stream, "PARTITION"`,
          [name],
        );
        return rows.map((row) => ({ ...row, position: JSON.parse(row.position) as Bookmark['position'] }));
      });
    },
    describe: (table) =>
      asking(`looking at ${tableName(table)}`, async (connection) => {
        await claim(connection, table);
        return describeTable(connection, table, adopted, fence);
      }),
    async adopt(table, added, { isDry }) {
      checkNames(table);
      return adoptTable(pool, table, added, isDry ? undefined : { metadata, fence: raised() });
    },
    create,
    evolve: (table, change) =>
      asking(`changing table ${tableName(table)}`, async (connection) => {
        await evolveTable(connection, table, change, metadata, raised());
        await probe('in_schema_change');
      }),
    async open(table, slice, direct) {
      checkNames(table);
      // There is no index whose growth a direct load would save.
      if (direct) await create(table);
      return stagingWriter(context(table), slice, sequence++);
    },
    countRows: (table) =>
      pool.transaction(`counting ${tableName(table)}`, async (connection) => {
        await holdFence(connection, metadata, raised());
        const [row] = await connection.query<{ n: number }>(
          `SELECT (SELECT COUNT(*) FROM ${tableName(table)}) - COALESCE((SELECT SUM(inserted - deleted)
             FROM ${sharedTable(metadata, 'ledger')} WHERE connection = ? AND stream = ? AND run_id <> ?), 0) AS n`,
          [table.connection, table.stream, raised().run.id],
        );
        return Number(row?.n);
      }),
    rowsBefore: (table) =>
      pool.transaction(`counting ${tableName(table)}`, async (connection) => {
        await holdFence(connection, metadata, raised());
        const look = async (names: { table?: string }) => {
          const query = rowsBeforeQuery({
            ...names,
            ledger: sharedTable(metadata, 'ledger'),
            bookmark: ownTable(metadata, 'bookmark', table.connection),
            values: ['?', '?', '?', '?', '?'],
          });
          const of = [table.connection, table.stream];
          return (await connection.query<FoundRows>(query, [...of, raised().run.id, ...of]))[0] as FoundRows;
        };
        // First the ledger: what is not there even after it was read had none of its rows.
        const found = await look({});
        if ((await findColumns(connection, table)).length === 0) return rowsBeforeOf(found, true);
        return rowsBeforeOf(await look({ table: tableName(table) }), false);
      }),
    repeated: (table, columns) =>
      asking(`counting repeated rows of ${tableName(table)}`, async (connection) => {
        const names = columns.map(quote);
        const [row] = await connection.query<{ n: number }>(
          `SELECT COALESCE(SUM(n - 1), 0) AS n FROM (SELECT COUNT(*) AS n FROM ${tableName(table)}
             WHERE ${names.map((name) => `${name} IS NOT NULL`).join(' AND ')} GROUP BY ${names.join(', ')} HAVING COUNT(*) > 1)`,
        );
        return Number(row?.n);
      }),
    newest: (table, column = '_loaded_at') =>
      asking(`looking for the newest row of ${tableName(table)}`, async (connection) => {
        const [row] = await connection.query<{ at: string | number | null }>(
          `SELECT DATE_PART(EPOCH_MILLISECOND, MAX(${quote(column)})) AS at FROM ${tableName(table)}`,
        );
        return row === undefined || row.at === null ? undefined : new Date(Number(row.at));
      }),
    anyValue: (table, column) =>
      asking(`looking into ${tableName(table)}`, async (connection) => {
        const [row] = await connection.query<{ value: unknown }>(
          `SELECT ${quote(column)} AS value FROM ${tableName(table)} WHERE CAST(${quote(column)} AS VARCHAR) <> '' LIMIT 1`,
        );
        return row?.value;
      }),
    async quarantined(name, stream, page) {
      await own(name);
      return asking('reading the quarantine', (connection) =>
        openRecords(connection, metadata, { connection: name, stream, ...page }),
      );
    },
    remove: (table, condition, ledgerRow) =>
      change(table, condition, ledgerRow, 'deleted', `DELETE FROM ${tableName(table)} t`),
    redact(table, condition, set, ledgerRow) {
      const values = Object.entries(set).map(([column, value]) => `${quote(column)} = ${value}`);
      return change(table, condition, ledgerRow, 'updated', `UPDATE ${tableName(table)} t SET ${values.join(', ')}`);
    },
    setBookmarks: (name, set, remove) =>
      pool.transaction('changing bookmarks', async (connection) => {
        await holdFence(connection, metadata, raised());
        for (const { stream, partition } of remove)
          await connection.run(
            `DELETE FROM ${ownTable(metadata, 'bookmark', name)} WHERE connection = ? AND stream = ?${partition === undefined ? '' : ' AND "PARTITION" = ?'}`,
            [name, stream, ...(partition === undefined ? [] : [partition])],
          );
        for (const bookmark of set) await setBookmark(connection, metadata, raised(), bookmark);
      }),
    close,
  };
}
