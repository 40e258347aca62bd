import type pg from 'pg';
import { ConnectorError, jsonText, storableJson, type Reject, type TableSpec } from '#sdk';
import { hasFileKey, identityOf, keyTypes } from '../sql/quarantine-identity.js';
import { sqlType } from './columns.js';
import { fromDriver } from './connection.js';
import { fenceKey, type Fence } from './fence.js';
import { literal, quote, stagingName } from './names.js';

export interface QuarantineContext {
  readonly pool: pg.Pool;
  readonly metadata: string;
  readonly fence: Fence;
  readonly table: TableSpec;
}

/** The rejected records of one writer, in a staging table of their own from the first one on. */
export interface QuarantineStaging {
  add(rejects: readonly Reject[]): Promise<void>;
  /** Upserts by connection, stream, key and reason: seen again counts, and what had been resolved is open again. */
  publish(client: pg.PoolClient): Promise<void>;
  drop(): Promise<void>;
}

const COLUMNS =
  'record_key text, record_values jsonb, reason text, field text, detail text, payload jsonb, slice text, position bigint';

export function quarantineStaging(
  { pool, metadata, fence, table }: QuarantineContext,
  slice: string,
): QuarantineStaging {
  const name = `${quote(metadata)}.${quote(stagingName(fenceKey(fence.run), fence.epoch, table.stream, slice, -1))}`;
  let staged = 0;
  return {
    async add(rejects) {
      if (rejects.length === 0) return;
      try {
        if (staged === 0) {
          await pool.query(`DROP TABLE IF EXISTS ${name}`);
          await pool.query(`CREATE UNLOGGED TABLE ${name} (${COLUMNS})`);
        }
        const rows = rejects.map(({ sealed, ...reject }) => ({
          ...reject,
          ...identityOf(table, slice, reject),
          // Under its seal nothing of the record lies beside it in the clear.
          ...(sealed === undefined ? {} : { payload: { _sealed: sealed } }),
          slice,
        }));
        await pool.query(`INSERT INTO ${name} SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(${COLUMNS})`, [
          storableJson(jsonText(rows) as string),
        ]);
        staged += rejects.length;
      } catch (error) {
        throw fromDriver(error, 'staging rejected records');
      }
    },
    async publish(client) {
      if (staged === 0) return;
      const { rows } = await client.query<{ n: number }>(`SELECT count(*) AS n FROM ${name}`);
      if (Number(rows[0]?.n) !== staged) throw stagingLost(table, slice, staged, Number(rows[0]?.n));
      const last = (column: string) => `(array_agg(${column} ORDER BY position DESC))[1]`;
      await client.query(
        `INSERT INTO ${quote(metadata)}.quarantine AS q (connection, stream, record_key, record_values, reason, field, detail,
                payload, slice, position, run_id, first_seen, last_seen, times)
         SELECT $1, $2, record_key, ${last('record_values')}, reason, ${last('field')}, ${last('detail')}, ${last('payload')},
                ${last('slice')}, max(position), $3, now(), now(), count(*)
           FROM ${name} GROUP BY record_key, reason
         ON CONFLICT (connection, stream, record_key, reason) DO UPDATE
            SET last_seen = now(), times = q.times + excluded.times, payload = excluded.payload, field = excluded.field,
                detail = excluded.detail, slice = excluded.slice, position = excluded.position, run_id = excluded.run_id,
                record_values = excluded.record_values, resolved_at = NULL`,
        [fence.run.connection, table.stream, fence.run.id],
      );
    },
    async drop() {
      // What cannot be dropped now is dropped by the next run, which knows it by its epoch.
      if (staged > 0) await pool.query(`DROP TABLE IF EXISTS ${name}`).catch(() => undefined);
    },
  };
}

export function stagingLost(table: TableSpec, slice: string, expected: number, found: number): ConnectorError {
  return new ConnectorError(
    'transient',
    `The staging table of "${table.stream}" holds ${found} rows instead of ${expected}.`,
    {
      stream: table.stream,
      slice,
      hint: 'The database restarted while the slice was staged; the slice is read again.',
    },
  );
}

/**
 * A good version of a record that was in quarantine resolves it, unless it came before the bad one in the same slice.
 * `rows` holds the good ones as `s`, `position` is theirs.
 */
export async function resolveQuarantine(
  client: pg.PoolClient,
  { metadata, fence, table }: QuarantineContext,
  slice: string,
  rows: string,
  position: string,
): Promise<void> {
  if (table.key.length === 0) return;
  const quarantine = `${quote(metadata)}.quarantine`;
  const isOpen = `q.connection = ${literal(fence.run.connection)} AND q.stream = ${literal(table.stream)} AND q.resolved_at IS NULL`;
  const open = await client.query(`SELECT 1 FROM ${quarantine} q WHERE ${isOpen} LIMIT 1`);
  if (open.rowCount === 0) return;
  const types = keyTypes(table);
  const values = hasFileKey(table)
    ? []
    : table.key.map((name, index) => {
        const field = table.fields.find((candidate) => candidate.name === name);
        const type = field === undefined ? 'text' : sqlType({ name, type: field.type, nullable: true });
        return {
          name: `v${index}`,
          match: `s.${quote(name)} = o.v${index}`,
          sql: `(q.record_values #>> '{values,${index}}')::${type}`,
        };
      });
  const fits = hasFileKey(table)
    ? `q.slice = ${literal(slice)}`
    : `q.record_values ->> 'types' = ${literal(types.join())}`;
  const matches = hasFileKey(table) ? [`${position} = o.position`] : values.map(({ match }) => match);
  await client.query(
    // CASE, since a cast must not meet a value of another type, whatever the order of the plan.
    `WITH o AS MATERIALIZED (
       SELECT q.record_key, q.reason, q.run_id, q.slice, q.position
              ${values.map(({ name, sql }) => `, CASE WHEN ${fits} THEN ${sql} END AS ${name}`).join('')}
         FROM ${quarantine} q WHERE ${isOpen} AND ${fits})
     UPDATE ${quarantine} q SET resolved_at = now() FROM o JOIN ${rows} s ON ${matches.join(' AND ')}
      WHERE ${isOpen} AND q.record_key = o.record_key AND q.reason = o.reason
        AND NOT (o.run_id = ${literal(fence.run.id)}::uuid AND o.slice = ${literal(slice)} AND o.position > ${position})`,
  );
}
