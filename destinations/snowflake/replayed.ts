import { fromJsonText, type Checkpoint, type QuarantinedRecord, type ReplayedRecord } from '#sdk';
import type { SnowflakeConnection } from './connection.js';
import type { Fence } from './fence.js';
import { ownTable } from './names.js';

interface OpenRecordsPage {
  readonly connection: string;
  readonly stream: string;
  readonly limit: number;
  readonly after?: QuarantinedRecord;
}

/** An instant with all its digits, which compares as a text as it does in time. */
const LAST_SEEN = `TO_VARCHAR(CONVERT_TIMEZONE('UTC', last_seen), 'YYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM')`;

/** The latest first: of several versions of one record the newest is tried, and the others only after it has passed. */
export async function openRecords(
  session: SnowflakeConnection,
  metadata: string,
  { connection, stream, limit, after }: OpenRecordsPage,
): Promise<readonly QuarantinedRecord[]> {
  const order = ['last_seen', 'position', 'record_key', 'reason'];
  const values = after === undefined ? [] : [after.lastSeen, after.position, after.key, after.reason];
  const casts = ['CAST(? AS TIMESTAMP_TZ(9))', 'CAST(? AS NUMBER(38,0))', '?', '?'];
  // Rows cannot be compared as a whole there: what comes after is said column by column.
  const later = order.map((column, n) => {
    const same = order.slice(0, n).map((earlier, m) => `${earlier} = ${casts[m]}`);
    return `(${[...same, `${column} < ${casts[n]}`].join(' AND ')})`;
  });
  const binds = after === undefined ? [] : order.flatMap((_, n) => values.slice(0, n + 1));
  const rows = await session.query<Record<string, unknown>>(
    `SELECT record_key, reason, field, slice, position, ${LAST_SEEN} AS seen, payload
       FROM ${ownTable(metadata, 'quarantine', connection)}
      WHERE connection = ? AND stream = ? AND resolved_at IS NULL${after === undefined ? '' : ` AND (${later.join(' OR ')})`}
      ORDER BY ${order.map((column) => `${column} DESC`).join(', ')} LIMIT ${limit}`,
    [connection, stream, ...binds],
  );
  return rows.map((row) => ({
    key: String(row['record_key']),
    reason: String(row['reason']),
    field: (row['field'] ?? null) as string | null,
    slice: String(row['slice']),
    position: Number(row['position']),
    lastSeen: String(row['seen']),
    payload: fromJsonText(String(row['payload'])) as QuarantinedRecord['payload'],
  }));
}

const NOW = 'CURRENT_TIMESTAMP(6)';

/**
 * Writes down what became of replayed records: those that passed are resolved, those that fail for another reason now stand
 * there under it. What fails as before is left as it is, so that `times` counts how often the source delivered it.
 */
export async function recordReplayed(
  session: SnowflakeConnection,
  metadata: string,
  { run }: Fence,
  stream: string,
  replayed: readonly ReplayedRecord[],
  within: string,
): Promise<void> {
  const quarantine = ownTable(metadata, 'quarantine', run.connection);
  const passed = replayed.filter(({ fault }) => fault === undefined).map(({ key }) => key);
  if (passed.length > 0)
    await session.run(
      `UPDATE ${quarantine} SET resolved_at = ${NOW}
        WHERE ${within} AND connection = ? AND stream = ? AND resolved_at IS NULL
          AND record_key IN (SELECT f.value::VARCHAR FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f)`,
      [run.connection, stream, JSON.stringify(passed)],
    );
  const failed = replayed.flatMap(({ key, reason, fault }) =>
    fault === undefined
      ? []
      : [{ key, old: reason, reason: fault.reason, field: fault.field ?? null, detail: fault.detail }],
  );
  if (failed.length === 0) return;
  const fields = ['key', 'old', 'reason', 'field', 'detail'];
  const given = `(SELECT ${fields.map((name) => `f.value:${name}::VARCHAR AS ${name}`).join(', ')} FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f)`;
  const moved = failed.filter(({ old, reason }) => old !== reason);
  // Two old reasons may have become one: the later record stands for both.
  if (moved.length > 0)
    await session.run(
      `MERGE INTO ${quarantine} q
       USING (SELECT o.connection, o.stream, o.record_key, o.record_values, f.reason, f.field, f.detail, o.payload, o.slice, o.position,
                     o.first_seen, o.times
                FROM ${quarantine} o JOIN ${given} f ON o.record_key = f.key AND o.reason = f.old
               WHERE ${within} AND o.connection = ? AND o.stream = ?
             QUALIFY ROW_NUMBER() OVER (PARTITION BY o.record_key, f.reason ORDER BY o.last_seen DESC, o.position DESC) = 1) s
          ON q.connection = s.connection AND q.stream = s.stream AND q.record_key = s.record_key AND q.reason = s.reason
       WHEN MATCHED THEN UPDATE SET last_seen = ${NOW}, payload = s.payload, field = s.field, detail = s.detail, slice = s.slice,
            position = s.position, run_id = ?, resolved_at = NULL
       WHEN NOT MATCHED THEN INSERT (connection, stream, record_key, record_values, reason, field, detail, payload, slice, position,
            run_id, first_seen, last_seen, times)
            VALUES (s.connection, s.stream, s.record_key, s.record_values, s.reason, s.field, s.detail, s.payload, s.slice, s.position,
              ?, s.first_seen, ${NOW}, s.times)`,
      [JSON.stringify(moved), run.connection, stream, run.id, run.id],
    );
  await session.run(
    `UPDATE ${quarantine} o
        SET resolved_at = CASE WHEN f.reason <> f.old THEN ${NOW} END,
            field = CASE WHEN f.reason = f.old THEN f.field ELSE o.field END,
            detail = CASE WHEN f.reason = f.old THEN f.detail ELSE o.detail END
       FROM ${given} f WHERE ${within} AND o.connection = ? AND o.stream = ? AND o.record_key = f.key AND o.reason = f.old`,
    [JSON.stringify(failed), run.connection, stream],
  );
}

/**
 * What replaces rows also replaces the records in quarantine that came with them and are gone by now: those of one file without
 * key that was read again, or all of the stream where the whole table was overwritten. A file that was refused as a whole is no
 * longer, once a version of it is committed.
 */
export async function resolveReplaced(
  session: SnowflakeConnection,
  metadata: string,
  { run }: Fence,
  stream: string,
  { replacesAll, replacesFile, lineage, slice }: Checkpoint,
  within: string,
): Promise<void> {
  const resolve = (which: string, binds: readonly string[]) =>
    session.run(
      `UPDATE ${ownTable(metadata, 'quarantine', run.connection)} SET resolved_at = ${NOW}
        WHERE ${within} AND connection = ? AND stream = ? AND resolved_at IS NULL AND ${which}`,
      [run.connection, stream, ...binds],
    );
  if (replacesAll) await resolve('run_id <> ?', [run.id]);
  else if (replacesFile !== undefined) await resolve('run_id <> ? AND slice = ?', [run.id, replacesFile]);
  if (lineage?.checksum !== undefined) await resolve(`slice = ? AND reason = 'file_refused'`, [slice]);
}
