import type { DataSource } from 'typeorm';
import type { ErrorReport } from '../protocol/index.js';
import type { ActionRequired, Holds, HoldStore, Pause } from '../scheduler/hold-store.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storable } from './storable.js';

const TABLE = `${STORE_SCHEMA}.hold`;

/** SQL: whether a connection is held at an instant. */
export const isHeld = (connection: string, instant: string): string =>
  `EXISTS (SELECT FROM ${TABLE} h WHERE h.connection = ${connection} AND (h.until IS NULL OR h.until > ${instant}))`;

/** A run that succeeded shows that nothing is asked of a person any more. */
export const LIFT_AFTER_SUCCESS = `DELETE FROM ${TABLE} h USING ${STORE_SCHEMA}.run r
  WHERE r.id = $1 AND r.state = 'succeeded' AND r.error IS NULL AND h.connection = r.connection AND h.kind = 'action_required'`;

interface HoldRow {
  connection: string;
  kind: 'paused' | 'action_required';
  since: Date;
  until: Date | null;
  held_by: string;
  reason: string | null;
  error: ErrorReport;
  request: string;
  settings_salt: string;
  settings_hash: string;
}

export function holdStore(source: DataSource): HoldStore {
  return {
    async pause(connection, { by, reason = null, until = null }) {
      await source.query(
        `INSERT INTO ${TABLE} AS h (connection, kind, since, held_by, reason, until) VALUES ($1, 'paused', now(), $2, $3, $4)
         ON CONFLICT (connection, kind) DO UPDATE SET held_by = excluded.held_by, reason = excluded.reason,
           until = excluded.until, since = CASE WHEN h.until <= now() THEN now() ELSE h.since END`,
        [connection, by, storable(reason), until],
      );
    },
    async resume(connection) {
      await source.query(`DELETE FROM ${TABLE} WHERE connection = $1`, [connection]);
    },
    async requireAction(connection, { error, request, settings: { salt, hash } }) {
      await source.query(
        `INSERT INTO ${TABLE} AS h (connection, kind, since, error, request, settings_salt, settings_hash)
         VALUES ($1, 'action_required', now(), $2, $3, $4, $5)
         ON CONFLICT (connection, kind) DO UPDATE SET since = now(), error = excluded.error, request = excluded.request,
           settings_salt = excluded.settings_salt, settings_hash = excluded.settings_hash
           WHERE h.request IS DISTINCT FROM excluded.request`,
        [connection, storable(error), request, salt, hash],
      );
    },
    async lift(connection, { since }) {
      await source.query(
        // Instants of JavaScript have no microseconds.
        `DELETE FROM ${TABLE} WHERE connection = $1 AND kind = 'action_required' AND date_trunc('milliseconds', since) <= $2`,
        [connection, since],
      );
    },
    async list() {
      const rows: HoldRow[] = await source.query(
        `SELECT * FROM ${TABLE} WHERE until IS NULL OR until > now() ORDER BY connection, kind`,
      );
      const held: Record<string, Holds> = {};
      for (const row of rows)
        held[row.connection] = {
          ...held[row.connection],
          ...(row.kind === 'paused' ? { paused: pauseOf(row) } : { actionRequired: actionOf(row) }),
        };
      return held;
    },
  };
}

function pauseOf({ since, held_by, reason, until }: HoldRow): Pause {
  return {
    since: since.toISOString(),
    by: held_by,
    ...(reason === null ? {} : { reason }),
    ...(until === null ? {} : { until: until.toISOString() }),
  };
}

function actionOf({ since, error, request, settings_salt: salt, settings_hash: hash }: HoldRow): ActionRequired {
  return { since: since.toISOString(), error, request, settings: { salt, hash } };
}
