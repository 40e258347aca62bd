import { jsonText, storableJson, type Field, type Reject, type TableSpec } from '#sdk';
import { hasFileKey, identityOf, keyTypes } from '../sql/quarantine-identity.js';
import { sqlType } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import type { CsvBatch } from './csv-batch.js';
import { openLoader, stagingLost, type Loader, type LoaderContext } from './loader.js';
import { fenceKey, literal, ownTable, quote, stagingName } from './names.js';
import { stagingTable } from './staging.js';

export interface QuarantineContext extends LoaderContext {
  readonly table: TableSpec;
}

/** The rejected records of one writer, in a staging table of their own from the first one on. */
export interface QuarantineStaging {
  add(rejects: readonly Reject[]): Promise<void>;
  /** Loads what was added; before the transaction, since it makes a table. */
  load(): Promise<void>;
  /** Upserts by connection, stream, key and reason: seen again counts, and what had been resolved is open again. */
  publish(connection: SnowflakeConnection, within?: string): Promise<void>;
  drop(): Promise<void>;
}

const text = (name: string): Field => ({ name, type: 'string', nullable: true });
const COLUMNS: readonly Field[] = ['record_key', 'record_values', 'reason', 'field', 'detail', 'payload', 'slice'].map(
  text,
);

export function quarantineStaging(context: QuarantineContext, slice: string, sequence: number): QuarantineStaging {
  const { pool, metadata, fence, table } = context;
  const { stream } = table;
  const name = stagingName({ key: fenceKey(fence.run), epoch: fence.epoch, stream, slice, sequence: -1 - sequence });
  const staging = `${quote(metadata)}.${quote(name)}`;
  let loader: Loader | undefined;
  let batch: CsvBatch | undefined;
  let added = 0;
  let loaded = 0;
  return {
    async add(rejects) {
      if (rejects.length === 0) return;
      loader ??= openLoader(context, name, staging, COLUMNS);
      batch ??= loader.batch();
      for (const { sealed, ...reject } of rejects) {
        const { record_key, record_values } = identityOf(table, slice, reject);
        // Under its seal nothing of the record lies beside it in the clear.
        const payload = sealed === undefined ? reject.payload : { _sealed: sealed };
        batch.begin();
        batch.integer(reject.position);
        for (const value of [
          record_key,
          record_values === null ? undefined : jsonText(record_values),
          reject.reason,
          reject.field,
          reject.detail,
          storableJson(jsonText(payload) as string),
          slice,
        ])
          if (value === undefined) batch.null();
          else batch.string(value.replaceAll('\0', '\uFFFD').toWellFormed());
        batch.commit();
        added += 1;
        if (batch.full) {
          await loader.write(batch);
          batch.reset();
        }
      }
    },
    async load() {
      if (loader === undefined || batch === undefined || loaded === added) return;
      if (batch.rows > 0) await loader.write(batch);
      batch.reset();
      await pool.use('creating a staging table', (connection) =>
        connection.run(stagingTable(staging, { ...table, fields: COLUMNS })),
      );
      loaded = await loader.finish();
      if (loaded !== added) throw stagingLost(stream, slice, added, loaded);
    },
    async publish(connection, within = 'TRUE') {
      if (added === 0) return;
      const lasting = ['record_values', 'field', 'detail', 'payload', 'slice'];
      const key = ['connection', 'stream', 'record_key', 'reason'];
      await connection.run(
        `MERGE INTO ${ownTable(metadata, 'quarantine', fence.run.connection)} q
         USING (SELECT ${literal(fence.run.connection)} AS connection, ${literal(stream)} AS stream, record_key, reason,
                       ${lasting.join(', ')}, ${quote('_pos')} AS position, COUNT(*) OVER (PARTITION BY record_key, reason) AS times
                  FROM ${staging} WHERE ${within}
               QUALIFY ROW_NUMBER() OVER (PARTITION BY record_key, reason ORDER BY ${quote('_pos')} DESC) = 1) s
            ON ${key.map((column) => `q.${column} = s.${column}`).join(' AND ')}
         WHEN MATCHED THEN UPDATE SET last_seen = CURRENT_TIMESTAMP(6), times = q.times + s.times, position = s.position,
              run_id = ${literal(fence.run.id)}, resolved_at = NULL, ${lasting.map((column) => `${column} = s.${column}`).join(', ')}
         WHEN NOT MATCHED THEN INSERT (${[...key, ...lasting, 'position', 'times', 'run_id', 'first_seen', 'last_seen'].join(', ')})
              VALUES (${[...key, ...lasting, 'position', 'times'].map((column) => `s.${column}`).join(', ')}, ${literal(fence.run.id)},
                CURRENT_TIMESTAMP(6), CURRENT_TIMESTAMP(6))`,
      );
    },
    async drop() {
      if (loader === undefined) return;
      await loader.clear();
      // What cannot be dropped now is dropped by the next run, which knows it by its epoch.
      await pool
        .use('clean-up', (connection) => connection.run(`DROP TABLE IF EXISTS ${staging}`))
        .catch(() => undefined);
    },
  };
}

/**
 * A good version of a record that was in quarantine resolves it, unless it came before the bad one in the same slice.
 * `staging` holds the good ones.
 */
export async function resolveQuarantine(
  connection: SnowflakeConnection,
  { metadata, fence, table }: Pick<QuarantineContext, 'metadata' | 'fence' | 'table'>,
  slice: string,
  staging: string,
  within: string,
): Promise<void> {
  if (table.key.length === 0) return;
  const quarantine = ownTable(metadata, 'quarantine', fence.run.connection);
  const isOpen = `connection = ${literal(fence.run.connection)} AND stream = ${literal(table.stream)} AND resolved_at IS NULL`;
  const open = await connection.run(`SELECT 1 FROM ${quarantine} WHERE ${isOpen} LIMIT 1`);
  if (open.rows.length === 0) return;
  const position = `s.${quote('_pos')}`;
  const types = keyTypes(table);
  const match = hasFileKey(table)
    ? [`o.slice = ${literal(slice)}`, `o.position = ${position}`]
    : [
        `o.types = ${literal(types.join())}`,
        ...table.key.map((name, at) => {
          const field = table.fields.find((each) => each.name === name);
          const type = sqlType(field ?? { type: 'string' });
          return `s.${quote(name)} = TRY_CAST(o.v${at} AS ${type})`;
        }),
      ];
  const parsed = 'PARSE_JSON(record_values)';
  const values = hasFileKey(table)
    ? ''
    : `, ${parsed}:types::VARCHAR AS types${table.key.map((_, at) => `, ${parsed}:values[${at}]::VARCHAR AS v${at}`).join('')}`;
  await connection.run(
    `UPDATE ${quarantine} SET resolved_at = CURRENT_TIMESTAMP(6)
      WHERE ${within} AND ${isOpen} AND (record_key, reason) IN (
        SELECT o.record_key, o.reason
          FROM (SELECT record_key, reason, run_id, slice, position${values} FROM ${quarantine} WHERE ${isOpen}) o
          JOIN ${staging} s ON ${match.join(' AND ')}
         WHERE NOT (o.run_id = ${literal(fence.run.id)} AND o.slice = ${literal(slice)} AND o.position > ${position}))`,
  );
}
