import type { DataSource } from 'typeorm';
import { STORE_SCHEMA } from './run.entity.js';
import type { WorkerStore } from './worker-store.js';

const TABLE = `${STORE_SCHEMA}.worker`;

interface WorkerRow {
  id: string;
  name: string;
  started_at: Date;
  seen_at: Date;
  is_successor: boolean;
  is_silent: boolean;
}

export function workerStore(source: DataSource): WorkerStore {
  return {
    async beat({ id, name }) {
      await source.query(
        `INSERT INTO ${TABLE} (id, name, started_at, seen_at) VALUES ($1, $2, now(), now())
         ON CONFLICT (id) DO UPDATE SET seen_at = now()`,
        [id, name],
      );
    },
    async leave(id) {
      await source.query(`DELETE FROM ${TABLE} WHERE id = $1`, [id]);
    },
    async lost() {
      await source.query(`DELETE FROM ${TABLE} WHERE seen_at < now() - interval '1 day'`);
      const rows: WorkerRow[] = await source.query(
        `SELECT *, seen_at < now() - interval '60 seconds' AS is_silent FROM ${TABLE} ORDER BY started_at, id`,
      );
      const { lost, replaced, successors } = pairs(rows);
      if (replaced.length > 0)
        await source.query(
          `WITH gone AS (DELETE FROM ${TABLE} WHERE id = ANY($1::uuid[]))
           UPDATE ${TABLE} SET is_successor = true WHERE id = ANY($2::uuid[])`,
          [replaced, successors.filter((id) => !replaced.includes(id))],
        );
      return lost.map(({ name, seen_at }) => ({ name, seenAt: seen_at.toISOString() }));
    },
  };
}

/** Each silent worker with the first that began after it fell silent and has no other's place. */
function pairs(rows: readonly WorkerRow[]) {
  const free = new Set(rows.filter(({ is_successor }) => !is_successor));
  const lost: WorkerRow[] = [];
  const replaced: string[] = [];
  const successors: string[] = [];
  const silent = rows.filter(({ is_silent }) => is_silent);
  for (const row of silent.toSorted((a, b) => a.seen_at.getTime() - b.seen_at.getTime())) {
    const successor = [...free].find(({ started_at }) => started_at > row.seen_at);
    if (successor === undefined) lost.push(row);
    else {
      free.delete(successor);
      replaced.push(row.id);
      successors.push(successor.id);
    }
  }
  return { lost, replaced, successors };
}
