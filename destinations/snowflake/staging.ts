import { ConnectorError, type TableSpec } from '#sdk';
import { NO_COLLATION } from '../sql/snowflake.types.js';
import { stagedType } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import { FILE_FORMAT } from './csv-batch.js';
import { fencesOf, type Fence } from './fence.js';
import { fenceKey, literal, LOAD_PREFIX, loadPrefix, quote, stageOf, storedName } from './names.js';
import type { Pool } from './pool.js';

/** One COPY names at most so many files. https://docs.snowflake.com/en/sql-reference/sql/copy-into-table */
const MOST_FILES = 1_000;

/** What is staged needs no history: neither Fail-safe nor Time Travel keeps it, by which it could be had back for a day after its end. */
export const withoutHistory = (name: string, columns: string): string =>
  `CREATE OR REPLACE TRANSIENT TABLE ${name} (${columns}) ${NO_COLLATION} DATA_RETENTION_TIME_IN_DAYS = 0`;

/** Made anew, so that no load of before is remembered of it. */
export function stagingTable(name: string, table: TableSpec): string {
  const columns = table.fields.map((field) => `, ${quote(field.name)} ${stagedType(field)}`);
  return withoutHistory(name, `${quote('_pos')} NUMBER(38,0) NOT NULL${columns.join('')}`);
}

/** Uploads one gzip'd file to a folder of the stage. One that is there already is replaced, so a repeated PUT doubles nothing. */
export async function putFile(connection: SnowflakeConnection, path: string, folder: string): Promise<void> {
  const source = literal(`file://${path.replaceAll('\\', '/')}`);
  const { columns, rows } = await connection.run(
    `PUT ${source} ${folder} AUTO_COMPRESS = FALSE SOURCE_COMPRESSION = GZIP OVERWRITE = TRUE`,
  );
  const status = columns.findIndex((name) => name.toLowerCase() === 'status');
  const said = rows.map((row) => String(row[status]).toUpperCase());
  if (rows.length !== 1 || said[0] !== 'UPLOADED')
    throw new ConnectorError('transient', `Snowflake: a file was not uploaded (${said.join(', ') || 'no answer'}).`, {
      hint: 'Check that the storage of the account can be reached from here.',
    });
}

export interface StagedFile {
  readonly name: string;
  readonly rows: number;
}

/** Loads the named files, and fails unless each says that all of its rows are loaded. */
export async function copyFiles(
  connection: SnowflakeConnection,
  {
    staging,
    folder,
    files,
    stream,
  }: {
    readonly staging: string;
    readonly folder: string;
    readonly files: readonly StagedFile[];
    readonly stream: string;
  },
): Promise<number> {
  let loaded = 0;
  for (let first = 0; first < files.length; first += MOST_FILES) {
    const part = files.slice(first, first + MOST_FILES);
    const result = await connection.query<{
      file: string;
      status: string;
      rows_parsed: number;
      rows_loaded: number;
      errors_seen: number;
    }>(
      `COPY INTO ${staging} FROM ${folder} FILES = (${part.map(({ name }) => literal(name)).join(', ')})
         FILE_FORMAT = (${FILE_FORMAT}) ON_ERROR = ABORT_STATEMENT`,
    );
    const byName = new Map(result.map((row) => [row.file.slice(row.file.lastIndexOf('/') + 1), row]));
    for (const { name, rows } of part) {
      const row = byName.get(name);
      if (
        row === undefined ||
        row.status.toUpperCase() !== 'LOADED' ||
        row.rows_loaded !== rows ||
        row.rows_parsed !== rows ||
        row.errors_seen !== 0
      )
        throw new ConnectorError(
          'destination',
          `Snowflake loaded ${row?.rows_loaded ?? 0} of ${rows} rows of a file (${row?.status ?? 'not named in the answer'}).`,
          { stream, fault: 'integrity', hint: 'Nothing of it is committed. See COPY_HISTORY in the account.' },
        );
      loaded += row.rows_loaded;
    }
    if (result.length !== part.length)
      throw new ConnectorError(
        'destination',
        `Snowflake answered for ${result.length} files instead of ${part.length}.`,
        {
          stream,
          fault: 'integrity',
        },
      );
  }
  return loaded;
}

/**
 * Removes the staging tables and files that older epochs left, of this fence and of the others of its connection: that of a part of a
 * backfill is raised by nobody any more once the part is done. What a zombie still writes is left to the next run.
 */
export async function dropStale(pool: Pool, metadata: string, { run }: Fence): Promise<void> {
  await pool.use('removing what dead runs left', async (connection) => {
    const fences = await fencesOf(connection, metadata, run.connection);
    const isStale = (name: string) => {
      const [, mark = '', epoch = '0'] = LEFT.exec(name) ?? [];
      const fence = fences.get(mark.toLowerCase());
      return fence !== undefined && (BigInt(epoch) < fence.epoch || (fence.isIdle && fence.key !== fenceKey(run)));
    };
    // Of those of other connections there may be many.
    const prefix = fences.size > 1 ? LOAD_PREFIX : loadPrefix(fenceKey(run));
    const tables = await connection.query<{ table_name: string }>(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND STARTSWITH(table_name, ?)`,
      [storedName(metadata), storedName(prefix)],
    );
    for (const { table_name: name } of tables)
      if (isStale(name)) await connection.run(`DROP TABLE IF EXISTS ${quote(metadata)}.${quote(name)}`);
    const files = await connection.query<{ name: string }>(`LIST ${stageOf(metadata)}/${prefix}`);
    const folders = new Set(files.map(({ name }) => name.split('/').find((part) => LEFT.test(part)) ?? ''));
    for (const folder of folders) if (isStale(folder)) await connection.run(`REMOVE ${stageOf(metadata)}/${folder}/`);
  });
}

/** Mark of a fence and epoch, in the names of tables and folders. */
const LEFT = /^stg_([0-9a-f]{12})_(\d+)/i;
