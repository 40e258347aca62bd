import type pg from 'pg';
import { fromJsonText, type QuarantinedRecord, type ReplayedRecord } from '#sdk';
import type { Fence } from './fence.js';
import { quote } from './names.js';

interface OpenRecordsPage {
  readonly connection: string;
  readonly stream: string;
  readonly limit: number;
  readonly after?: QuarantinedRecord;
}

/** The latest first: of several versions of one record the newest is tried, and the others only after it has passed. */
export async function openRecords(
  pool: pg.Pool,
  metadata: string,
  { connection, stream, limit, after }: OpenRecordsPage,
): Promise<readonly QuarantinedRecord[]> {
  const { rows } = await pool.query<Omit<QuarantinedRecord, 'payload'> & { readonly payload: string }>(
    `SELECT record_key AS key, reason, field, slice, position, last_seen::text AS "lastSeen", payload::text AS payload
       FROM ${quote(metadata)}.quarantine
      WHERE connection = $1 AND stream = $2 AND resolved_at IS NULL
        AND ($4::text IS NULL OR (last_seen, position, record_key, reason) < ($4::timestamptz, $5::bigint, $6, $7))
      ORDER BY last_seen DESC, position DESC, record_key DESC, reason DESC LIMIT $3`,
    [
      connection,
      stream,
      limit,
      after?.lastSeen ?? null,
      after?.position ?? null,
      after?.key ?? null,
      after?.reason ?? null,
    ],
  );
  return rows.map((row) => ({ ...row, payload: fromJsonText(row.payload) as QuarantinedRecord['payload'] }));
}

/**
 * Writes down what became of replayed records: those that passed are resolved, those that fail for another reason now stand
 * there under it. What fails as before is left as it is, so that `times` counts how often the source delivered it.
 */
export async function recordReplayed(
  client: pg.ClientBase,
  metadata: string,
  { run }: Fence,
  stream: string,
  replayed: readonly ReplayedRecord[],
): Promise<void> {
  const quarantine = `${quote(metadata)}.quarantine`;
  const passed = replayed.filter(({ fault }) => fault === undefined);
  if (passed.length > 0)
    await client.query(
      `UPDATE ${quarantine} SET resolved_at = now()
        WHERE connection = $1 AND stream = $2 AND resolved_at IS NULL AND record_key = ANY ($3)`,
      [run.connection, stream, passed.map(({ key }) => key)],
    );
  const failed = replayed.flatMap(({ key, reason, fault }) =>
    fault === undefined
      ? []
      : [{ key, old: reason, reason: fault.reason, field: fault.field ?? null, detail: fault.detail }],
  );
  if (failed.length === 0) return;
  const rows = `jsonb_to_recordset($3::jsonb) AS f(key text, old text, reason text, field text, detail text)`;
  await client.query(
    `INSERT INTO ${quarantine} AS q (connection, stream, record_key, record_values, reason, field, detail, payload, slice,
            position, run_id, first_seen, last_seen, times)
     SELECT o.connection, o.stream, o.record_key, o.record_values, f.reason, f.field, f.detail, o.payload, o.slice, o.position,
            $4, o.first_seen, now(), o.times
       FROM ${quarantine} o JOIN ${rows} ON o.record_key = f.key AND o.reason = f.old
      WHERE o.connection = $1 AND o.stream = $2
     ON CONFLICT (connection, stream, record_key, reason) DO UPDATE
        SET last_seen = now(), payload = excluded.payload, field = excluded.field, detail = excluded.detail,
            slice = excluded.slice, position = excluded.position, run_id = excluded.run_id, resolved_at = NULL`,
    [run.connection, stream, JSON.stringify(failed.filter(({ old, reason }) => old !== reason)), run.id],
  );
  await client.query(
    `UPDATE ${quarantine} o
        SET resolved_at = CASE WHEN f.reason <> f.old THEN now() END,
            field = CASE WHEN f.reason = f.old THEN f.field ELSE o.field END,
            detail = CASE WHEN f.reason = f.old THEN f.detail ELSE o.detail END
       FROM ${rows} WHERE o.connection = $1 AND o.stream = $2 AND o.record_key = f.key AND o.reason = f.old`,
    [run.connection, stream, JSON.stringify(failed)],
  );
}

/**
 * What replaces rows also replaces the records in quarantine that came with them and are gone by now: those of one file without
 * key that was read again, or all of the stream where the whole table was overwritten.
 */
export async function resolveReplaced(
  client: pg.ClientBase,
  metadata: string,
  { run }: Fence,
  stream: string,
  file: string | undefined,
): Promise<void> {
  await client.query(
    `UPDATE ${quote(metadata)}.quarantine SET resolved_at = now()
      WHERE connection = $1 AND stream = $2 AND ($3::text IS NULL OR slice = $3) AND resolved_at IS NULL AND run_id <> $4`,
    [run.connection, stream, file ?? null, run.id],
  );
}

/** A file that was refused as a whole is no longer, once a version of it is committed. */
export async function resolveRefusal(
  client: pg.ClientBase,
  metadata: string,
  { run }: Fence,
  stream: string,
  slice: string,
): Promise<void> {
  await client.query(
    `UPDATE ${quote(metadata)}.quarantine SET resolved_at = now()
      WHERE connection = $1 AND stream = $2 AND slice = $3 AND reason = 'file_refused' AND resolved_at IS NULL`,
    [run.connection, stream, slice],
  );
}
