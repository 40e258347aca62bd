import type { DataSource } from 'typeorm';
import type { BreakGlass, BreakGlassStore } from '../security/break-glass.js';
import { STORE_SCHEMA } from './run.entity.js';
import { storable } from './storable.js';

const TABLE = `${STORE_SCHEMA}.break_glass`;
/** Also before anybody has noted that its time is over. */
const IS_OPEN = 'ended_at IS NULL AND expires_at > now()';

interface BreakGlassRow {
  id: string;
  actor: string;
  reason: string;
  opened_at: Date;
  expires_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
  reviewed_at: Date | null;
  reviewed_by: string | null;
}

export function breakGlassStore(source: DataSource): BreakGlassStore {
  const changed = async (sql: string, parameters: readonly unknown[]) => {
    const [rows]: [BreakGlassRow[]] = await source.query(sql, [...parameters]);
    return rows.map(toBreakGlass);
  };
  return {
    async open({ id, actor, reason, forMs }) {
      const [row]: BreakGlassRow[] = await source.query(
        `INSERT INTO ${TABLE} (id, actor, reason, opened_at, expires_at)
         VALUES ($1, $2, $3, now(), now() + $4 * interval '1 ms')
         ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING *`,
        [id, storable(actor), storable(reason), forMs],
      );
      return toBreakGlass(row!);
    },
    async openOf(actor) {
      const [row]: BreakGlassRow[] = await source.query(
        `SELECT * FROM ${TABLE} WHERE actor = $1 AND ${IS_OPEN} ORDER BY expires_at DESC LIMIT 1`,
        [storable(actor)],
      );
      return row === undefined ? undefined : toBreakGlass(row);
    },
    end: (actor, by) =>
      changed(`UPDATE ${TABLE} SET ended_at = now(), ended_by = $2 WHERE actor = $1 AND ${IS_OPEN} RETURNING *`, [
        storable(actor),
        storable(by),
      ]),
    takeOver: () =>
      changed(
        `UPDATE ${TABLE} SET ended_at = expires_at WHERE ended_at IS NULL AND expires_at <= now() RETURNING *`,
        [],
      ),
    async unreviewed() {
      const rows: BreakGlassRow[] = await source.query(
        `SELECT * FROM ${TABLE} WHERE reviewed_at IS NULL ORDER BY opened_at`,
      );
      return rows.map(toBreakGlass);
    },
    async review(id, by) {
      const [reviewed] = await changed(
        `UPDATE ${TABLE} SET reviewed_at = now(), reviewed_by = $2
         WHERE id::text = $1 AND reviewed_at IS NULL AND actor <> $2 AND NOT (${IS_OPEN}) RETURNING *`,
        [storable(id), storable(by)],
      );
      return reviewed;
    },
    async find(id) {
      const [row]: BreakGlassRow[] = await source.query(`SELECT * FROM ${TABLE} WHERE id::text = $1`, [storable(id)]);
      return row === undefined ? undefined : toBreakGlass(row);
    },
    async list(limit) {
      const rows: BreakGlassRow[] = await source.query(`SELECT * FROM ${TABLE} ORDER BY opened_at DESC, id LIMIT $1`, [
        limit,
      ]);
      return rows.map(toBreakGlass);
    },
  };
}

function toBreakGlass(row: BreakGlassRow): BreakGlass {
  return {
    id: row.id,
    actor: row.actor,
    reason: row.reason,
    openedAt: row.opened_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.ended_by === null ? {} : { endedBy: row.ended_by }),
    ...(row.reviewed_at === null ? {} : { reviewedAt: row.reviewed_at.toISOString() }),
    ...(row.reviewed_by === null ? {} : { reviewedBy: row.reviewed_by }),
  };
}
